"""Files and functions stay small enough to be read at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tests.house.source import Finding, Source, definitions, none_in, page, python

FILE_LINES = 450
APP_LINES = 250
COMPONENT_LINES = 300
FUNCTION_LINES = 100
LONG_FUNCTION_LINES = 60
LONG_FUNCTIONS = 0.03

EXCUSES: dict[str, str] = {}


def long_files(source: Source) -> Iterator[Finding]:
    """Refuse a file that gathers too much: ask which second noun it holds."""
    limit = FILE_LINES
    if source.path == "src/argo/app.py":
        limit = APP_LINES
    elif source.path.endswith(".svelte"):
        limit = COMPONENT_LINES
    if source.lines > limit:
        yield Finding(source.path, f"{source.lines} lines, above {limit}")


def long_functions(source: Source) -> Iterator[Finding]:
    """Refuse a function that no screen shows."""
    for name, lines in function_lines(source):
        if lines > FUNCTION_LINES:
            yield Finding(f"{source.path}::{name}", f"{lines} lines, above {FUNCTION_LINES}")


def share_of_long_functions(sources: Iterable[Source]) -> float:
    """Return which part of all functions has more than 60 lines."""
    lines = [count for source in sources for _, count in function_lines(source)]
    return sum(count > LONG_FUNCTION_LINES for count in lines) / max(len(lines), 1)


def function_lines(source: Source) -> Iterator[tuple[str, int]]:
    """Yield each function's name and its lines, its docstring with them."""
    for each in definitions(source.tree):
        yield each.name, (each.end_lineno or each.lineno) - each.lineno + 1


def test_every_file_fits_its_limit() -> None:
    sources = [*python("src"), *python("tests"), *python("bench"), *page()]
    assert len(sources) > 100
    none_in((found for each in sources for found in long_files(each)), EXCUSES)


def test_no_function_is_above_a_hundred_lines() -> None:
    sources = [*python("src"), *python("tests"), *python("bench")]
    none_in((found for each in sources for found in long_functions(each)), {})


def test_functions_above_sixty_lines_are_rare() -> None:
    assert share_of_long_functions(python("src")) <= LONG_FUNCTIONS


def test_the_limits_themselves() -> None:
    for path, limit in (
        ("src/argo/quotas/store.py", 450),
        ("src/argo/app.py", 250),
        ("web/src/ui/Button.svelte", 300),
        ("web/src/stream/follow.ts", 450),
    ):
        assert not list(long_files(Source(path, "x = 1\n" * limit)))
        assert list(long_files(Source(path, "x = 1\n" * (limit + 1))))

    def of(lines: int) -> Source:
        return Source("a.py", "class Quota:\n  async def take(self):\n" + "    1\n" * (lines - 1))

    assert not list(long_functions(of(100)))
    assert [found.place for found in long_functions(of(101))] == ["a.py::take"]
    assert share_of_long_functions([of(60), of(61)]) == 0.5
