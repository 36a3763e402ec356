"""OpenDocument: texts, sheets and slides, with charts, notes and comments."""

from __future__ import annotations

from collections.abc import Collection

from argo.extraction import errors
from argo.extraction.reading import equations, markup
from argo.extraction.reading.archive import Archive
from argo.extraction.reading.document import Reading
from argo.extraction.reading.faults import FAULTS
from argo.extraction.reading.markup import Element

_DEEPEST = 60
_MOST_REPEATED = 64
_PASSED_OVER = frozenset(
    "tracked-changes forms sequence-decls variable-decls user-field-decls settings "
    "calculation-settings named-expressions database-ranges shapes-decls".split()
)
_LINES = {"line-break": "\n", "tab": " "}


def read(reading: Reading, content: bytes) -> None:
    """Read a document of LibreOffice's kinds."""
    archive = Archive(content, reading.limits)
    root = markup.parsed(archive.read("content.xml"))
    body = markup.child(root, "body")
    if body is None or not len(body):
        raise ValueError(reading.kind)
    reader = _Reader(reading, archive)
    reader.learn_styles(root)
    kind = next((each for each in body if markup.local(each) in _BODIES), None)
    if kind is None:
        raise ValueError(reading.kind)
    _BODIES[markup.local(kind)](reader, kind)
    reader.put_edges()
    if reader.lost:
        reading.remark("part_not_read", count=reader.lost)


