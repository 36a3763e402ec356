"""The lines of a PDF's page, with the size and place of their letters."""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass

import pypdfium2.raw as pdfium

_BOLD = 600
_LONGEST_FONT = 100
_SAME_LINE = 0.5
_GAP = 0.9
"""Of a letter's height: a wider gap between words parts columns."""
_FEWEST_ROWS = 3
_LONGEST_CELL = 60
_MOST_SEGMENTS = 4000


@dataclass(frozen=True)
class Line:
    """A line of text; lengths in points, `baseline` grows upwards as PDF counts."""

    text: str
    size: float
    bold: bool
    left: float
    baseline: float


@dataclass(frozen=True)
class Grid:
    """Rows of cells that stand between two heights."""

    rows: list[list[str]]
    bottom: float
    top: float


@dataclass(frozen=True)
class _Segment:
    left: float
    bottom: float
    right: float
    top: float


def lines_of(textpage: object) -> list[Line]:
    """Return the lines of a page in pdfium's order of reading."""
    text: str = textpage.get_text_range()  # type: ignore[attr-defined]
    raw = textpage.raw  # type: ignore[attr-defined]
    lines = []
    at = 0
    for line in text.split("\r\n"):
        words = line.strip()
        if words:
            first = at + _first_letter(line)
            left, baseline = ctypes.c_double(), ctypes.c_double()
            pdfium.FPDFText_GetCharOrigin(raw, first, left, baseline)
            bold = _is_bold(raw, first) and _is_bold(raw, at + len(line.rstrip()) - 1)
            lines.append(Line(words, _size(raw, first), bold, left.value, baseline.value))
        at += len(line) + 2
    return lines


def _first_letter(line: str) -> int:
    """Return where a line's own letters begin: a bullet before them has a font of its own."""
    for at, letter in enumerate(line):
        if letter.isalnum():
            return at
    return len(line) - len(line.lstrip())


def _size(raw: object, at: int) -> float:
    """Return how large a letter is on the page: its font's size as the page scales it."""
    matrix = pdfium.FS_MATRIX()
    size = float(pdfium.FPDFText_GetFontSize(raw, at))
    if not pdfium.FPDFText_GetMatrix(raw, at, matrix):
        return size
    return size * math.hypot(matrix.c, matrix.d)


def _is_bold(raw: object, at: int) -> bool:
    if pdfium.FPDFText_GetFontWeight(raw, at) >= _BOLD:
        return True
    name = ctypes.create_string_buffer(_LONGEST_FONT)
    flags = ctypes.c_int()
    pdfium.FPDFText_GetFontInfo(raw, at, name, _LONGEST_FONT, flags)
    return b"bold" in name.value.lower()


def grids_of(textpage: object, width: float) -> list[Grid]:
    """Return what stands in rows and columns: at least three rows of short cells."""
    rows = [row for row in _baselines(textpage) if row]
    grids: list[Grid] = []
    held: list[list[_Segment]] = []
    for row in [*rows, []]:
        near = not held or not row or held[-1][0].bottom - row[0].top < 2.5 * _height(row)
        if len(row) >= 2 and near:
            held.append(row)
            continue
        if len(held) >= _FEWEST_ROWS:
            grid = _grid(textpage, held, width)
            if grid is not None:
                grids.append(grid)
        held = [row] if len(row) >= 2 else []
    return grids


def _baselines(textpage: object) -> list[list[_Segment]]:
    """Return the page's pieces of text, joined where words touch, by line from the top."""
    count = min(textpage.count_rects(), _MOST_SEGMENTS)  # type: ignore[attr-defined]
    found = [
        _Segment(*textpage.get_rect(at))  # type: ignore[attr-defined]
        for at in range(count)
    ]
    found.sort(key=lambda each: (-round(each.bottom), each.left))
    rows: list[list[_Segment]] = []
    for each in found:
        height = max(each.top - each.bottom, 1.0)
        if rows and abs(rows[-1][-1].bottom - each.bottom) < _SAME_LINE * height:
            rows[-1].append(each)
        else:
            rows.append([each])
    return [_joined(sorted(row, key=lambda each: each.left)) for row in rows]


def _joined(row: list[_Segment]) -> list[_Segment]:
    joined = row[:1]
    for each in row[1:]:
        last = joined[-1]
        if each.left - last.right < _GAP * max(each.top - each.bottom, 1.0):
            joined[-1] = _Segment(
                last.left,
                min(last.bottom, each.bottom),
                max(last.right, each.right),
                max(last.top, each.top),
            )
        else:
            joined.append(each)
    return joined


def _grid(textpage: object, held: list[list[_Segment]], width: float) -> Grid | None:
    """Return a grid, or None for columns of running text."""
    starts: list[float] = []
    tolerance = 1.5 * _height(held[0])
    for left in sorted(each.left for row in held for each in row):
        if not starts or left - starts[-1] > tolerance:
            starts.append(left)
    if not 2 <= len(starts) <= 3 * max(map(len, held)):
        return None
    wide = [each.right - each.left for row in held for each in row]
    if sum(wide) / len(wide) > width * 0.3:
        return None
    rows = []
    for row in held:
        cells = [""] * len(starts)
        for each in row:
            at = max(0, sum(start <= each.left + 0.1 for start in starts) - 1)
            text = textpage.get_text_bounded(*_around(each))  # type: ignore[attr-defined]
            cells[at] = f"{cells[at]} {' '.join(text.split())}".strip()
        rows.append(cells)
    lengths = [len(cell) for row in rows for cell in row if cell]
    if not lengths or sum(lengths) / len(lengths) > _LONGEST_CELL:
        return None
    return Grid(rows, held[-1][0].bottom, held[0][0].top)


def _around(each: _Segment) -> tuple[float, float, float, float]:
    return each.left - 0.5, each.bottom - 0.5, each.right + 0.5, each.top + 0.5


def _height(row: list[_Segment]) -> float:
    return max(row[0].top - row[0].bottom, 1.0)
