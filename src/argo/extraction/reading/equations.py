"""Formulas of Office documents as TeX, in the measure that models and people read."""

from __future__ import annotations

from argo.extraction.reading import markup
from argo.extraction.reading.markup import Element

_DEEPEST = 60
_SIGNS = {"∑": "\\sum", "∏": "\\prod", "∫": "\\int", "∬": "\\iint", "⋃": "\\bigcup",
          "⋂": "\\bigcap"}  # fmt: skip


_NAMES = {
    "π": "pi", "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon",
    "ζ": "zeta", "η": "eta", "θ": "theta", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi",
    "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
    "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Σ": "Sigma", "Φ": "Phi",
    "Ψ": "Psi", "Ω": "Omega", "±": "pm", "×": "times", "÷": "div", "≤": "leq", "≥": "geq",
    "≠": "neq", "≈": "approx", "∞": "infty", "∂": "partial", "∇": "nabla", "→": "to",
    "∈": "in", "·": "cdot",
}  # fmt: skip
_TO_TEX = str.maketrans({sign: f"\\{name} " for sign, name in _NAMES.items()})


def shown(element: Element) -> str:
    """Return a formula between dollar signs; "" for an empty one."""
    text = " ".join(_tex(element, 0).split())
    return f"${text}$" if text else ""


def _tex(element: Element, depth: int) -> str:
    if depth > _DEEPEST:
        return markup.words(element)
    name = markup.local(element)
    writer = _WRITERS.get(name)
    if name == "t":
        return (element.text or "").translate(_TO_TEX)
    if name.endswith("Pr"):
        return ""
    if writer is not None:
        return writer(element, depth + 1)
    return "".join(_tex(each, depth + 1) for each in element)


def _part(element: Element, name: str, depth: int) -> str:
    found = markup.child(element, name)
    return "" if found is None else _tex(found, depth).strip()


def _fraction(element: Element, depth: int) -> str:
    return f"\\frac{{{_part(element, 'num', depth)}}}{{{_part(element, 'den', depth)}}}"


def _scripts(element: Element, depth: int) -> str:
    under, over = _part(element, "sub", depth), _part(element, "sup", depth)
    marks = (f"_{{{under}}}" if under else "") + (f"^{{{over}}}" if over else "")
    return _part(element, "e", depth) + marks


def _root(element: Element, depth: int) -> str:
    degree = _part(element, "deg", depth)
    return f"\\sqrt{f'[{degree}]' if degree else ''}{{{_part(element, 'e', depth)}}}"


def _sum(element: Element, depth: int) -> str:
    sign = markup.child(element, "naryPr", "chr")
    said = (markup.attribute(sign, "val") if sign is not None else None) or "∫"
    under, over = _part(element, "sub", depth), _part(element, "sup", depth)
    marks = (f"_{{{under}}}" if under else "") + (f"^{{{over}}}" if over else "")
    return f"{_SIGNS.get(said, said)}{marks} {_part(element, 'e', depth)}"


def _bracket(element: Element, depth: int) -> str:
    properties = markup.child(element, "dPr")
    opening, closing = markup.child(properties, "begChr"), markup.child(properties, "endChr")
    left = markup.attribute(opening, "val") if opening is not None else "("
    right = markup.attribute(closing, "val") if closing is not None else ")"
    inner = ", ".join(_tex(each, depth) for each in element if markup.local(each) == "e")
    return f"{left or ''}{inner}{right or ''}"


def _matrix(element: Element, depth: int) -> str:
    rows = [
        " & ".join(_tex(cell, depth) for cell in row)
        for row in element
        if markup.local(row) == "mr"
    ]
    return "\\begin{matrix}" + " \\\\ ".join(rows) + "\\end{matrix}"


_WRITERS = {
    "f": _fraction,
    "sSub": _scripts,
    "sSup": _scripts,
    "sSubSup": _scripts,
    "rad": _root,
    "nary": _sum,
    "d": _bracket,
    "m": _matrix,
}


def shown_mathml(element: Element) -> str:
    """Return a formula in MathML, as OpenDocument has them, between dollar signs."""
    text = " ".join(_from_mathml(element, 0).split())
    return f"${text}$" if text else ""


def _from_mathml(element: Element, depth: int) -> str:
    name = markup.local(element)
    if depth > _DEEPEST or name in {"annotation", "annotation-xml"}:
        return ""
    inner = [_from_mathml(each, depth + 1).strip() for each in element]
    if name in {"mi", "mn", "mo", "mtext"}:
        return (element.text or "").translate(_TO_TEX)
    if name in {"msup", "mover"} and len(inner) == 2:
        return f"{inner[0]}^{{{inner[1]}}}"
    if name in {"msub", "munder"} and len(inner) == 2:
        return f"{inner[0]}_{{{inner[1]}}}"
    if name in {"msubsup", "munderover"} and len(inner) == 3:
        return f"{inner[0]}_{{{inner[1]}}}^{{{inner[2]}}}"
    if name == "mfrac" and len(inner) == 2:
        return f"\\frac{{{inner[0]}}}{{{inner[1]}}}"
    if name == "msqrt":
        return f"\\sqrt{{{' '.join(inner)}}}"
    return " ".join(inner)
