"""A chart as its title and the table of what it shows."""

from __future__ import annotations

from argo.extraction.reading import markup
from argo.extraction.reading.document import Reading
from argo.extraction.reading.markup import Element

_MOST_POINTS = 2000
_KINDS = {
    "lineChart": "Line chart", "line3DChart": "Line chart", "barChart": "Bar chart",
    "bar3DChart": "Bar chart", "pieChart": "Pie chart", "pie3DChart": "Pie chart",
    "ofPieChart": "Pie chart", "doughnutChart": "Doughnut chart", "areaChart": "Area chart",
    "area3DChart": "Area chart", "scatterChart": "Scatter chart", "bubbleChart": "Bubble chart",
    "radarChart": "Radar chart", "stockChart": "Stock chart", "surfaceChart": "Surface chart",
    "surface3DChart": "Surface chart",
}  # fmt: skip


def put(reading: Reading, root: Element) -> None:
    """Put a chart part of an Office document."""
    area = next(markup.inside(root, "plotArea"), None)
    if area is None:
        _put_extended(reading, root)
        return
    chart = child_of(root)
    title = markup.child(chart, "title")
    said = [_title(title)] if title is not None else []
    kinds = [_KINDS[markup.local(each)] for each in area if markup.local(each) in _KINDS]
    said += [f"[{kind}]" for kind in dict.fromkeys(kinds)]
    for axis in area:
        if markup.local(axis) in {"catAx", "valAx", "dateAx", "serAx"}:
            name = markup.child(axis, "title")
            said += [_title(name)] if name is not None else []
    reading.text("\n".join(line for line in said if line))
    put_series(reading, [_series(each) for each in markup.inside(area, "ser")])


def child_of(root: Element) -> Element | None:
    """Return the chart within its part."""
    return markup.child(root, "chart")


def put_series(reading: Reading, series: list[tuple[str, list[str], list[str]]]) -> None:
    """Put series (name, categories, values) as one table, its rows the categories."""
    if not series:
        return
    longest = max(series, key=lambda each: len(each[1]))[1]
    count = min(max(len(values) for _, _, values in series), _MOST_POINTS)
    rows = [["", *(name for name, _, _ in series)]]
    for at in range(count):
        label = longest[at] if at < len(longest) else str(at + 1)
        rows.append([label, *(values[at] if at < len(values) else "" for _, _, values in series)])
    reading.table(rows)


def _title(title: Element) -> str:
    rich = " ".join(markup.words(each) for each in markup.inside(title, "p"))
    if rich.strip():
        return " ".join(rich.split())
    return " ".join(each.text or "" for each in markup.inside(title, "v")).strip()


def _series(element: Element) -> tuple[str, list[str], list[str]]:
    name = markup.child(element, "tx")
    said = (
        " ".join(each.text or "" for each in markup.inside(name, "v")) if name is not None else ""
    )
    categories, values = markup.child(element, "cat"), markup.child(element, "val")
    if categories is None:
        categories = markup.child(element, "xVal")
    if values is None:
        values = markup.child(element, "yVal")
    return said.strip(), _points(categories), _points(values)


def _points(element: Element | None) -> list[str]:
    if element is None:
        return []
    found: dict[int, list[str]] = {}
    for point in markup.inside(element, "pt"):
        at = point.get("idx", "0")
        if at.isdigit() and int(at) < _MOST_POINTS:
            # Categories of several levels stand one after the other.
            found.setdefault(int(at), []).insert(0, _number(markup.words(point, "v").strip()))
    return [" ".join(found.get(at, [""])) for at in range(max(found, default=-1) + 1)]


def _number(text: str) -> str:
    """Return a number without the digits that binary fractions add."""
    try:
        return f"{float(text):.15g}" if len(text) > 15 else text
    except ValueError:
        return text


def _put_extended(reading: Reading, root: Element) -> None:
    """Put the newer charts (waterfall, treemap…): their words and their data as they come."""
    title = next(markup.inside(root, "title"), None)
    if title is not None:
        reading.text(_title(title))
    series: list[tuple[str, list[str], list[str]]] = [
        (
            kind.get("type", ""),
            [],
            [(each.text or "").strip() for each in markup.inside(kind, "pt")],
        )
        for kind in root.iter()
        if markup.local(kind) in {"strDim", "numDim"}
    ]
    put_series(reading, [each for each in series if each[2]])
