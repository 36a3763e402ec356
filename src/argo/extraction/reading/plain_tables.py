"""CSV, whatever parts its cells."""

from __future__ import annotations

import csv
import io

from argo.extraction.reading import markdown
from argo.extraction.reading.document import Reading

_SEPARATORS = ";\t,|"
_SAMPLE_LINES = 50


def read(reading: Reading, content: bytes) -> None:
    """Read a table in text."""
    text = markdown.decoded(reading, content).replace("\0", "")
    # The limit of a cell is the file's own.
    csv.field_size_limit(len(text) + 1)
    lines = text.split("\n", _SAMPLE_LINES)[:_SAMPLE_LINES]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(lines))
    try:
        reading.table(row for row in rows if any(row))
    except csv.Error as error:
        raise ValueError(reading.kind) from error


def _separator(lines: list[str]) -> str:
    """Return what stands in most lines, and most evenly."""
    best, most = ",", 0.0
    for sign in _SEPARATORS:
        counts = [line.count(sign) for line in lines if line.strip()]
        if not counts or max(counts) == 0:
            continue
        usual = max(set(counts), key=counts.count)
        even = counts.count(usual) / len(counts)
        if usual and even * min(usual, 20) > most:
            best, most = sign, even * min(usual, 20)
    return best
