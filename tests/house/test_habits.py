"""Habits that each cost somebody a night: refused in the code, not in a review."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.house.source import Finding, Source, definitions, nodes, none_in, python

BROAD = frozenset({"Exception", "BaseException"})

SUPERVISORS = {
    "src/argo/http/edge.py::__call__": "the supervisor of requests: an unexpected error is a 500",
    "src/argo/storage/jobs.py::_run": "the supervisor of jobs: it is tried again, then given up",
}
"""Where any exception may be caught and end there."""

CLIENTS = frozenset(
    "ftplib http.client imaplib poplib smtplib socketserver telnetlib urllib.request xmlrpc".split()
)
"""The standard library's own ways to reach an address; import-linter sees only `http`, `urllib`."""

SLEEP_EXCUSES = {
    "tests/house/conftest.py::soon": "another process has no event for us",
    "tests/faults/house.py::moment": "other processes have no event for us",
    "tests/embedded/families.py::soon": "the kernel has no event for a process that ended",
    "tests/support/waiting.py::soon": "a row written after an answer has no event for a reader",
    "tests/embedded/test_one_at_a_time.py::test_a_service_waits_for_a_command_to_end": (
        "what must not happen has no event"
    ),
    "tests/embedded/test_restarts.py::"
    "test_a_part_that_always_ends_is_tried_less_and_less_often": "a part says its lines to a list",
    "tests/embedded/test_serving.py::test_a_mistake_in_new_settings_leaves_the_old_ones": (
        "a signal that changes nothing has no event"
    ),
    "tests/openai/test_ledger.py::line": "the ledger's line is written after the answer ended",
}

HABIT_EXCUSES: dict[str, str] = {}


def global_names(source: Source) -> Iterator[Finding]:
    """Refuse `global`: state belongs to a part that somebody built and will close."""
    for function in definitions(source.tree):
        if any(isinstance(node, ast.Global) for node in ast.walk(function)):
            yield Finding(f"{source.path}::{function.name}", "global")


def environment_reads(source: Source) -> Iterator[Finding]:
    """Refuse reading the environment anywhere but in the settings."""
    if source.path == "src/argo/settings.py":
        return
    for node in nodes(source.tree):
        match node:
            case ast.Attribute(
                value=ast.Name(id="os"), attr="environ" | "environb" | "getenv" | "getenvb"
            ):
                yield Finding(source.path, f"line {node.lineno} reads the environment")
            case ast.ImportFrom(module="os", names=names):
                if {each.name for each in names} & {"environ", "environb", "getenv", "getenvb"}:
                    yield Finding(source.path, f"line {node.lineno} reads the environment")


def broad_catches(source: Source) -> Iterator[Finding]:
    """Refuse catching whatever comes, unless to clean up and raise it again."""
    for function in definitions(source.tree):
        for node in ast.walk(function):
            match node:
                case ast.ExceptHandler() if _is_broad(node.type) and not _raises_again(node):
                    yield Finding(f"{source.path}::{function.name}", f"line {node.lineno}")
                case ast.Call(func=func, args=args) if _named(func) == "suppress" and any(
                    _is_broad(each) for each in args
                ):
                    yield Finding(f"{source.path}::{function.name}", f"line {node.lineno}")


def outside_clients(source: Source) -> Iterator[Finding]:
    """Refuse the standard library's HTTP, mail and file clients."""
    for node in nodes(source.tree):
        names: list[str] = []
        match node:
            case ast.Import(names=imported):
                names = [each.name for each in imported]
            case ast.ImportFrom(module=str(module), names=imported, level=0):
                names = [module, *(f"{module}.{each.name}" for each in imported)]
        for name in names:
            if name in CLIENTS or name.split(".")[0] in CLIENTS:
                yield Finding(source.path, f"imports {name}")


def sleeping_loops(source: Source) -> Iterator[Finding]:
    """Refuse `time.sleep`: it stops everybody's answers."""
    for node in nodes(source.tree):
        if isinstance(node, ast.Call) and _calls(node, "time", "sleep"):
            yield Finding(source.path, "time.sleep")


def state_on_the_application(source: Source) -> Iterator[Finding]:
    """Refuse `app.state`: parts are handed to those who need them."""
    for node in nodes(source.tree):
        match node:
            case ast.Attribute(attr="state", value=ast.Name(id="app") | ast.Attribute(attr="app")):
                yield Finding(source.path, f"line {node.lineno}: app.state")


def sleeping_tests(source: Source) -> Iterator[Finding]:
    """Refuse waiting for a time where something can be waited for."""
    for function in definitions(source.tree):
        for node in ast.walk(function):
            match node:
                case ast.Call(args=[ast.Constant(value=0)]):
                    pass
                case ast.Call() if _calls(node, "asyncio", "sleep") or _calls(
                    node, "time", "sleep"
                ):
                    where = f"{source.path}::{function.name}"
                    yield Finding(where, f"line {node.lineno} sleeps")