class _Reader:
    def __init__(self, reading: Reading, archive: Archive) -> None:
        self.reading = reading
        self.archive = archive
        self.lost = 0
        self._numbered: dict[str | None, Collection[int]] = {}
        self._titles: dict[str | None, int] = {"Title": 1, "Subtitle": 2}
        self._last_number = 0

    def learn_styles(self, root: Element) -> None:
        """Learn which paragraphs are titles, and which levels of lists are numbered."""
        for style in markup.inside(root, "style"):
            parent = markup.attribute(style, "parent-style-name")
            if parent in self._titles:
                self._titles[markup.attribute(style, "name")] = self._titles[parent]
        for style in markup.inside(root, "list-style"):
            self._numbered[markup.attribute(style, "name")] = {
                _count_of(level, "level")
                for level in style
                if markup.local(level) == "list-level-style-number"
                and markup.attribute(level, "num-format")
            }

    def put_text(self, body: Element) -> None:
        """Put the body of a text."""
        self.put_all(body, 0)

    def put_sheets(self, body: Element) -> None:
        """Put each sheet under its name."""
        tables = [each for each in body if markup.local(each) == "table"]
        self._count(len(tables))
        for number, table in enumerate(tables, 1):
            self.reading.page = number
            self.reading.heading(1, markup.attribute(table, "name") or str(number), "sheet")
            self.put_table(table, 0)

    def put_slides(self, body: Element) -> None:
        """Put each slide: its title, what is on it, its notes."""
        pages = [each for each in body if markup.local(each) == "page"]
        self._count(len(pages))
        for number, page in enumerate(pages, 1):
            self.reading.page = number
            title = next((each for each in page if _class(each) == "title"), None)
            said = " ".join(_flat(title).split()) if title is not None else ""
            if said:
                self.reading.heading(1, said, "slide")
            else:
                self.reading.enter(1, str(number))
            for each in page:
                if markup.local(each) == "notes":
                    self._put_notes(each)
                elif each is not title or not said:
                    self._put_one(each, 0)

    def put_all(self, element: Element, depth: int) -> None:
        """Put what an element holds, in order."""
        if depth < _DEEPEST:
            for each in element:
                self._put_one(each, depth)

    def put_table(self, table: Element, depth: int) -> None:
        """Put a table; what empty rows part are tables of their own."""
        aside: list[Element] = []
        held: list[list[str]] = []
        for row in [*_rows(table, aside, 0), []]:
            if any(row):
                held.append(row)
                continue
            if len(held) == 1:
                self.reading.text(" ".join(dict.fromkeys(cell for cell in held[0] if cell)))
            elif held:
                used = [at for cells in held for at, cell in enumerate(cells) if cell]
                first, last = min(used), max(used) + 1
                self.reading.table(
                    [
                        [*cells[first:last], *[""] * (last - max(first, len(cells)))]
                        for cells in held
                    ]
                )
            held = []
        for each in aside:
            self._put_one(each, depth + 1)

    def put_edges(self) -> None:
        """Put headers and footers, each text once."""
        if self.archive.find("styles.xml") is None or self.reading.kind != "odt":
            return
        try:
            root = markup.parsed(self.archive.read("styles.xml"))
        except FAULTS:
            self.lost += 1
            return
        edges = [
            _flat(each)
            for each in root.iter()
            if markup.local(each).startswith(("header", "footer"))
            and len(each)
            and "style" in str(each.tag)
            and markup.local(each) not in {"header-style", "footer-style"}
        ]
        for text in dict.fromkeys(edges):
            self.reading.text(text, "note")

    def _put_one(self, each: Element, depth: int) -> None:
        name = markup.local(each)
        if name == "h":
            level = markup.attribute(each, "outline-level") or "1"
            self._put_paragraph(each, depth, int(level) if level.isdigit() else 1)
        elif name == "p":
            self._put_paragraph(each, depth, self._titles.get(_style(each), 0))
        elif name == "list":
            self._put_list(each, 0, depth)
        elif name == "table":
            self.put_table(each, depth)
        elif name == "frame":
            self._put_frame(each, depth)
        elif name == "annotation":
            self._put_comment(each)
        elif name not in _PASSED_OVER:
            self.put_all(each, depth + 1)

    def _put_paragraph(self, element: Element, depth: int, level: int) -> None:
        aside: list[Element] = []
        text = _text(element, aside).strip()
        if level:
            self.reading.heading(level, text)
        else:
            self.reading.text(text)
        self._put_aside(aside, depth)

    def _put_aside(self, aside: list[Element], depth: int) -> None:
        for each in aside if depth < _DEEPEST else ():
            if markup.local(each) == "note":
                body = markup.child(each, "note-body")
                mark = markup.child(each, "note-citation")
                said = _flat(body) if body is not None else ""
                number = (mark.text or "") if mark is not None else ""
                self.reading.text(f"[^{number}] {said}" if said else "", "note")
            else:
                self._put_one(each, depth + 1)

    def _put_list(self, element: Element, level: int, depth: int) -> None:
        aside: list[Element] = []
        numbered = self._numbered.get(markup.attribute(element, "style-name"), ())
        goes_on = markup.attribute(element, "continue-numbering") == "true"
        first = self._last_number + 1 if goes_on else 1
        lines = _items(element, level, aside, numbered, first)
        self._last_number = first + len(element) - 1
        self.reading.text("\n".join(lines))
        self._put_aside(aside, depth)

    def _put_frame(self, frame: Element, depth: int) -> None:
        for each in frame:
            name = markup.local(each)
            if name == "object":
                self._put_object(markup.attribute(each, "href") or "")
                return
            if name in {"text-box", "table"}:
                self._put_one(each, depth + 1) if name == "table" else self.put_all(each, depth + 1)
                return
        if markup.child(frame, "image") is not None:
            said = [markup.child(frame, name) for name in ("title", "desc")]
            text = " ".join(_flat_words(each) for each in said if each is not None)
            self.reading.text(f"[image: {text}]" if text else "[image]")

    def _put_object(self, href: str) -> None:
        """Put an embedded chart or document; what lies outside is not looked for."""
        name = href.removeprefix("./").rstrip("/") + "/content.xml"
        if self.archive.find(name) is None:
            return
        try:
            root = markup.parsed(self.archive.read(name))
        except FAULTS:
            self.lost += 1
            return
        if markup.local(root) == "math":
            self.reading.text(equations.shown_mathml(root))
            return
        charts = (each for each in markup.inside(root, "chart") if _class(each))
        chart = next(charts, None)
        if chart is None:
            words = " ".join(_flat(root).split())
            self.reading.text(words)
            return
        kind = (markup.attribute(chart, "class") or "").rpartition(":")[2]
        said = [_flat(each) for each in markup.inside(chart, "title")]
        said.append(f"[{_CHARTS[kind]}]" if kind in _CHARTS else "")
        self.reading.text("\n".join(line for line in said if line))
        for table in markup.inside(chart, "table"):
            self.reading.table([row for row in _rows(table, [], 0) if any(row)])

    def _put_comment(self, annotation: Element) -> None:
        creator = markup.child(annotation, "creator")
        author = (creator.text or "").strip() if creator is not None else ""
        text = " ".join(_flat(annotation).split())
        said = f"[Comment, {author}] {text}" if author else f"[Comment] {text}"
        self.reading.text(said if text else "", "comment")

    def _put_notes(self, notes: Element) -> None:
        for each in markup.inside(notes, "text-box"):
            self.reading.text(_flat(each), "note")

    def _count(self, pages: int) -> None:
        self.reading.pages = pages
        if pages > self.reading.limits.max_pages:
            raise errors.TooManyPages(pages=pages, limit=self.reading.limits.max_pages)


