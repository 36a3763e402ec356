"""How well and how fast knowledge is found.

    python bench/retrieval/run.py FOLDER                  # quality on corpus.jsonl, queries.jsonl
    python bench/retrieval/run.py --passages 1000000      # speed, made-up words and vectors

Quality: nDCG@10 and recall@5 for words only, vectors only, both, beside a BM25 (bm25s, French
stems) of the same run; exits 1 when both together are not BM25 + 0.03, or below the better of the
two. Speed: the 50th and 95th percentile of a query through the search functions, under row-level
security, with time to build and size of the indexes.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from statistics import fmean

from argo.knowledge import compared, ranking
from argo.knowledge.search import query_words
from bench.retrieval import quality, scale
from bench.retrieval.house import House, filled, house

WANTED_ABOVE = 0.03


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, help="corpus.jsonl and queries.jsonl")
    parser.add_argument("--questions", type=int, help="ask only so many")
    parser.add_argument("--passages", type=int, help="measure speed at so many")
    parser.add_argument("--queries", type=int, default=200)
    args = parser.parse_args()
    if args.passages:
        return asyncio.run(scale.run(args.passages, args.queries))
    if args.folder is None:
        parser.error("name a folder, or --passages")
    return asyncio.run(_quality(quality.read(args.folder, args.questions)))


async def _quality(over: quality.Set) -> int:
    async with house() as standing:
        places = await filled(standing, list(over.passages.values()))
        ids = list(over.passages)
        names = {document_id: ids[place] for document_id, place in places.items()}
        legs = [await _asked(standing, each.text) for each in over.questions]
    told = {
        "BM25 (bm25s)": quality.bm25(over, 10),
        "words": [[names[key[0]] for key, _ in words] for words, _ in legs],
        "vectors": [[names[key[0]] for key, _ in near] for _, near in legs],
        "both": [[names[key[0]] for key, _ in ranking.fused(*leg)] for leg in legs],
    }
    gains = {
        name: [quality.ndcg(f, q.relevant) for f, q in zip(found, over.questions, strict=True)]
        for name, found in told.items()
    }
    print(f"{len(over.passages)} passages, {len(over.questions)} questions")
    print(f"{'':14} nDCG@10  recall@5")
    for name, found in told.items():
        recalled = fmean(
            quality.recall(f, q.relevant) for f, q in zip(found, over.questions, strict=True)
        )
        print(f"{name:14} {fmean(gains[name]):7.4f}  {recalled:8.4f}")
    apart, low, high = quality.interval(gains["both"], gains["BM25 (bm25s)"])
    print(
        f"both - BM25: {apart:+.4f} (95 %: {low:+.4f} to {high:+.4f}), wanted {WANTED_ABOVE:+.2f}"
    )
    better = max(fmean(gains["words"]), fmean(gains["vectors"]))
    return 0 if apart >= WANTED_ABOVE and fmean(gains["both"]) >= better else 1


async def _asked(standing: House, question: str) -> tuple[compared.Ranked, compared.Ranked]:
    probe = await standing.search.probe(question)
    key = await standing.key_store.key_or_new(standing.owner)
    assert probe is not None
    assert query_words(question, key) is not None
    return await standing.search.legs(
        standing.owner,
        [standing.collection_id],
        {standing.owner.owner_id: key},
        question,
        probe,
    )


if __name__ == "__main__":
    sys.exit(main())