def patched_modules(source: Source) -> Iterator[Finding]:
    """Refuse tests that replace our code by something else and then test that."""
    ours = {name for node in nodes(source.tree) for name in _modules_of_ours(node)}
    for node in nodes(source.tree):
        match node:
            case ast.Import(names=names) if any(
                each.name.startswith("unittest.mock") for each in names
            ):
                yield Finding(source.path, "imports unittest.mock")
            case ast.ImportFrom(module="unittest.mock"):
                yield Finding(source.path, "imports unittest.mock")
            case ast.ImportFrom(module="unittest", names=names) if any(
                each.name == "mock" for each in names
            ):
                yield Finding(source.path, "imports unittest.mock")
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="monkeypatch"), attr="setattr" | "setitem")
            ):
                yield Finding(source.path, f"line {node.lineno} patches")
            case ast.Attribute(value=ast.Name(id=name), ctx=ast.Store()) if name in ours:
                yield Finding(source.path, f"line {node.lineno} sets {name}.{node.attr}")


def _is_broad(caught: ast.expr | None) -> bool:
    if caught is None:
        return True
    each = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(_named(name) in BROAD for name in each)


def _raises_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def _named(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _calls(node: ast.Call, module: str, name: str) -> bool:
    match node.func:
        case ast.Attribute(value=ast.Name(id=found), attr=attribute):
            return (found, attribute) == (module, name)
    return False


def _modules_of_ours(node: ast.AST) -> list[str]:
    match node:
        case ast.ImportFrom(module=str(module), names=names) if module.startswith("argo"):
            return [each.asname or each.name for each in names if each.name.islower()]
    return []


@pytest.mark.parametrize(
    "checker",
    [
        global_names,
        environment_reads,
        outside_clients,
        sleeping_loops,
        state_on_the_application,
    ],
)
def test_the_service_has_none_of_these_habits(checker) -> None:
    none_in((found for each in python("src") for found in checker(each)), HABIT_EXCUSES)


def test_only_supervisors_catch_whatever_comes() -> None:
    none_in((found for each in python("src") for found in broad_catches(each)), SUPERVISORS)


def test_tests_wait_for_events_not_for_time() -> None:
    none_in((found for each in python("tests") for found in sleeping_tests(each)), SLEEP_EXCUSES)


def test_tests_test_our_code_and_not_a_substitute() -> None:
    none_in((found for each in python("tests") for found in patched_modules(each)), {})


@pytest.mark.parametrize(
    ("checker", "bad"),
    [
        (global_names, "def f():\n  global x\n  x = 1"),
        (environment_reads, "import os\nx = os.environ['A']"),
        (environment_reads, "import os\nx = os.getenv('A')"),
        (environment_reads, "from os import environ"),
        (broad_catches, "def f():\n  try: g()\n  except Exception: pass"),
        (broad_catches, "def f():\n  try: g()\n  except: return 1"),
        (broad_catches, "def f():\n  try: g()\n  except (KeyError, BaseException) as e: h(e)"),
        (broad_catches, "def f():\n  try: g()\n  except Exception as e: raise X() from e"),
        (broad_catches, "def f():\n  with contextlib.suppress(Exception): g()"),
        (outside_clients, "import urllib.request"),
        (outside_clients, "from urllib import request"),
        (outside_clients, "from http import client"),
        (outside_clients, "import smtplib"),
        (sleeping_loops, "import time\ntime.sleep(1)"),
        (state_on_the_application, "x = request.app.state.database"),
        (state_on_the_application, "app.state.x = 1"),
        (sleeping_tests, "async def test():\n  await asyncio.sleep(0.1)"),
        (sleeping_tests, "def test():\n  time.sleep(WHILE)"),
        (patched_modules, "from unittest.mock import Mock"),
        (patched_modules, "from unittest import mock"),
        (patched_modules, "def test(monkeypatch):\n  monkeypatch.setattr(x, 'y', 1)"),
        (patched_modules, "from argo.quotas import store\nstore.LIMIT = 1"),
    ],
)
def test_a_bad_habit_is_seen(checker, bad: str) -> None:
    assert list(checker(Source("src/argo/quotas/store.py", bad)))


@pytest.mark.parametrize(
    ("checker", "good"),
    [
        (environment_reads, "x = settings.environ"),
        (broad_catches, "def f():\n  try: g()\n  except BaseException:\n    h()\n    raise"),
        (broad_catches, "def f():\n  try: g()\n  except (KeyError, OSError): pass"),
        (outside_clients, "from urllib.parse import quote\nfrom http import HTTPStatus"),
        (sleeping_tests, "async def test():\n  await asyncio.sleep(0)"),
        (patched_modules, "from argo.quotas import store\nx.limit = store.LIMIT"),
    ],
)
def test_a_good_habit_is_left_alone(checker, good: str) -> None:
    assert not list(checker(Source("src/argo/quotas/store.py", good)))


def test_settings_read_the_environment() -> None:
    assert not list(environment_reads(Source("src/argo/settings.py", "os.environ['A']")))
