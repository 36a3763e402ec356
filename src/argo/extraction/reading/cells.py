"""Cells of a workbook: where they are, what is merged, how a number is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from argo.extraction.reading import markup
from argo.extraction.reading.markup import Element

_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_MOST_MERGED = 20_000
_WIDEST_MERGED = 200
_DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_TIMES = frozenset([18, 19, 20, 21, 45, 46, 47])
_PERCENT = frozenset([9, 10])
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')


def column_of(place: str) -> int:
    """Return the column of a place like "AB12", from 0."""
    number = 0
    for letter in place:
        if not "A" <= letter <= "Z":
            break
        number = number * 26 + ord(letter) - ord("A") + 1
    return max(0, number - 1)


class Merged:
    """Areas that one value fills: it is repeated in each cell, so that a row reads by itself."""

    def __init__(self, areas: Iterable[str]) -> None:
        self._starts: dict[int, list[tuple[int, int, int]]] = {}
        self._open: list[tuple[int, int, int, str]] = []
        for count, area in enumerate(areas):
            first, _, last = area.partition(":")
            start, end = _PLACE.fullmatch(first), _PLACE.fullmatch(last)
            if start is None or end is None or count > _MOST_MERGED:
                continue
            left, right = column_of(start[1]), column_of(end[1])
            if left <= right < left + _WIDEST_MERGED:
                self._starts.setdefault(int(start[2]), []).append((int(end[2]), left, right))

    def holds(self, row: int, column: int) -> bool:
        """Whether a merged area begins here."""
        return any(left == column for _, left, _ in self._starts.get(row, ()))

    def filled(self, row: int, cells: list[str]) -> list[str]:
        """Return the cells of `row` with merged values in all their places; rows come in order."""
        self._open = [area for area in self._open if area[0] >= row]
        for end, left, right in self._starts.get(row, ()):
            value = cells[left] if left < len(cells) else ""
            if value:
                self._open.append((end, left, right, value))
        for _, left, right, value in self._open:
            cells += [""] * (right + 1 - len(cells))
            for at in range(left, right + 1):
                cells[at] = cells[at] or value
        return cells


class Formats:
    """How a workbook shows its numbers, as far as reading needs: dates, percentages, digits."""

    def __init__(self, root: Element | None, since_1904: bool) -> None:
        self._begin = (
            datetime(1904, 1, 1, tzinfo=UTC) if since_1904 else datetime(1899, 12, 30, tzinfo=UTC)
        )
        codes: dict[str, str] = {}
        self._kinds: list[str] = []
        if root is None:
            return
        for each in markup.inside(root, "numFmt"):
            codes[each.get("numFmtId", "")] = each.get("formatCode", "")
        for each in markup.child(root, "cellXfs") or ():
            self._kinds.append(_kind(each.get("numFmtId", "0"), codes))

    def shown(self, text: str, style: str) -> str:
        """Return a number's text as its style shows it."""
        try:
            number = float(text)
        except ValueError:
            return text
        at = int(style) if style.isdigit() and len(style) < 8 else 0
        kind = self._kinds[at] if at < len(self._kinds) else ""
        if kind in {"date", "time"} and 0 <= number < 2_958_466:
            return self._date(number, kind)
        if kind == "percent":
            return f"{number * 100:.10g}%"
        return f"{number:.15g}" if "e" not in f"{number:.15g}" else text

    def _date(self, number: float, kind: str) -> str:
        moment = self._begin + timedelta(seconds=round(number * 86_400))
        if kind == "time" and number < 1:
            return moment.strftime("%H:%M:%S").removesuffix(":00")
        if number % 1:
            return moment.strftime("%Y-%m-%d %H:%M:%S").removesuffix(":00")
        return moment.strftime("%Y-%m-%d")


def _kind(identifier: str, codes: dict[str, str]) -> str:
    number = int(identifier) if identifier.isdigit() and len(identifier) < 8 else 0
    code = codes.get(identifier)
    if code is None:
        if number in _DATES:
            return "time" if number in _TIMES else "date"
        return "percent" if number in _PERCENT else ""
    code = _QUOTED.sub("", code.split(";")[0]).lower()
    if "general" in code:
        return ""
    if any(sign in code for sign in "yd") or ("m" in code and "0" not in code):
        return "date"
    if "h" in code or "ss" in code:
        return "time"
    return "percent" if "%" in code else ""
