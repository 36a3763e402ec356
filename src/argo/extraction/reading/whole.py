"""Kinds that Kreuzberg reads whole, as Markdown."""

from __future__ import annotations

import kreuzberg

from argo.extraction.reading import markdown
from argo.extraction.reading.document import Reading
from argo.extraction.types import MEDIA_TYPES

_PLAIN = kreuzberg.ExtractionConfig(
    use_cache=False, enable_quality_processing=False, output_format="markdown"
)


def read(reading: Reading, content: bytes) -> None:
    """Read a document of one of Kreuzberg's kinds."""
    put(reading, content, MEDIA_TYPES[reading.kind])
    reading.read_by = "kreuzberg"


def put(reading: Reading, content: bytes, media_type: str, deeper: int = 0) -> None:
    """Put what Kreuzberg reads in `content`, its headings `deeper` levels down."""
    found = kreuzberg.extract_bytes_sync(content, media_type, _PLAIN)
    markdown.put(reading, found.content, deeper)
