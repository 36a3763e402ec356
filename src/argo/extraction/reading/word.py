"""DOCX: paragraphs, lists, tables, text boxes, charts, notes, comments, headers and footers."""

from __future__ import annotations

from collections.abc import Iterator

from argo.extraction.reading import equations, markup, office
from argo.extraction.reading.document import Reading
from argo.extraction.reading.markup import Element
from argo.extraction.reading.office import Package, Relation
from argo.extraction.reading.word_styles import Lists, Styles

_MAIN = "word/document.xml"
_CONTAINERS = frozenset(
    "body sdt sdtContent ins moveTo smartTag customXml hdr ftr footnote endnote comment "
    "txbxContent".split()
)
_SKIPPED = frozenset(
    "del moveFrom pPr rPr tblPr tblGrid trPr tcPr sectPr sdtPr sdtEndPr instrText delText "
    "delInstrText".split()
)
_DEEPEST = 40


def read(reading: Reading, content: bytes) -> None:
    """Read a document of Word."""
    package = Package(reading, content)
    part = package.main_part(_MAIN)
    reader = _Reader(reading, package, part)
    body = markup.child(package.part(part), "body")
    if body is None:
        raise ValueError(part)
    reader.put_all(body, 0)
    reader.put_beside()
    if package.lost:
        reading.remark("part_not_read", count=package.lost)


class _Reader:
    def __init__(self, reading: Reading, package: Package, part: str) -> None:
        self._reading = reading
        self._package = package
        self._part = part
        self._relations: dict[str, Relation] = package.relations(part)
        self._styles = Styles(self._beside("styles"))
        self._lists = Lists(self._beside("numbering"), self._styles)

    def _beside(self, kind: str) -> Element | None:
        for name in self._package.related(self._part, kind):
            return self._package.part_or_none(name)
        return None

    def put_all(self, element: Element, depth: int) -> None:
        """Put paragraphs and tables, also those that other elements wrap."""
        if depth > _DEEPEST:
            return
        for each in element:
            name = markup.local(each)
            if name == "p":
                self._put_paragraph(each, depth)
            elif name == "tbl":
                self._put_table(each, depth)
            elif name == "AlternateContent":
                self.put_all(_choice(each), depth + 1)
            elif name in {"oMathPara", "oMath"}:
                self._reading.text(equations.shown(each))
            elif name in _CONTAINERS:
                self.put_all(each, depth + 1)

    def put_beside(self) -> None:
        """Put what stands beside the text: notes, comments, headers and footers."""
        for kind, mark in (("footnotes", ""), ("endnotes", "e")):
            for each in self._parts_of(kind):
                if markup.attribute(each, "type") in {"separator", "continuationSeparator"}:
                    continue
                text = self._flat(each)
                if text:
                    self._reading.text(f"[^{mark}{markup.attribute(each, 'id')}] {text}", "note")
        for each in self._parts_of("comments"):
            text = self._flat(each)
            author = (markup.attribute(each, "author") or "").strip()
            if text:
                said = f"[Comment, {author}] {text}" if author else f"[Comment] {text}"
                self._reading.text(said, "comment")
        told = set()
        for name in self._package.related(self._part, "header", "footer"):
            root = self._package.part_or_none(name)
            text = self._flat(root) if root is not None else ""
            if text and text not in told:
                told.add(text)
                self._reading.text(text, "note")

    def _parts_of(self, kind: str) -> Iterator[Element]:
        root = self._beside(kind)
        yield from root if root is not None else ()

    def _flat(self, element: Element) -> str:
        """Return all text of a container, its paragraphs one after the other."""
        lines = [
            " ".join(self._text(each, aside=[]).split()) for each in markup.inside(element, "p")
        ]
        return "\n".join(line for line in lines if line)

    def _put_paragraph(self, paragraph: Element, depth: int) -> None:
        aside: list[Element] = []
        text = self._text(paragraph, aside).strip()
        level = self._styles.heading_level(paragraph)
        if text:
            mark = self._lists.mark(paragraph)
            if level:
                self._reading.heading(
                    level, f"{mark.strip()} {text}" if mark[-2:] != "- " else text
                )
            else:
                self._reading.text(f"{mark}{text}")
        for each in aside:
            self._put_drawing(each, depth)

    def _put_drawing(self, drawing: Element, depth: int) -> None:
        """Put what hangs at a paragraph: text boxes, charts, diagrams, pictures."""
        boxes = list(markup.inside(drawing, "txbxContent"))
        if boxes and depth < _DEEPEST:
            for box in boxes:
                self.put_all(box, depth + 10)
            return
        before = len(self._reading.blocks)
        office.put_graphic(self._reading, self._package, self._relations, drawing)
        if len(self._reading.blocks) == before and any(
            markup.local(each) in {"blip", "imagedata"} for each in drawing.iter()
        ):
            self._reading.text(office.picture_words(drawing))

    def _text(self, element: Element, aside: list[Element]) -> str:
        """Return the text of a paragraph; drawings are put `aside`, for they stand apart."""
        pieces: list[str] = []
        self._gather(element, pieces, aside, 0)
        return "".join(pieces)

    def _gather(
        self, element: Element, pieces: list[str], aside: list[Element], depth: int
    ) -> None:
        if depth > _DEEPEST:
            return
        for each in element:
            name = markup.local(each)
            sign = _sign(each, name)
            if sign is not None:
                pieces.append(sign)
            elif name in {"oMath", "oMathPara"}:
                pieces.append(f" {equations.shown(each)} ")
            elif name in {"drawing", "pict", "object"}:
                aside.append(each)
            elif name == "AlternateContent":
                self._gather(_choice(each), pieces, aside, depth + 1)
            elif name not in _SKIPPED:
                self._gather(each, pieces, aside, depth + 1)

    def _put_table(self, table: Element, depth: int) -> None:
        aside: list[Element] = []
        rows = self._rows(table, aside)
        cells = [cell for row in rows for cell in row]
        if len(cells) == 1:
            # A frame around text, not a table.
            for cell in markup.inside(table, "tc"):
                self.put_all(cell, depth + 1)
                return
        if any(cell.strip() for cell in cells):
            self._reading.table(rows)
        for each in aside:
            self._put_drawing(each, depth + 1)

    def _rows(self, table: Element, aside: list[Element]) -> list[list[str]]:
        rows: list[list[str]] = []
        for row in _within(table, "tr"):
            cells: list[str] = []
            for cell in _within(row, "tc"):
                properties = markup.child(cell, "tcPr")
                merged = markup.child(properties, "vMerge")
                span = markup.child(properties, "gridSpan")
                if (
                    merged is not None
                    and (markup.attribute(merged, "val") or "continue") == "continue"
                    and rows
                ):
                    above = rows[-1]
                    text = above[len(cells)] if len(cells) < len(above) else ""
                else:
                    text = self._cell(cell, aside)
                count = _number(markup.attribute(span, "val")) if span is not None else 1
                # What spans columns or rows is repeated in each: a row then reads by itself.
                cells += [text] * max(1, min(count, 64))
            rows.append(cells)
        return rows

    def _cell(self, cell: Element, aside: list[Element]) -> str:
        lines = []
        for each in markup.inside(cell, "p"):
            text = self._text(each, aside).strip()
            if text:
                lines.append(self._lists.mark(each) + text)
        return " ".join(lines)


