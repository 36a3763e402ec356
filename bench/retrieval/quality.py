"""Quality: nDCG@10 and recall@5 of words, of meaning, of both, beside a BM25 of the same run."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import bm25s
import Stemmer

RESAMPLES = 2000


@dataclass(frozen=True)
class Question:
    """A question and the ids of the passages that answer it."""

    text: str
    relevant: frozenset[str]


@dataclass(frozen=True)
class Set:
    """A set of questions over passages: id to title and text."""

    passages: Mapping[str, tuple[str, str]]
    questions: Sequence[Question]


def read(folder: Path, most: int | None) -> Set:
    """Read `corpus.jsonl` and `queries.jsonl`; at most so many questions."""
    passages = {
        each["id"]: (each.get("title", ""), each["text"])
        for each in _lines(folder / "corpus.jsonl")
    }
    questions = [
        Question(each["text"], frozenset(each["relevant"]))
        for each in _lines(folder / "queries.jsonl")
    ]
    return Set(passages, questions[:most])


def bm25(found_in: Set, most: int) -> list[list[str]]:
    """Return what a good BM25 finds for each question: bm25s, French stems and stop words."""
    stemmer = Stemmer.Stemmer("french")
    ids = list(found_in.passages)

    def cut(texts: list[str]) -> list[list[str]]:
        told: list[list[str]] = bm25s.tokenize(
            texts, stopwords="fr", stemmer=stemmer, return_ids=False, show_progress=False
        )
        return told

    index = bm25s.BM25()
    index.index(
        cut([f"{title}\n{text}" for title, text in found_in.passages.values()]), show_progress=False
    )
    asked = cut([question.text for question in found_in.questions])
    places, _ = index.retrieve(asked, k=min(most, len(ids)), show_progress=False)
    return [[ids[place] for place in row] for row in places]


def ndcg(found: Sequence[str], relevant: frozenset[str], at: int = 10) -> float:
    """Return the normalised discounted cumulative gain of the first `at`."""
    gained = sum(
        1 / math.log2(rank + 2) for rank, each in enumerate(found[:at]) if each in relevant
    )
    ideal = sum(1 / math.log2(rank + 2) for rank in range(min(at, len(relevant))))
    return gained / ideal


def recall(found: Sequence[str], relevant: frozenset[str], at: int = 5) -> float:
    """Return which part of the relevant passages is among the first `at`."""
    return len(relevant & set(found[:at])) / len(relevant)


def interval(one: Sequence[float], other: Sequence[float]) -> tuple[float, float, float]:
    """Return the mean of `one` less `other`, paired, with its 95 % interval by bootstrap."""
    apart = [a - b for a, b in zip(one, other, strict=True)]
    lot = random.Random(1)
    means = sorted(fmean(lot.choices(apart, k=len(apart))) for _ in range(RESAMPLES))
    return fmean(apart), means[int(0.025 * RESAMPLES)], means[int(0.975 * RESAMPLES)]


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]
