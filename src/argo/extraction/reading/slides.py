"""PPTX: slides in their order, with tables, charts, notes and comments."""

from __future__ import annotations

from argo.extraction import errors
from argo.extraction.reading import markup, office
from argo.extraction.reading.document import Reading
from argo.extraction.reading.markup import Element
from argo.extraction.reading.office import Package, Relation

_MAIN = "ppt/presentation.xml"
_TITLES = {"title", "ctrTitle"}
_FURNITURE = {"sldNum", "dt", "ftr", "sldImg", "hdr"}
_DEEPEST = 30


def read(reading: Reading, content: bytes) -> None:
    """Read a presentation of PowerPoint."""
    package = Package(reading, content)
    main = package.main_part(_MAIN)
    relations = package.relations(main)
    order = next(markup.inside(package.part(main), "sldIdLst"), None)
    slides = [
        relations[_relation_id(each)].target
        for each in (order if order is not None else ())
        if _relation_id(each) in relations
    ]
    reading.pages = len(slides)
    if reading.pages > reading.limits.max_pages:
        raise errors.TooManyPages(pages=reading.pages, limit=reading.limits.max_pages)
    authors = _authors(package, main)
    hidden = 0
    for number, part in enumerate(slides, 1):
        reading.page = number
        root = package.part_or_none(part)
        if root is None:
            continue
        hidden += root.get("show") in {"0", "false"}
        _Slide(reading, package, part, authors).put(root, number)
    if hidden:
        reading.remark("hidden_read", count=hidden)
    if package.lost:
        reading.remark("part_not_read", count=package.lost)


class _Slide:
    def __init__(
        self, reading: Reading, package: Package, part: str, authors: dict[str, str]
    ) -> None:
        self._reading = reading
        self._package = package
        self._relations: dict[str, Relation] = package.relations(part)
        self._authors = authors

    def put(self, root: Element, number: int) -> None:
        """Put a slide: its title first, whatever lies above it on the page."""
        shapes = next(markup.inside(root, "spTree"), None)
        found = list(shapes) if shapes is not None else []
        title = next((each for each in found if _place(each) in _TITLES), None)
        said = " ".join(_text(title).split()) if title is not None else ""
        if said:
            self._reading.heading(1, said, "slide")
        else:
            self._reading.enter(1, f"{number}")
        for each in found:
            if each is not title or not said:
                self._put_shape(each, 0)
        for relation in self._relations.values():
            if relation.kind == "notesSlide":
                self._put_notes(relation.target)
            elif relation.kind == "comments":
                self._put_comments(relation.target)

    def _put_shape(self, shape: Element, depth: int) -> None:
        name = markup.local(shape)
        if name == "AlternateContent":
            sides = [each for each in shape if len(each)]
            for each in sides[0] if sides else ():
                self._put_shape(each, depth + 1)
        elif name == "grpSp" and depth < _DEEPEST:
            for each in shape:
                self._put_shape(each, depth + 1)
        elif name in {"sp", "cxnSp"} and _place(shape) not in _FURNITURE:
            self._reading.text(_text(shape))
        elif name == "graphicFrame":
            table = next(markup.inside(shape, "tbl"), None)
            if table is not None:
                self._reading.table(_rows(table))
            else:
                office.put_graphic(self._reading, self._package, self._relations, shape)
        elif name == "pic":
            self._reading.text(office.picture_words(shape))

    def _put_notes(self, part: str) -> None:
        root = self._package.part_or_none(part)
        if root is None:
            return
        for shape in markup.inside(root, "sp"):
            if _place(shape) not in _FURNITURE:
                self._reading.text(_text(shape), "note")

    def _put_comments(self, part: str) -> None:
        root = self._package.part_or_none(part)
        for each in root if root is not None else ():
            replies = [each, *markup.inside(each, "reply")]
            for reply in dict.fromkeys(replies):
                text = _own_words(reply)
                author = self._authors.get(reply.get("authorId", ""), "")
                if text:
                    said = f"[Comment, {author}] {text}" if author else f"[Comment] {text}"
                    self._reading.text(said, "comment")


def _own_words(comment: Element) -> str:
    """Return a comment's words without its replies'."""
    pieces = []
    for each in comment:
        name = markup.local(each)
        if name == "text":
            pieces.append(each.text or "")
        elif name == "txBody":
            pieces += [text for _, text in office.paragraphs(each)]
    return " ".join(" ".join(pieces).split())


def _authors(package: Package, main: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in package.related(main, "commentAuthors", "authors"):
        root = package.part_or_none(part)
        for each in root if root is not None else ():
            found[each.get("id", "")] = each.get("name", "")
    return found


def _relation_id(element: Element) -> str:
    return next((value for key, value in element.items() if key.endswith("}id")), "")


def _place(shape: Element) -> str | None:
    """Return which placeholder of the layout a shape fills; None for a free one."""
    holder = next(markup.inside(shape, "ph"), None) if markup.local(shape) == "sp" else None
    return None if holder is None else holder.get("type", "body")


def _text(shape: Element) -> str:
    """Return the paragraphs of a shape, those with a bullet or a depth as list items."""
    body = markup.child(shape, "txBody")
    if body is None:
        return ""
    lines = []
    listed = _place(shape) in {"body", "obj"}
    found = list(office.paragraphs(body))
    for paragraph, text in found:
        if not text:
            continue
        properties = markup.child(paragraph, "pPr")
        depth = properties.get("lvl", "0") if properties is not None else "0"
        level = int(depth) if depth.isdigit() else 0
        marks = {markup.local(each) for each in properties} if properties is not None else set()
        bullet = "buChar" in marks or "buAutoNum" in marks or level > 0
        bullet = bullet or (listed and len(found) > 1 and "buNone" not in marks)
        lines.append("  " * min(level, 8) + ("- " if bullet else "") + text)
    return "\n".join(lines)


def _rows(table: Element) -> list[list[str]]:
    rows: list[list[str]] = []
    for row in table:
        if markup.local(row) != "tr":
            continue
        cells: list[str] = []
        for cell in row:
            if markup.local(cell) != "tc":
                continue
            if cell.get("hMerge") in {"1", "true"} and cells:
                cells.append(cells[-1])
            elif cell.get("vMerge") in {"1", "true"} and rows and len(cells) < len(rows[-1]):
                cells.append(rows[-1][len(cells)])
            else:
                cells.append(" ".join(text for _, text in office.paragraphs(cell) if text))
        rows.append(cells)
    return rows