_SIGNS = {
    "tab": " ",
    "br": "\n",
    "cr": "\n",
    "noBreakHyphen": "-",
    "softHyphen": "",
    "ptab": " ",
}


def _sign(element: Element, name: str) -> str | None:
    """Return what an element within a run is in text; None for one that holds more."""
    if name == "t":
        return element.text or ""
    if name == "sym":
        return _symbol(element)
    if name in {"footnoteReference", "endnoteReference"}:
        mark = "e" if name.startswith("end") else ""
        return f"[^{mark}{markup.attribute(element, 'id')}]"
    return _SIGNS.get(name)


def _within(element: Element, name: str) -> Iterator[Element]:
    """Yield children called `name`, also those that a content control wraps."""
    for each in element:
        found = markup.local(each)
        if found == name:
            yield each
        elif found in {"sdt", "sdtContent", "ins", "customXml"}:
            yield from _within(each, name)


def _choice(alternate: Element) -> Element:
    """Return the side of an alternative that has something to say."""
    sides = list(alternate)
    for each in sides:
        if any(markup.local(found) in {"t", "drawing", "chart", "relIds"} for found in each.iter()):
            return each
    return sides[0] if sides else alternate


def _symbol(element: Element) -> str:
    code = markup.attribute(element, "char") or ""
    try:
        value = int(code, 16)
    except ValueError:
        return ""
    # Symbol fonts keep their signs in the private area, where no other font shows them.
    return "•" if 0xE000 <= value <= 0xF8FF else chr(value)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 6 else 1
