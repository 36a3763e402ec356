"""How much of reference texts is read: `python bench/extraction/run.py FOLDER [--missing]`.

FOLDER holds documents, each with its reference beside it as NAME.ref.md (or NAME.md). Coverage is
the share of the reference's words (with how often each stands there; letters and digits, whatever
their case; comments of HTML left out) that are in what was read, and precision the share of what
was read that is in the reference. Documents without a reference are read too: none may fail.
Each is read in its confined child, as the service does; the CPU is the children's.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from argo.errors import ArgoError
from argo.extraction.passages import passages
from argo.extraction.service import Extractor
from argo.extraction.types import DOCUMENT_KINDS, ExtractionSettings

ENDINGS = (".ref.md", ".md", ".ref.txt")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass(frozen=True)
class Row:
    name: str
    coverage: float | None
    precision: float | None
    seconds: float
    said: str
    missing: Counter[str]


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", COMMENT.sub(" ", text).lower()))


def reference_of(document: Path) -> str | None:
    for ending in ENDINGS:
        beside = document.with_name(document.name + ending)
        if beside.exists():
            return beside.read_text(encoding="utf-8")
    return None


def documents_in(folder: Path) -> list[Path]:
    found = sorted(each for each in folder.rglob("*") if each.is_file())
    names = {each.name for each in found}
    references = {name + ending for name in names for ending in ENDINGS}
    return [
        each
        for each in found
        if each.name not in references and each.suffix.lower().lstrip(".") in DOCUMENT_KINDS
    ]


async def read(extractor: Extractor, document: Path, content: bytes, wanted: str | None) -> Row:
    start = time.perf_counter()
    try:
        got = await extractor.extract(content, document.name)
    except ArgoError as error:
        none = 0.0 if wanted is not None else None
        return Row(document.name, none, none, 0.0, f"FAILED {error.code}", Counter())
    seconds = time.perf_counter() - start
    remarks = ", ".join(remark.code for remark in got.remarks)
    said = f"{got.read_by} {got.pages or '-'}p {len(passages(got))} passages {remarks}"
    if wanted is None:
        return Row(document.name, None, None, seconds, said, Counter())
    want, have = words(wanted), words("\n".join(block.text for block in got.blocks))
    shared = sum((want & have).values())
    return Row(
        document.name,
        shared / max(1, sum(want.values())),
        shared / max(1, sum(have.values())),
        seconds,
        said,
        want - have,
    )


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--missing", action="store_true", help="print the words not found")
    parser.add_argument("--ocr", choices=("auto", "off"), default="auto")
    chosen = parser.parse_args()
    extractor = Extractor(ExtractionSettings(ocr=chosen.ocr))
    await extractor.open()
    try:
        rows = [
            await read(extractor, each, each.read_bytes(), reference_of(each))
            for each in documents_in(chosen.folder)
        ]
    finally:
        await extractor.close()
    for row in rows:
        figures = (
            "  -      -  " if row.coverage is None else f"{row.coverage:.3f}  {row.precision:.3f}"
        )
        print(f"{figures}  {row.seconds:6.2f} s  {row.name}  ({row.said})")
        if chosen.missing and row.missing:
            print("        ", dict(row.missing.most_common(20)))
    measured = [row.coverage for row in rows if row.coverage is not None]
    failed = sum(row.said.startswith("FAILED") for row in rows)
    print(f"coverage, mean of {len(measured)}: {sum(measured) / max(1, len(measured)):.4f}")
    print(f"failed: {failed} of {len(rows)}")


if __name__ == "__main__":
    asyncio.run(main())
