"""A formula's tree as OMML, which Word edits and reads aloud."""

from __future__ import annotations

from typing import Any

from docx.oxml import OxmlElement
from lxml import etree

Node = dict[str, Any]

_M = "http://schemas.openxmlformats.org/officeDocument/2006/math"


def equation(tree: Node, *, block: bool) -> etree._Element:
    """Return the formula as an element for a paragraph; a `block` one has a line of its own."""
    formula = _made("oMath", *_all(tree))
    return _made("oMathPara", formula) if block else formula


def _all(node: Node) -> list[etree._Element]:
    """Return the elements of a node: many for a row, one for others."""
    if node["m"] == "row":
        return [each for part in node["c"] for each in _all(part)]
    return [_one(node)]


def _one(node: Node) -> etree._Element:
    kind = node["m"]
    if "text" in node:
        return _run(node["text"], plain=kind == "text")
    if kind == "table":
        rows = [_made("mr", *(_made("e", *_all(cell)) for cell in row)) for row in node["rows"]]
        return _made("m", *rows)
    parts = [_all(each) for each in node["c"]]
    match kind:
        case "frac":
            return _made("f", _made("num", *parts[0]), _made("den", *parts[1]))
        case "sup":
            return _made("sSup", _made("e", *parts[0]), _made("sup", *parts[1]))
        case "sub":
            return _made("sSub", _made("e", *parts[0]), _made("sub", *parts[1]))
        case "subsup" | "underover":
            return _made(
                "sSubSup", _made("e", *parts[0]), _made("sub", *parts[1]), _made("sup", *parts[2])
            )
        case "sqrt":
            hidden = _made("degHide")
            hidden.set(f"{{{_M}}}val", "1")
            return _made("rad", _made("radPr", hidden), _made("deg"), _made("e", *parts[0]))
        case "root":
            return _made("rad", _made("deg", *parts[1]), _made("e", *parts[0]))
        case "under":
            return _made("limLow", _made("e", *parts[0]), _made("lim", *parts[1]))
    return _made("limUpp", _made("e", *parts[0]), _made("lim", *parts[1]))


def _run(text: str, *, plain: bool) -> etree._Element:
    words = _made("t")
    words.text = text
    if text != text.strip():
        words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return _made("r", _made("rPr", _made("nor")), words) if plain else _made("r", words)


def _made(name: str, *children: etree._Element) -> etree._Element:
    element = OxmlElement("m:" + name, nsdecls={"m": _M})
    element.extend(children)
    return element
