"""Every error says what it is in a code of its own, and says it to people in both languages."""

from __future__ import annotations

import ast
import importlib
import string
from collections import Counter
from collections.abc import Iterator
from typing import get_args

import pytest

from argo.errors import ArgoError, Kind
from tests.house.source import Finding, Source, nodes, none_in, python

FIELDS = ("code", "kind", "english", "french")

OTHER_EXCEPTIONS = {
    "src/argo/errors.py::ArgoError": "the base itself",
    "src/argo/accounts/outward.py::ProviderSilent": "told by the way out to sign-on",
    "src/argo/accounts/tokens.py::TokenUnfit": "what a token lacks, before it becomes an error",
    "src/argo/embedded/part.py::PartEnded": "told by a part's starter to its supervisor",
    "src/argo/engines/client.py::EngineFault": "what the wire said, before it becomes an error",
    "src/argo/engines/wire.py::WireBroke": "told by the wire to its client",
    "src/argo/extraction/reading/document.py::Full": "told by a reading to the child that runs it",
    "src/argo/extraction/sandbox/wire.py::Untrue": "what a child said, before it becomes an error",
    "src/argo/http/json_body.py::CallerLeft": "nobody is there to read an error",
    "src/argo/simulation/": "an engine that is not ours answers in its own words",
}
"""Exceptions that no person and no program outside reads."""


def unfinished(error: type[ArgoError]) -> Iterator[str]:
    """Yield what a class of error lacks."""
    lacks = [field for field in FIELDS if not getattr(error, field, "")]
    if lacks:
        yield f"{error.__name__} lacks {', '.join(lacks)}"
        return
    if not (error.__doc__ or "").strip() or error.__doc__ == ArgoError.__doc__:
        yield f"{error.__name__} lacks the docstring that an operator reads"
    if error.kind not in get_args(Kind):
        yield f"{error.__name__} has no known kind: {error.kind}"
    if error.code != error.code.lower() or not error.code.replace("_", "").isalpha():
        yield f"{error.__name__} has a code that is not words_in_a_row: {error.code}"
    french = {name.removesuffix("_fr") for name in placeholders(error.french)}
    if not french <= placeholders(error.english):
        yield f"{error.__name__} names other facts in French than in English"


def twice(errors: list[type[ArgoError]]) -> list[str]:
    """Return the codes that more than one class has."""
    return sorted(
        code for code, times in Counter(each.code for each in errors).items() if times > 1
    )


def other_exceptions(source: Source) -> Iterator[Finding]:
    """Refuse a public exception that is none of ours: nobody knows what status it becomes."""
    for node in nodes(source.tree):
        match node:
            case ast.ClassDef(name=name, bases=bases) if not name.startswith("_"):
                names = {ast.unparse(base).split(".")[-1] for base in bases}
                if {each for each in names if each.endswith(("Exception", "Error"))} - {
                    "ArgoError"
                }:
                    yield Finding(f"{source.path}::{name}", f"derives from {', '.join(names)}")


def placeholders(text: str) -> set[str]:
    """Return the names of the facts that `text` tells."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def final(error: type[ArgoError]) -> Iterator[type[ArgoError]]:
    """Yield the classes below `error` that nothing derives from."""
    below = error.__subclasses__()
    for each in below:
        yield from final(each)
    if not below and error.__module__.startswith("argo"):
        yield error


@pytest.fixture(scope="module")
def errors() -> list[type[ArgoError]]:
    """Every class of error that ARGO raises."""
    for source in python("src/argo"):
        if any(isinstance(node, ast.ClassDef) for node in nodes(source.tree)) and (
            "Error)" in source.text or source.name == "errors"
        ):
            module = source.path.removeprefix("src/").removesuffix(".py").replace("/", ".")
            importlib.import_module(module)
    return list(final(ArgoError))


def test_every_error_is_whole(errors: list[type[ArgoError]]) -> None:
    assert len(errors) > 20
    none_in((Finding(each.__module__, fault) for each in errors for fault in unfinished(each)), {})


def test_every_code_is_said_once(errors: list[type[ArgoError]]) -> None:
    assert twice(errors) == []


def test_every_error_is_an_error_of_argo() -> None:
    none_in((found for each in python("src") for found in other_exceptions(each)), OTHER_EXCEPTIONS)


class Whole:
    """Not an error: the fields of one, to be spoilt one by one below."""

    code = "quota_spent"
    kind = "exhausted"
    english = "Wait {seconds} s."
    french = "Attendez {seconds} s."


@pytest.mark.parametrize(
    "spoilt",
    [
        {"code": ""},
        {"kind": None},
        {"english": ""},
        {"french": ""},
        {"kind": "sad"},
        {"code": "Quota Spent"},
        {"french": "Attendez {minutes} min."},
        {"__doc__": None},
    ],
    ids=str,
)
def test_an_unfinished_error_is_seen(spoilt: dict[str, object]) -> None:
    fields = {**vars(Whole), "__doc__": "The quota is spent.", "__module__": "tests"}
    assert not list(unfinished(type("QuotaSpent", (ArgoError,), fields)))
    assert list(unfinished(type("QuotaSpent", (ArgoError,), {**fields, **spoilt})))


def test_a_code_that_is_said_twice_is_seen() -> None:
    fields = {**vars(Whole), "__module__": "tests"}
    two = [type(name, (ArgoError,), fields) for name in ("QuotaSpent", "QuotaGone")]
    assert twice(two) == ["quota_spent"]
    assert twice(two[:1]) == []


def test_a_foreign_exception_is_seen() -> None:
    for line in ("class Lost(Exception): ...", "class Lost(asyncio.TimeoutError): ..."):
        assert list(other_exceptions(Source("a.py", line)))
    for line in ("class Lost(ArgoError): ...", "class _Lost(Exception): ...", "class Lost: ..."):
        assert not list(other_exceptions(Source("a.py", line)))
