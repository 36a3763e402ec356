"""XLSX: sheets in their order, values as they are shown, with charts, text boxes and comments."""

from __future__ import annotations

import re
from collections.abc import Iterator

from argo.extraction import errors
from argo.extraction.reading import markup, office
from argo.extraction.reading.cells import Formats, Merged, column_of
from argo.extraction.reading.document import Reading
from argo.extraction.reading.markup import Element
from argo.extraction.reading.office import Package

_MAIN = "xl/workbook.xml"
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z0-9:]{2,30})[\"']")
_WIDEST = 2000
"""Columns read of a row; the format allows 16,384, people do not."""

Row = tuple[int, list[str]]


def read(reading: Reading, content: bytes) -> None:
    """Read a workbook of Excel."""
    package = Package(reading, content)
    main = package.main_part(_MAIN)
    relations = package.relations(main)
    root = package.part(main)
    order = next(markup.inside(root, "sheets"), None)
    sheets = [
        each for each in (order if order is not None else ()) if markup.local(each) == "sheet"
    ]
    reading.pages = len(sheets)
    if reading.pages > reading.limits.max_pages:
        raise errors.TooManyPages(pages=reading.pages, limit=reading.limits.max_pages)
    book = _Book(reading, package, main)
    hidden = 0
    for number, sheet in enumerate(sheets, 1):
        relation = relations.get(markup.attribute(sheet, "id") or "")
        if relation is None:
            continue
        hidden += sheet.get("state", "visible") != "visible"
        reading.page = number
        reading.heading(1, sheet.get("name", str(number)), "sheet")
        if relation.kind == "worksheet":
            book.put_cells(relation.target)
        book.put_beside(relation.target)
    if hidden:
        reading.remark("hidden_read", count=hidden)
    if package.lost:
        reading.remark("part_not_read", count=package.lost)


class _Book:
    def __init__(self, reading: Reading, package: Package, main: str) -> None:
        self._reading = reading
        self._package = package
        self._strings = self._shared_strings(main)
        styles = next(package.related(main, "styles"), None)
        workbook = package.part(main)
        since_1904 = any(
            each.get("date1904") in {"1", "true"} for each in markup.inside(workbook, "workbookPr")
        )
        self._formats = Formats(package.part_or_none(styles) if styles else None, since_1904)
        self._people = self._persons(main)

    def put_cells(self, part: str) -> None:
        """Put the tables of a sheet: what empty rows part are tables of their own."""
        try:
            content = self._package.content(part)
        except KeyError:
            self._package.lost += 1
            return
        merged = Merged(found.decode() for found in _MERGED.findall(content))
        table: list[list[str]] = []
        held, last = 0, 0
        for number, cells in self._rows(content, merged):
            if not any(cells) or number > last + 1:
                self._put_table(table)
                table, held = [], 0
            last = number
            if any(cells):
                table.append(cells)
                held += sum(map(len, cells)) + len(cells)
            if held > 2_000_000:
                # A table without end is put in parts, each under the header.
                self._put_table(table)
                table, held = table[:1], 0
        self._put_table(table)

    def put_beside(self, part: str) -> None:
        """Put what lies over a sheet: charts, text boxes, comments."""
        relations = self._package.relations(part)
        threads = any(relation.kind == "threadedComment" for relation in relations.values())
        for relation in relations.values():
            if relation.kind == "drawing":
                self._put_drawing(relation.target)
            elif relation.kind == "threadedComment":
                self._put_threads(relation.target)
            elif relation.kind == "comments" and not threads:
                self._put_comments(relation.target)

    def _put_table(self, table: list[list[str]]) -> None:
        if not table:
            return
        used = [at for row in table for at, cell in enumerate(row) if cell]
        first, last = min(used), max(used) + 1
        rows = [[*row[first:last], *[""] * (last - max(first, len(row)))] for row in table]
        if len(rows) == 1:
            # A line by itself is a title or a remark, not a table.
            self._reading.text(" ".join(dict.fromkeys(cell for cell in rows[0] if cell)))
        else:
            self._reading.table(rows)

    def _rows(self, content: bytes, merged: Merged) -> Iterator[Row]:
        number = 0
        for event, element in markup.elements(content):
            if event != "end" or markup.local(element) != "row":
                continue
            said = element.get("r", "")
            number = int(said) if said.isdigit() and len(said) < 9 else number + 1
            cells: list[str] = []
            for cell in element:
                place = cell.get("r", "")
                column = column_of(place) if place else len(cells)
                if column >= _WIDEST:
                    break
                text = " ".join(self._value(cell).split())
                if not text and column >= len(cells) and not merged.holds(number, column):
                    continue
                cells += [""] * (column + 1 - len(cells))
                cells[column] = text
            yield number, merged.filled(number, cells)
            element.clear()

    def _value(self, cell: Element) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return markup.words(cell)
        value = markup.child(cell, "v")
        text = value.text if value is not None else None
        if text is None:
            formula = markup.child(cell, "f")
            return f"={formula.text}" if formula is not None and formula.text else ""
        if kind == "s":
            at = int(text) if text.isdigit() else -1
            return self._strings[at] if 0 <= at < len(self._strings) else ""
        if kind == "b":
            return "TRUE" if text == "1" else "FALSE"
        if kind in {"str", "e", "d"}:
            return text
        return self._formats.shown(text, cell.get("s", "0"))

    def _shared_strings(self, main: str) -> list[str]:
        part = next(self._package.related(main, "sharedStrings"), None)
        if part is None:
            return []
        strings = []
        for event, element in markup.elements(self._package.content(part)):
            if event == "end" and markup.local(element) == "si":
                for phonetic in [each for each in element if markup.local(each) == "rPh"]:
                    element.remove(phonetic)
                strings.append(markup.words(element))
                element.clear()
        return strings

    def _put_drawing(self, part: str) -> None:
        root = self._package.part_or_none(part)
        if root is None:
            return
        relations = self._package.relations(part)
        for shape in root.iter():
            name = markup.local(shape)
            if name == "graphicFrame":
                office.put_graphic(self._reading, self._package, relations, shape)
            elif name == "sp":
                text = "\n".join(text for _, text in office.paragraphs(shape) if text)
                self._reading.text(text)
            elif name == "pic":
                self._reading.text(office.picture_words(shape))

    def _put_comments(self, part: str) -> None:
        root = self._package.part_or_none(part)
        if root is None:
            return
        authors = [each.text or "" for each in markup.inside(root, "author")]
        for each in markup.inside(root, "comment"):
            at = each.get("authorId", "")
            author = authors[int(at)] if at.isdigit() and int(at) < len(authors) else ""
            self._put_comment(each.get("ref", ""), author, markup.words(each))

    def _put_threads(self, part: str) -> None:
        root = self._package.part_or_none(part)
        for each in root if root is not None else ():
            author = self._people.get(each.get("personId", ""), "")
            self._put_comment(each.get("ref", ""), author, markup.words(each, "text"))

    def _put_comment(self, place: str, author: str, text: str) -> None:
        text = " ".join(text.split())
        if text:
            said = ", ".join(word for word in ("Comment", place, author) if word)
            self._reading.text(f"[{said}] {text}", "comment")

    def _persons(self, main: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for part in self._package.related(main, "person"):
            root = self._package.part_or_none(part)
            for each in root if root is not None else ():
                found[each.get("id", "")] = each.get("displayName", "")
        return found
