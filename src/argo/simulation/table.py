"""The load table as people and programs read it, beside the seed's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from argo.simulation.load import Row


@dataclass(frozen=True)
class SeedRow:
    """One row measured on the seed's cluster (DESIGN.md, "Facts of the seed")."""

    questions: int
    answered_percent: float
    total_tokens_per_second: float
    each_tokens_per_second: float


SEED_ROWS = (
    SeedRow(500, 100.00, 3_043, 32.60),
    SeedRow(1_000, 100.00, 5_624, 26.42),
    SeedRow(2_000, 100.00, 5_489, 12.33),
    SeedRow(3_000, 99.60, 5_480, 9.20),
    SeedRow(4_000, 99.70, 5_372, 7.93),
)

HEADINGS = (
    ("questions", ""),
    ("answered", "%"),
    ("total", "tokens/s"),
    ("individual", "median tok/s"),
    ("individual", "over time"),
    ("first token", "p50 s"),
    ("first token", "p99 s"),
    ("complete", "mean s"),
)


def load_table(rows: Sequence[Row]) -> str:
    """Return the rows as a table in plain text."""
    cells = [
        (
            f"{row.questions:,}",
            f"{row.answered_percent:.2f}",
            f"{row.total_tokens_per_second:,.0f}",
            f"{row.each_median:.2f}",
            f"{row.each_over_time:.2f}",
            f"{row.first_token_p50_seconds:.2f}",
            f"{row.first_token_p99_seconds:.2f}",
            f"{row.complete_mean_seconds:.1f}",
        )
        for row in rows
    ]
    notes = [note for row in rows for note in _notes(row)]
    return "\n".join([_table(HEADINGS, cells), *notes])


def seed_comparison(rows: Sequence[Row]) -> str:
    """Return measured / seed for the rows the seed has; empty when there is none.

    The seed's individual speed is what a running answer got, averaged over the test: only that
    reading of it agrees with its other columns.
    """
    cells = []
    for row in rows:
        seed = next((seed for seed in SEED_ROWS if seed.questions == row.questions), None)
        if seed is not None:
            total = row.total_tokens_per_second
            each = row.each_over_time
            cells.append(
                (
                    f"{row.questions:,}",
                    f"{row.answered_percent:.2f} / {seed.answered_percent:.2f}",
                    f"{total:,.0f} / {seed.total_tokens_per_second:,.0f}",
                    f"{total / seed.total_tokens_per_second:.2f}",
                    f"{each:.2f} / {seed.each_tokens_per_second:.2f}",
                    f"{each / seed.each_tokens_per_second:.2f}",
                )
            )
    headings = (
        ("questions", ""),
        ("answered %", "now / seed"),
        ("total tokens/s", "now / seed"),
        ("ratio", ""),
        ("individual, over time", "now / seed"),
        ("ratio", ""),
    )
    return "Against the seed's cluster:\n" + _table(headings, cells) if cells else ""


def load_record(rows: Sequence[Row], **facts: object) -> dict[str, Any]:
    """Return the rows, and `facts` about the test, as a JSON-able record."""
    return {
        **facts,
        "rows": [
            asdict(row)
            | {
                "answered_percent": row.answered_percent,
                "total_tokens_per_second": row.total_tokens_per_second,
            }
            for row in rows
        ],
        "seed": [asdict(seed) for seed in SEED_ROWS],
    }


def _notes(row: Row) -> list[str]:
    notes = [f"{row.questions:,}: {fault}, {count} times" for fault, count in row.failures.items()]
    if row.late_seconds > 1.0:
        notes.append(f"{row.questions:,}: the generator was up to {row.late_seconds:.1f} s late")
    if row.estimate_error_median is not None:
        error = 100 * row.estimate_error_median
        notes.append(f"{row.questions:,}: announced waits were off by {error:.0f} % (median)")
    return notes


def _table(headings: Sequence[tuple[str, str]], cells: Sequence[Sequence[str]]) -> str:
    widths = [
        max(len(word) for word in (*heading, *(row[at] for row in cells)))
        for at, heading in enumerate(headings)
    ]
    lines = [[heading[line] for heading in headings] for line in (0, 1)]
    return "\n".join(
        "  ".join(word.rjust(width) for word, width in zip(line, widths, strict=True)).rstrip()
        for line in [*lines, ["-" * width for width in widths], *cells]
    )
