"""One warmed extractor with low limits for the whole run: a child a document is cheap."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from argo.extraction.service import Extractor
from argo.extraction.types import ExtractionSettings

MEGABYTE = 1024 * 1024

LOW = ExtractionSettings(
    max_file_bytes=4 * MEGABYTE,
    max_pages=50,
    max_unpacked_bytes=8 * MEGABYTE,
    max_characters=200_000,
    seconds=8,
    memory_bytes=512 * MEGABYTE,
    processes=2,
    ocr="off",
)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def extractor() -> AsyncIterator[Extractor]:
    made = Extractor(LOW)
    await made.open()
    try:
        yield made
    finally:
        await made.close()
