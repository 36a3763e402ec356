"""Kinds that Kreuzberg reads whole, as Markdown."""

from __future__ import annotations

import re

import kreuzberg
from kreuzberg.exceptions import KreuzbergError

from argo.extraction import errors
from argo.extraction.reading import markdown
from argo.extraction.reading.document import Reading
from argo.extraction.types import MEDIA_TYPES

_PLAIN = kreuzberg.ExtractionConfig(
    use_cache=False,
    enable_quality_processing=False,
    output_format="markdown",
)
_FRONT = re.compile(r"(?:#+ )?(?:(title|meta-[\w:.-]+|canonical|base-href|lang): (.*)|---)?")


_TEXT = kreuzberg.ExtractionConfig(
    use_cache=False, enable_quality_processing=False, output_format="plain"
)


def read(reading: Reading, content: bytes) -> None:
    """Read a document of one of Kreuzberg's kinds."""
    put(reading, content, MEDIA_TYPES[reading.kind])
    reading.read_by = "kreuzberg"


def read_sheets(reading: Reading, content: bytes) -> None:
    """Read an old workbook: Kreuzberg gives each sheet's name as a heading of the second level."""
    found = kreuzberg.extract_bytes_sync(content, MEDIA_TYPES[reading.kind], _PLAIN)
    reading.read_by = "kreuzberg"
    sheets = re.split(r"^## ", found.content, flags=re.MULTILINE)
    reading.pages = len(sheets) - 1
    if reading.pages > reading.limits.max_pages:
        raise errors.TooManyPages(pages=reading.pages, limit=reading.limits.max_pages)
    markdown.put(reading, sheets[0])
    for number, sheet in enumerate(sheets[1:], 1):
        name, _, rest = sheet.partition("\n")
        reading.page = number
        reading.heading(1, name, "sheet")
        markdown.put(reading, rest, deeper=1)


def put(reading: Reading, content: bytes, media_type: str, deeper: int = 0) -> None:
    """Put what Kreuzberg reads in `content`, its headings `deeper` levels down."""
    found = kreuzberg.extract_bytes_sync(content, media_type, _PLAIN)
    text = found.content
    if media_type == MEDIA_TYPES["html"] and text.startswith("---\n"):
        title, text = _without_front(text)
        if not text.lstrip().startswith("# "):
            reading.heading(deeper + 1, title)
    markdown.put(reading, text, deeper)


def _without_front(text: str) -> tuple[str, str]:
    """Return the title and the text below what Kreuzberg tells of a page before it."""
    title = ""
    lines = text.split("\n")
    for at, line in enumerate(lines):
        found = _FRONT.fullmatch(line)
        if found is None:
            return title, "\n".join(lines[at:])
        if found[1] == "title":
            title = found[2]
    return title, ""


def plain(content: bytes, kind: str) -> list[str]:
    """Return the lines that Kreuzberg reads in `content`; none where it fails."""
    try:
        found = kreuzberg.extract_bytes_sync(content, MEDIA_TYPES[kind], _TEXT)
    except KreuzbergError:
        return []
    return [line.strip() for line in found.content.split("\n") if line.strip()]
