"""What Word, Excel and PowerPoint documents share: parts and relations, drawings, charts."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from argo.extraction.reading import charts, markup
from argo.extraction.reading.archive import Archive
from argo.extraction.reading.document import Reading
from argo.extraction.reading.faults import FAULTS
from argo.extraction.reading.markup import Element


@dataclass(frozen=True)
class Relation:
    """Another part that a part names: its kind (the end of its type) and its name."""

    kind: str
    target: str


class Package:
    """The parts of an Office document. A part that cannot be read is counted and left out."""

    def __init__(self, reading: Reading, content: bytes) -> None:
        self._archive = Archive(content, reading.limits)
        self.lost = 0

    def main_part(self, otherwise: str) -> str:
        """Return the name of the document's own part."""
        for relation in self.relations("").values():
            if relation.kind == "officeDocument" and self._archive.find(relation.target):
                return relation.target
        return otherwise

    def relations(self, part: str) -> dict[str, Relation]:
        """Return what `part` names, by id; nothing outside the document."""
        folder, name = posixpath.split(part)
        root = self.part_or_none(posixpath.join(folder, "_rels", f"{name}.rels"))
        found: dict[str, Relation] = {}
        for each in root if root is not None else ():
            target = each.get("Target", "")
            if each.get("TargetMode") == "External" or not target:
                continue
            kind = each.get("Type", "").rpartition("/")[2]
            path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            found[each.get("Id", "")] = Relation(kind, posixpath.normpath(path))
        return found

    def related(self, part: str, *kinds: str) -> Iterator[str]:
        """Yield the parts of these kinds that `part` names."""
        for relation in self.relations(part).values():
            if relation.kind in kinds:
                yield relation.target

    def part(self, name: str) -> Element:
        """Return a part's root. Raises one of `FAULTS`."""
        return markup.parsed(self._archive.read(name))

    def content(self, name: str) -> bytes:
        """Return a part's bytes. Raises one of `FAULTS`."""
        return self._archive.read(name)

    def part_or_none(self, name: str) -> Element | None:
        """Return a part's root; None when it is not there, or damaged, which is counted."""
        if self._archive.find(name) is None:
            return None
        try:
            return self.part(name)
        except FAULTS:
            self.lost += 1
            return None


def put_graphic(
    reading: Reading, package: Package, relations: dict[str, Relation], graphic: Element
) -> None:
    """Put the charts and diagrams that a drawing shows."""
    for each in graphic.iter():
        name = markup.local(each)
        if name == "chart":
            relation = relations.get(markup.attribute(each, "id") or "")
            root = package.part_or_none(relation.target) if relation else None
            if root is not None:
                charts.put(reading, root)
        elif name == "relIds":
            relation = relations.get(markup.attribute(each, "dm") or "")
            root = package.part_or_none(relation.target) if relation else None
            if root is not None:
                put_diagram(reading, root)


def put_diagram(reading: Reading, root: Element) -> None:
    """Put the points of a SmartArt diagram, one a line."""
    points = [
        " ".join(markup.words(paragraph).split())
        for text in markup.inside(root, "t")
        if len(text)
        for paragraph in markup.inside(text, "p")
    ]
    reading.text("\n".join(f"- {point}" for point in points if point))


def picture_words(element: Element) -> str:
    """Return the mark of a picture in the text, with what its author says of it."""
    for each in element.iter():
        if markup.local(each) in {"docPr", "cNvPr"}:
            said = each.get("descr") or each.get("title") or ""
            said = " ".join(said.split())[:500]
            return f"[image: {said}]" if said else "[image]"
    return "[image]"


def paragraphs(body: Element) -> Iterator[tuple[Element, str]]:
    """Yield each DrawingML paragraph with its text."""
    for paragraph in markup.inside(body, "p"):
        pieces = []
        for each in paragraph.iter():
            name = markup.local(each)
            if name == "t":
                pieces.append(each.text or "")
            elif name == "br":
                pieces.append("\n")
            elif name == "tab":
                pieces.append(" ")
        yield paragraph, "".join(pieces).strip()
