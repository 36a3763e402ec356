"""Which paragraphs of a DOCX are headings, and the marks of its lists."""

from __future__ import annotations

import re

from argo.extraction.reading import markup
from argo.extraction.reading.markup import Element

_HEADING = re.compile(r"(?:heading|titre|überschrift)\s*([1-9])", re.IGNORECASE)
_TITLES = {"title": 1, "titre": 1, "subtitle": 2, "sous-titre": 2}
_DEEPEST_STYLES = 12
_ROMAN = ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"),
          (4, "iv"), (1, "i"))  # fmt: skip


class Styles:
    """The styles of a document, by their ids."""

    def __init__(self, root: Element | None) -> None:
        self._by_id = {
            markup.attribute(each, "styleId"): each
            for each in (root if root is not None else ())
            if markup.local(each) == "style"
        }
        self._levels: dict[str, int] = {}

    def heading_level(self, paragraph: Element) -> int:
        """Return a paragraph's level as a heading, from 1; 0 for text."""
        properties = markup.child(paragraph, "pPr")
        outline = _value(markup.child(properties, "outlineLvl"))
        if outline is not None and outline.isdigit():
            return int(outline) + 1 if int(outline) < 9 else 0
        style = _value(markup.child(properties, "pStyle"))
        if style is None:
            return 0
        if style not in self._levels:
            self._levels[style] = self._level(style)
        return self._levels[style]

    def numbering(self, paragraph: Element) -> Element | None:
        """Return the numbering of a paragraph, its own or its style's."""
        properties = markup.child(paragraph, "pPr")
        own = markup.child(properties, "numPr")
        if own is not None:
            return own
        style = _value(markup.child(properties, "pStyle"))
        for _ in range(_DEEPEST_STYLES):
            element = self._by_id.get(style)
            if element is None:
                return None
            found = markup.child(element, "pPr", "numPr")
            if found is not None:
                return found
            style = _value(markup.child(element, "basedOn"))
        return None

    def _level(self, style: str | None) -> int:
        for _ in range(_DEEPEST_STYLES):
            element = self._by_id.get(style)
            name = _value(markup.child(element, "name")) or style or ""
            found = _HEADING.fullmatch(name.strip())
            if found:
                return int(found[1])
            if name.lower() in _TITLES:
                return _TITLES[name.lower()]
            if element is None:
                return 0
            outline = _value(markup.child(element, "pPr", "outlineLvl"))
            if outline is not None and outline.isdigit():
                return int(outline) + 1 if int(outline) < 9 else 0
            style = _value(markup.child(element, "basedOn"))
        return 0


class Lists:
    """The numbers of list items, counted as they come."""

    def __init__(self, root: Element | None, styles: Styles) -> None:
        self._styles = styles
        self._abstract: dict[str | None, Element] = {}
        self._instances: dict[str | None, Element] = {}
        for each in root if root is not None else ():
            if markup.local(each) == "abstractNum":
                self._abstract[markup.attribute(each, "abstractNumId")] = each
            elif markup.local(each) == "num":
                self._instances[markup.attribute(each, "numId")] = each
        self._counts: dict[str, list[int]] = {}

    def mark(self, paragraph: Element) -> str:
        """Return what stands before a list item, "" for other paragraphs; counts it."""
        numbering = self._styles.numbering(paragraph)
        if numbering is None:
            return ""
        number = _value(markup.child(numbering, "numId"))
        depth = _value(markup.child(numbering, "ilvl")) or "0"
        level = min(int(depth), 8) if depth.isdigit() else 0
        instance = self._instances.get(number)
        if number in {None, "0"} or instance is None:
            return ""
        abstract = _value(markup.child(instance, "abstractNumId"))
        levels = self._levels(abstract)
        shape = levels.get(level)
        form = _value(markup.child(shape, "numFmt")) or "decimal"
        indent = "  " * level
        if form == "bullet":
            return f"{indent}- "
        if form == "none":
            return indent
        counts = self._counts.setdefault(abstract or "", [0] * 9)
        if counts[level] == 0:
            start = _value(markup.child(shape, "start")) or "1"
            counts[level] = int(start) - 1 if start.isdigit() and len(start) < 6 else 0
        counts[level] += 1
        counts[level + 1 :] = [0] * (8 - level)
        text = _value(markup.child(shape, "lvlText")) or f"%{level + 1}."
        for at in range(9):
            other = _value(markup.child(levels.get(at), "numFmt")) or "decimal"
            text = text.replace(f"%{at + 1}", _counted(max(1, counts[at]), other))
        return f"{indent}{text} "

    def _levels(self, abstract: str | None) -> dict[int, Element]:
        element = self._abstract.get(abstract)
        found: dict[int, Element] = {}
        for each in element if element is not None else ():
            depth = markup.attribute(each, "ilvl") or ""
            if markup.local(each) == "lvl" and depth.isdigit() and int(depth) < 9:
                found[int(depth)] = each
        return found


def _value(element: Element | None) -> str | None:
    return None if element is None else markup.attribute(element, "val")


def _counted(number: int, form: str) -> str:
    if form in {"lowerLetter", "upperLetter"}:
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 % 4 + 1)
        return letter if form == "lowerLetter" else letter.upper()
    if form in {"lowerRoman", "upperRoman"}:
        roman, left = "", min(number, 399)
        for value, sign in _ROMAN:
            while left >= value:
                roman, left = roman + sign, left - value
        return roman if form == "lowerRoman" else roman.upper()
    return str(number)
