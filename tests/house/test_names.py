"""Names are the product's own words, and say what a thing is rather than where it was put."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import PurePath

import pytest

from tests.house.source import Finding, Source, definitions, nodes, none_in, page, python

DRAWERS = frozenset(
    "base bases common commons core helper helpers manager managers misc util utils".split()
)
"""Modules and folders of these names say nothing, so anything is put there."""

EMPTY_VERBS = ("get_", "handle_", "process_", "manage_", "do_")

NOT_OUR_WORDS = {
    "agent": "assistant",
    "agents": "assistant",
    "backend": "engine",
    "backends": "engine",
    "bot": "assistant",
    "bots": "assistant",
    "chat": "conversation",
    "chats": "conversation",
    "chunk": "frame or delta; passage",
    "chunks": "frames or deltas; passages",
    "credit": "usage",
    "credits": "usage",
    "inference": "completion",
    "org": "institution",
    "orgs": "institution",
    "persona": "assistant",
    "personas": "assistant",
    "priority": "share",
    "provider": "engine",
    "providers": "engine",
    "purge": "erase",
    "purged": "erased",
    "team": "unit",
    "teams": "unit",
    "tenant": "institution",
    "tenants": "institution",
    "throttle": "admission",
    "throttled": "admission",
    "ttl": "retention",
}
"""DESIGN.md, "Words": the second column, where a word has no other honest meaning."""

NAME_EXCUSES = {
    "src/argo/knowledge/tables.py::get_col_spec": "SQLAlchemy's name for a type's words in SQL",
    "src/argo/migrations/versions/0014_knowledge.py::get_col_spec": "the same",
    "src/argo/embedded/e5.py::do_GET": "the standard library's own name, overridden",
    "src/argo/embedded/e5.py::do_POST": "the standard library's own name, overridden",
    "src/argo/http/direct.py::get_route_handler": "FastAPI's own method, overridden",
}

WORD_EXCUSES = {
    "src/argo/accounts/devices.py::user_agent": "HTTP's name of the header",
    "src/argo/accounts/service.py::user_agent": "HTTP's name of the header",
    "src/argo/accounts/errors.py::ProviderAway": "OpenID Connect's identity provider",
    "src/argo/accounts/errors.py::ProviderUnknown": "OpenID Connect's identity provider",
    "src/argo/accounts/identities.py": "OpenID Connect's identity provider",
    "src/argo/accounts/outward.py": "OpenID Connect's identity provider",
    "src/argo/accounts/provider.py": "OpenID Connect's identity provider",
    "src/argo/accounts/providers.py": "OpenID Connect's identity provider",
    "src/argo/accounts/sign_on.py": "OpenID Connect's identity provider; HTTP's User-Agent",
    "src/argo/accounts/sign_on_routes.py": "OpenID Connect's identity provider",
    "src/argo/accounts/tokens.py": "OpenID Connect's identity provider",
    "src/argo/settings.py::_check_providers": "OpenID Connect's identity provider",
    "src/argo/settings.py::identity_providers": "OpenID Connect's identity provider",
    "src/argo/accounts/routes.py::agent": "HTTP's header User-Agent",
    "src/argo/completions/chunks.py": "OpenAI's chat.completion.chunk, as it came",
    "src/argo/completions/frames.py": "OpenAI's chat.completion.chunk, as it came",
    "src/argo/completions/mending.py": "OpenAI's chat.completion.chunk, as it came",
    "src/argo/completions/metering.py": "OpenAI's chat.completion.chunk, as it came",
    "src/argo/completions/relay.py": "OpenAI's chat.completion.chunk, as it came",
    "src/argo/embedded/llama.py::chat_template": "llama.cpp's name of the setting",
    "src/argo/simulation/": "an engine speaks OpenAI's words: chunk, chat.completion",
}


def drawers(path: str) -> Iterator[Finding]:
    """Refuse a folder or module that is named like a drawer."""
    parts = PurePath(path).parts
    for part in parts:
        if re.split(r"[.]", part)[0].lower().strip("_") in DRAWERS:
            yield Finding(path, f"{part}: say what it holds")


def empty_verbs(source: Source) -> Iterator[Finding]:
    """Refuse functions and classes whose name begins by saying nothing."""
    for each in definitions(source.tree):
        if each.name.lstrip("_").startswith(EMPTY_VERBS):
            yield Finding(f"{source.path}::{each.name}", "a verb that says nothing")


def empty_verbs_of_the_page(source: Source) -> Iterator[Finding]:
    """Refuse the same in TypeScript, as far as a declaration can be seen by its first line."""
    verb = r"((?:get|handle|process|manage|do)[A-Z]\w*)"
    for name in re.findall(rf"\b(?:function|const|let)\s+{verb}", source.text):
        yield Finding(f"{source.path}::{name}", "a verb that says nothing")


def other_words(source: Source) -> Iterator[Finding]:
    """Refuse a defined name that uses another word for one of ours."""
    for name in sorted(set(defined_names(source.tree))):
        for word in words(name):
            if word in NOT_OUR_WORDS:
                yield Finding(f"{source.path}::{name}", f"our word is {NOT_OUR_WORDS[word]}")


def defined_names(tree: ast.Module) -> Iterator[str]:
    """Yield each name that a module gives: functions, classes, parameters, variables, fields."""
    for node in nodes(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name) | ast.arg(arg=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name


def words(name: str) -> list[str]:
    """Return the words that `name` is made of, in small letters."""
    return [each.lower() for each in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]


def test_nothing_is_named_like_a_drawer() -> None:
    ours = [*python("src"), *python("tests"), *python("bench"), *page()]
    none_in((found for each in ours for found in drawers(each.path)), {})


def test_verbs_say_what_is_done() -> None:
    found = [found for each in python("src") for found in empty_verbs(each)]
    found += [found for each in page() for found in empty_verbs_of_the_page(each)]
    none_in(found, NAME_EXCUSES)


def test_one_thing_has_one_word() -> None:
    found = [found for each in python("src") for found in other_words(each)]
    found += [
        Finding(each.path, f"our word is {NOT_OUR_WORDS[each.name]}")
        for each in python("src")
        if each.name in NOT_OUR_WORDS
    ]
    none_in(found, WORD_EXCUSES)


@pytest.mark.parametrize(
    "path", ["src/argo/utils.py", "src/argo/core/x.py", "web/src/helpers.ts", "a/_base.py"]
)
def test_a_drawer_is_seen(path: str) -> None:
    assert list(drawers(path))


@pytest.mark.parametrize("path", ["src/argo/database.py", "src/argo/quotas/basis.py"])
def test_a_noun_is_not_a_drawer(path: str) -> None:
    assert not list(drawers(path))


def test_an_empty_verb_is_seen() -> None:
    bad = Source("a.py", "class A:\n  async def _get_user(self): ...\ndef do_it(): ...\n")
    assert [found.place for found in empty_verbs(bad)] == ["a.py::do_it", "a.py::_get_user"]
    assert not list(empty_verbs(Source("a.py", "def getting(): ...\ndef download(): ...\n")))
    page = Source("a.ts", "function handleClick() {}\nconst getUser = () => 1;\nlet done = 1;")
    assert len(list(empty_verbs_of_the_page(page))) == 2


@pytest.mark.parametrize(
    "line",
    [
        "tenant_id = 1",
        "def f(chat_id): ...",
        "class TenantKey: ...",
        "self.backend = 1",
        "for chunk in x: ...",
        "def f(*, max_ttl): ...",
        "x: int\nTTL: int = 1",
    ],
)
def test_another_word_is_seen(line: str) -> None:
    assert list(other_words(Source("a.py", line)))


@pytest.mark.parametrize("line", ["x = tenant", "chapter = 1", "f('chat')", "teamwork = 1"])
def test_words_used_but_not_given_are_left_alone(line: str) -> None:
    assert not list(other_words(Source("a.py", line)))
