"""DOC and PPT, as office-oxide takes them apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from office_oxide import Document, OfficeOxideError

from argo.extraction import errors
from argo.extraction.reading import whole
from argo.extraction.reading.document import Reading
from argo.extraction.types import BlockKind

_DEEPEST = 20
_MOST_SPANNED = 64
_THIN = 1.5

Found = dict[str, Any]


def read(reading: Reading, content: bytes) -> None:
    """Read a document of Word 97 or a presentation of PowerPoint 97."""
    slides = reading.kind == "ppt"
    try:
        found = orjson.loads(Document.from_bytes(content, "ppt" if slides else "doc").to_ir_json())
    except OfficeOxideError as error:
        raise ValueError(reading.kind) from error
    sections: list[Found] = found["sections"]
    reading.read_by = "office-oxide"
    if slides:
        reading.pages = len(sections)
        if reading.pages > reading.limits.max_pages:
            raise errors.TooManyPages(pages=reading.pages, limit=reading.limits.max_pages)
    for number, section in enumerate(sections, 1):
        if slides:
            reading.page = number
            reading.enter(1, str(number))
        _put_all(reading, section["elements"], "slide" if slides else "heading", 0)
        _put_beside(reading, section)
    if not reading.blocks:
        raise ValueError(reading.kind)
    _put_unseen(reading, content)


def _put_all(reading: Reading, elements: list[Found], opening: BlockKind, depth: int) -> None:
    for each in elements if depth < _DEEPEST else ():
        kind = each.get("type")
        if kind == "heading":
            reading.heading(int(each.get("level", 1)), _words(each), opening)
        elif kind == "list":
            reading.text("\n".join(_items(each, 0)))
        elif kind == "table":
            reading.table(_rows(each))
        elif kind == "image":
            said = str(each.get("alt_text") or "").strip()
            reading.text(f"[image: {said}]" if said else "[image]")
        elif "content" in each and kind == "paragraph":
            reading.text(_words(each))
        else:
            _put_all(reading, _within(each), opening, depth + 1)


def _put_beside(reading: Reading, section: Found) -> None:
    """Put speaker's notes, footnotes, headers and footers of a section."""
    for name in ("speaker_notes", "footnotes", "endnotes", "header", "footer", "comments"):
        found = section.get(name)
        elements = _within(found) if isinstance(found, dict) else found
        kind: BlockKind = "comment" if name == "comments" else "note"
        for each in elements if isinstance(elements, list) else ():
            reading.text(_flat(each, 0), kind)


def _put_unseen(reading: Reading, content: bytes) -> None:
    """Put what only the other reader sees, where this one is thin."""
    words = {word for block in reading.blocks for word in block.text.split()}
    count = sum(len(block.text.split()) for block in reading.blocks)
    others = whole.plain(content, reading.kind)
    if sum(len(line.split()) for line in others) < _THIN * count + 20:
        return
    reading.enter(1, "")
    for line in others:
        if any(word not in words for word in line.split()):
            reading.text(line)


def _within(element: Found) -> list[Found]:
    for name in ("elements", "content", "items"):
        found = element.get(name)
        if isinstance(found, list):
            return [each for each in found if isinstance(each, dict)]
    return []


def _words(element: Found) -> str:
    pieces = []
    for each in element.get("content", ()):
        kind = each.get("type")
        if kind in {"line_break", "break"}:
            pieces.append("\n")
        else:
            pieces.append(str(each.get("text") or "") or _words(each))
    return "".join(pieces).strip()


def _flat(element: Found, depth: int) -> str:
    if element.get("type") in {"paragraph", "heading"}:
        return _words(element)
    inner = _within(element) if depth < _DEEPEST else []
    return " ".join(text for text in (_flat(each, depth + 1) for each in inner) if text)


def _items(element: Found, level: int) -> Iterator[str]:
    ordered = bool(element.get("ordered"))
    start = element.get("start") or 1
    for number, item in enumerate(element.get("items", ()), int(start)):
        mark = f"{number}. " if ordered else "- "
        text = " ".join(
            _flat(each, 0) for each in item.get("content", ()) if each.get("type") != "list"
        )
        yield "  " * level + mark + text
        inner = [each for each in item.get("content", ()) if each.get("type") == "list"]
        if isinstance(item.get("nested"), dict):
            inner.append(item["nested"])
        for each in inner if level < _DEEPEST else ():
            yield from _items(each, level + 1)


def _rows(table: Found) -> Iterator[list[str]]:
    for row in table.get("rows", ()):
        cells: list[str] = []
        for cell in row.get("cells", ()):
            text = " ".join(_flat(each, 0) for each in cell.get("content", ()))
            cells += [text] * max(1, min(int(cell.get("col_span") or 1), _MOST_SPANNED))
        yield cells
