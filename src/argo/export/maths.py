"""TeX as a tree of its parts, by way of MathML. Pure; what cannot be read stays TeX."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

from latex2mathml import exceptions
from latex2mathml.converter import convert

Node = dict[str, Any]

_MOST_CHARACTERS = 5000
_FAULTS: tuple[type[Exception], ...] = (
    *(
        each
        for each in vars(exceptions).values()
        if isinstance(each, type) and issubclass(each, Exception)
    ),
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What it raises on formulas that people and models write."""
_NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"
_LEAVES = {"mi": "id", "mn": "num", "mo": "op", "mtext": "text", "ms": "text"}
_PARTS = {
    "mfrac": "frac",
    "msup": "sup",
    "msub": "sub",
    "msubsup": "subsup",
    "mroot": "root",
    "munder": "under",
    "mover": "over",
    "munderover": "underover",
}


def mathml(tex: str) -> str | None:
    """Return the MathML of `tex`, None when it cannot be read."""
    if len(tex) > _MOST_CHARACTERS:
        return None
    try:
        return str(convert(tex))
    except _FAULTS:
        return None


def tree(tex: str) -> Node | None:
    """Return the tree of `tex`, None when it cannot be read.

    Leaves have `m` (id, num, op, text) and `text`; others `m` (row, frac, sup, sub, subsup,
    sqrt, root, under, over, underover) and their parts in `c`; a `table` has `rows`.
    """
    written = mathml(tex)
    if written is None:
        return None
    try:
        return _node(ET.fromstring(written))  # noqa: S314 - see above
    except (ET.ParseError, RecursionError, ValueError):
        return None


def _node(element: ET.Element) -> Node:
    name = element.tag.removeprefix(_NAMESPACE)
    if name in _LEAVES:
        return {"m": _LEAVES[name], "text": "".join(element.itertext())}
    if name == "mspace":
        return {"m": "text", "text": " "}
    if name == "mtable":
        rows = [[_row(cell) for cell in row] for row in element]
        return {"m": "table", "rows": rows}
    parts = [_node(each) for each in element]
    if name == "msqrt":
        return {"m": "sqrt", "c": [{"m": "row", "c": parts}]}
    if name in _PARTS:
        wanted = 3 if name in ("msubsup", "munderover") else 2
        if len(parts) != wanted:
            raise ValueError(name)
        return {"m": _PARTS[name], "c": parts}
    return {"m": "row", "c": parts}


def _row(element: ET.Element) -> Node:
    return {"m": "row", "c": [_node(each) for each in element]}
