"""The load table as a picture: an SVG file with no script, style sheet or outside reference."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from argo.simulation.load import Row
from argo.simulation.table import SEED_ROWS

WIDTH, HEIGHT, MARGIN = 420, 260, 48
NOW, SEED, INK = "#0b6e99", "#b3541e", "#5a5a5a"

Points = Sequence[tuple[float, float]]


def load_plot(rows: Sequence[Row]) -> str:
    """Return an SVG of total and individual tokens a second by number of questions."""
    total = [(row.questions, row.total_tokens_per_second) for row in rows]
    each = [(row.questions, row.each_over_time) for row in rows]
    seed_total = [(seed.questions, seed.total_tokens_per_second) for seed in SEED_ROWS]
    seed_each = [(seed.questions, seed.each_tokens_per_second) for seed in SEED_ROWS]
    panels = [
        _panel(0, "Total, tokens/s", total, seed_total),
        _panel(WIDTH, "Individual over time, tokens/s", each, seed_each),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH} {HEIGHT + 30}" '
        f'font-family="sans-serif" font-size="11" role="img">'
        "<title>Load test: tokens a second by simultaneous questions</title>"
        f'<rect width="{2 * WIDTH}" height="{HEIGHT + 30}" fill="#ffffff"/>'
        + "".join(panels)
        + _legend()
        + "</svg>\n"
    )


def _panel(left: float, title: str, now: Points, seed: Points) -> str:
    across = max(x for x, _ in (*now, *seed)) or 1.0
    up = 1.1 * max(y for _, y in (*now, *seed)) or 1.0

    def place(x: float, y: float) -> tuple[float, float]:
        wide, high = WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN
        return left + MARGIN + wide * x / across, HEIGHT - MARGIN - high * y / up

    ticks = "".join(_tick(place, across * part / 4, up * part / 4) for part in range(5))
    return (
        f'<text x="{left + MARGIN}" y="24" font-weight="bold" fill="{INK}">{title}</text>'
        + ticks
        + _line([place(x, y) for x, y in seed], SEED, ' stroke-dasharray="5 4"')
        + _line([place(x, y) for x, y in now], NOW, "")
    )


def _tick(place: Callable[[float, float], tuple[float, float]], x: float, y: float) -> str:
    (x_at, ground), (left, y_at) = place(x, 0), place(0, y)
    right = left + WIDTH - 2 * MARGIN
    return (
        f'<text x="{x_at:.0f}" y="{ground + 16:.0f}" text-anchor="middle" fill="{INK}">'
        f"{x:,.0f}</text>"
        f'<text x="{left - 6:.0f}" y="{y_at + 4:.0f}" text-anchor="end" fill="{INK}">'
        f"{y:,.0f}</text>"
        f'<path d="M{left:.0f} {y_at:.1f}H{right:.0f}" stroke="#dddddd"/>'
    )


def _line(points: Points, colour: str, dashes: str) -> str:
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points)
    return f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>{dots}'


def _legend() -> str:
    return (
        f'<text x="{MARGIN}" y="{HEIGHT + 16}" fill="{NOW}">— measured</text>'
        f'<text x="{MARGIN + 90}" y="{HEIGHT + 16}" fill="{SEED}">'
        "- - the seed's cluster</text>"
        f'<text x="{2 * WIDTH - MARGIN}" y="{HEIGHT + 16}" text-anchor="end" fill="{INK}">'
        "simultaneous questions</text>"
    )
