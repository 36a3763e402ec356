"""A paper as PDF/UA: tagged, with its fonts inside, set by Typst from a template of ours.

What people and models wrote goes in as JSON, never as Typst's own language: nothing of it is run.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import typst

from argo.export.types import Leaf

_TEMPLATE = Path(__file__).with_name("paper.typ")


_TRIES: tuple[tuple[bool, Any], ...] = (
    (False, ["ua-1"]),
    (True, ["ua-1"]),
    (True, None),
)


def written(leaf: Leaf) -> bytes:
    """Return the paper as a PDF file.

    Held to PDF/UA-1, unless it has characters that no font here draws: then it is tagged alike,
    and shows boxes for them.
    """
    paper = orjson.dumps(asdict(leaf)).decode()
    at = datetime.fromisoformat(leaf.exported_at)
    for system_fonts, standards in _TRIES:
        try:
            pdf: bytes = typst.compile(
                _TEMPLATE.read_bytes(),
                format="pdf",
                ignore_system_fonts=not system_fonts,
                sys_inputs={"paper": paper},
                pdf_standards=standards,
                timestamp=at,
            )
        except typst.TypstError:
            if standards is None:
                raise
        else:
            return pdf
    raise AssertionError