_BODIES = {
    "text": _Reader.put_text,
    "spreadsheet": _Reader.put_sheets,
    "presentation": _Reader.put_slides,
}
_CHARTS = {
    "line": "Line chart", "bar": "Bar chart", "circle": "Pie chart", "ring": "Doughnut chart",
    "area": "Area chart", "scatter": "Scatter chart", "bubble": "Bubble chart",
    "radar": "Radar chart", "filled-radar": "Radar chart", "stock": "Stock chart",
}  # fmt: skip
_STANDING_APART = frozenset(["frame", "note", "annotation", "custom-shape", "g", "rect"])


def _text(element: Element, aside: list[Element]) -> str:
    """Return a paragraph's own text; what stands apart from it goes `aside`."""
    pieces = [element.text or ""]
    for each in element:
        name = markup.local(each)
        if name in _STANDING_APART:
            aside.append(each)
            if name == "note":
                mark = markup.child(each, "note-citation")
                pieces.append(f"[^{(mark.text or '') if mark is not None else ''}]")
        elif name == "s":
            count = markup.attribute(each, "c") or "1"
            pieces.append(" " * (int(count) if count.isdigit() and len(count) < 3 else 1))
        elif name in _LINES:
            pieces.append(_LINES[name])
        elif name not in {"tracked-changes", "annotation-end"}:
            pieces.append(_text(each, aside))
        pieces.append(each.tail or "")
    return "".join(pieces)


def _flat(element: Element) -> str:
    """Return all text of an element, its paragraphs one after the other."""
    lines = [
        " ".join(_text(each, []).split())
        for each in element.iter()
        if markup.local(each) in {"p", "h"}
    ]
    return "\n".join(line for line in lines if line)


def _flat_words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())[:500]


def _items(
    element: Element,
    level: int,
    aside: list[Element],
    numbered: Collection[int] = (),
    first: int = 1,
) -> list[str]:
    lines: list[str] = []
    number = first - 1
    for item in element if level < _DEEPEST else ():
        listed = markup.local(item) == "list-item"
        number += listed
        mark = (f"{number}. " if level + 1 in numbered else "- ") if listed else ""
        for each in item:
            name = markup.local(each)
            if name == "list":
                lines += _items(each, level + 1, aside, numbered)
            elif name in {"p", "h"}:
                text = _text(each, aside).strip()
                if text:
                    lines.append("  " * level + mark + text)
            else:
                aside.append(each)
    return lines


def _rows(table: Element, aside: list[Element], depth: int) -> list[list[str]]:
    rows: list[list[str]] = []
    for each in table if depth < _DEEPEST else ():
        name = markup.local(each)
        if name == "table-row":
            cells = _cells(each, rows, aside)
            # Rows are repeated a million times to fill a sheet, never with text in them.
            count = _repeated(each, "number-rows-repeated") if any(cells) else 1
            rows += [list(cells) for _ in range(count)]
        elif name in {"table-header-rows", "table-rows", "table-row-group"}:
            rows += _rows(each, aside, depth + 1)
        elif name == "shapes":
            aside += list(each)
    return rows


def _cells(row: Element, above: list[list[str]], aside: list[Element]) -> list[str]:
    cells: list[str] = []
    across = 0
    for cell in row:
        name = markup.local(cell)
        if name == "covered-table-cell":
            for _ in range(_repeated(cell, "number-columns-repeated")):
                at = len(cells)
                beside = cells[-1] if across > 0 and cells else ""
                below = above[-1][at] if above and at < len(above[-1]) else ""
                cells.append(beside or below)
                across -= 1
        elif name == "table-cell":
            lines = []
            for each in cell:
                found = markup.local(each)
                if found in {"p", "h"}:
                    lines.append(_text(each, aside))
                elif found == "list":
                    lines += _items(each, 0, aside)
                elif found == "table":
                    lines += [" ".join(line) for line in _rows(each, aside, 1)]
                else:
                    aside.append(each)
            text = " ".join(" ".join(lines).split())
            across = _repeated(cell, "number-columns-spanned") - 1
            cells += [text] * _repeated(cell, "number-columns-repeated")
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _repeated(element: Element, name: str) -> int:
    said = markup.attribute(element, name) or "1"
    return max(1, min(int(said), _MOST_REPEATED)) if said.isdigit() and len(said) < 9 else 1


def _count_of(element: Element, name: str) -> int:
    said = markup.attribute(element, name) or "1"
    return int(said) if said.isdigit() and len(said) < 4 else 1


def _style(paragraph: Element) -> str | None:
    return markup.attribute(paragraph, "style-name")


def _class(frame: Element) -> str:
    return markup.attribute(frame, "class") or ""
