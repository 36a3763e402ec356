"""Everything public says what it is for, in the language's own place."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.house.source import Finding, Source, none_in, python

Described = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef

WITH_CODE = {
    "src/argo/cli/__init__.py": "the commands' common line of arguments",
    "src/argo/migrations/__init__.py": "the verb upgrade, beside Alembic's folder of versions",
}
"""Folders that are no subject."""


def undescribed(source: Source) -> Iterator[Finding]:
    """Refuse a public module, class, function or method without a docstring."""
    if not ast.get_docstring(source.tree):
        yield Finding(source.path, "a module without a docstring")
    yield from _undescribed(source.path, source.tree.body)


def code_at_the_door(source: Source) -> Iterator[Finding]:
    """Refuse anything but a docstring in a folder's `__init__.py`: it says what the folder owns."""
    if source.path.endswith("__init__.py") and len(source.tree.body) > 1:
        yield Finding(source.path, "more than a docstring")


def _undescribed(path: str, body: list[ast.stmt]) -> Iterator[Finding]:
    for each in body:
        if not isinstance(each, Described) or each.name.startswith("_") or _overrides(each):
            continue
        if not ast.get_docstring(each):
            yield Finding(f"{path}::{each.name}", "without a docstring")
        if isinstance(each, ast.ClassDef):
            yield from _undescribed(path, each.body)


def _overrides(each: Described) -> bool:
    names = {ast.unparse(decorator).split(".")[-1] for decorator in each.decorator_list}
    return bool(names & {"override", "overload", "setter"})


def test_everything_public_is_documented() -> None:
    none_in((found for each in python("src") for found in undescribed(each)), {})


def test_a_folder_opens_with_its_story_alone() -> None:
    none_in((found for each in python("src/argo") for found in code_at_the_door(each)), WITH_CODE)


def test_what_is_undocumented_is_seen() -> None:
    bad = Source(
        "a.py",
        "import x\nclass A:\n  def open(self): ...\nasync def ask(): ...\nclass B:\n  'B.'\n",
    )
    places = [found.place for found in undescribed(bad)]
    assert places == ["a.py", "a.py::A", "a.py::open", "a.py::ask"]


def test_what_is_private_or_overrides_need_not_be() -> None:
    good = Source(
        "a.py",
        "'A.'\nclass A:\n  'A.'\n  @override\n  def open(self): ...\n  def _x(self): ...\n",
    )
    assert not list(undescribed(good))


def test_code_at_the_door_is_seen() -> None:
    assert list(code_at_the_door(Source("src/argo/quotas/__init__.py", "'Q.'\nfrom x import y")))
    assert not list(code_at_the_door(Source("src/argo/quotas/__init__.py", "'Q.'\n")))
