"""The project's own files, read once, and what a checker found in them.

A checker is a function of one `Source` (or a few) that yields a `Finding` for each thing it
refuses. Its test runs it over the project, and over a small bad example: a check that cannot
fail is a defect.
"""

from __future__ import annotations

import ast
import functools
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Source:
    """One file of the project: `path` is relative to the checkout."""

    path: str
    text: str

    @property
    def lines(self) -> int:
        """Return how many lines it has."""
        return len(self.text.splitlines())

    @property
    def tree(self) -> ast.Module:
        """Return it as Python reads it."""
        return _tree(self.text)

    @property
    def name(self) -> str:
        """Return the file's name without its ending."""
        return Path(self.path).name.split(".")[0]


@dataclass(frozen=True)
class Finding:
    """What a checker refuses: `place` is a path, with `::name` where it is about one name."""

    place: str
    what: str


def python(folder: str) -> tuple[Source, ...]:
    """Return the Python files under `folder`."""
    return _read(folder, (".py",))


def page() -> tuple[Source, ...]:
    """Return what the page is written in."""
    return _read("web/src", (".svelte", ".ts"))


def tracked() -> tuple[str, ...]:
    """Return the files that git has or would take: `git add` is no moment to learn of a mistake."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-zco", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return tuple(path for path in listed.stdout.split("\0") if path and (ROOT / path).is_file())


def definitions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function and method, nested ones too."""
    for node in nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@functools.cache
def nodes(tree: ast.Module) -> tuple[ast.AST, ...]:
    """Return every node of `tree`."""
    return tuple(ast.walk(tree))


def unexcused(findings: Iterable[Finding], excuses: Mapping[str, str]) -> list[str]:
    """Return the findings whose place has no excuse, and the excuses that nothing needs.

    An excuse is a place and the reason. A place is `path::name`, a file, or a folder with its `/`.
    """
    refused, needed = [], set()
    for finding in findings:
        excuse = _excuse(finding.place, excuses)
        if excuse is None:
            refused.append(f"{finding.place}: {finding.what}")
        else:
            needed.add(excuse)
    idle = [f"{place}: excused, and nothing is found there" for place in excuses.keys() - needed]
    return sorted(refused) + sorted(idle)


def none_in(findings: Iterable[Finding], excuses: Mapping[str, str]) -> None:
    """Fail with every line that `unexcused` returns."""
    lines = unexcused(findings, excuses)
    if lines:
        raise AssertionError("\n  ".join(["refused:", *lines]))


def _excuse(place: str, excuses: Mapping[str, str]) -> str | None:
    file, _, _ = place.partition("::")
    folders = (each for each in excuses if each.endswith("/") and place.startswith(each))
    return next((each for each in (place, file, *folders) if each in excuses), None)


@functools.cache
def _tree(text: str) -> ast.Module:
    return ast.parse(text)


@functools.cache
def _read(folder: str, endings: tuple[str, ...]) -> tuple[Source, ...]:
    return tuple(
        Source(path, (ROOT / path).read_text(encoding="utf-8"))
        for path in sorted(tracked())
        if path.startswith(f"{folder}/") and path.endswith(endings)
    )
