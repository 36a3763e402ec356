"""How long a long PDF takes, and what it does to the loop that streams answers.

`python bench/extraction/speed.py FILE.pdf [--pages 300] [--at-once 2]`: FILE's pages are repeated
until there are so many. Prints wall time, the children's CPU, the parent's CPU, and the latest
that a tick of every 10 ms came: what another person's stream would have waited.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import resource
import time
from pathlib import Path

import pypdfium2
import uvloop

from argo.extraction.passages import passages
from argo.extraction.service import Extractor
from argo.extraction.types import ExtractionSettings

TICK_SECONDS = 0.01


def repeated(content: bytes, pages: int) -> bytes:
    origin, made = pypdfium2.PdfDocument(content), pypdfium2.PdfDocument.new()
    while len(made) < pages:
        made.import_pages(origin, list(range(min(len(origin), pages - len(made)))))
    held = io.BytesIO()
    made.save(held)
    return held.getvalue()


async def ticks(late: list[float]) -> None:
    while True:
        start = time.perf_counter()
        await asyncio.sleep(TICK_SECONDS)
        late.append(time.perf_counter() - start - TICK_SECONDS)


async def measure(content: bytes, at_once: int) -> None:
    extractor = Extractor(ExtractionSettings())
    await extractor.open()
    idle: list[float] = []
    async with asyncio.timeout(3):
        ticker = asyncio.create_task(ticks(idle))
        await asyncio.wait([ticker], timeout=2)
        ticker.cancel()
    late: list[float] = []
    ticker = asyncio.create_task(ticks(late))
    own, start = time.process_time(), time.perf_counter()
    read = await asyncio.gather(*(extractor.extract(content, "a.pdf") for _ in range(at_once)))
    wall, spent = time.perf_counter() - start, time.process_time() - own
    ticker.cancel()
    while extractor.state().running:
        await asyncio.sleep(TICK_SECONDS)
    await extractor.close()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{at_once} at once: {wall:.2f} s wall, parent {spent:.3f} s of CPU")
    print(f"children with the start of the nursery: {used.ru_utime + used.ru_stime:.2f} s of CPU")
    print(
        f"latest tick: {max(late) * 1000:.0f} ms; before, with nothing to read: {max(idle) * 1000:.0f} ms"
    )
    start = time.process_time()
    made = passages(read[0])
    pages = read[0].pages
    characters = sum(len(block.text) for block in read[0].blocks)
    print(f"{pages} pages, {characters} characters, {len(made)} passages", end=" ")
    print(f"(cut in {time.process_time() - start:.3f} s of CPU)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--at-once", type=int, default=1)
    chosen = parser.parse_args()
    document = repeated(chosen.file.read_bytes(), chosen.pages)
    uvloop.run(measure(document, chosen.at_once))
