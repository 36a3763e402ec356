"""import-linter holds the floors of the house, and each of its contracts can break."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.house.source import ROOT, python

LINT = "from importlinter.cli import lint_imports_command as lint; lint()"

BREAKS = {
    "floors": ("accounts/service.py", "import argo.usage.service"),
    "temporary-stores-nothing": ("temporary/service.py", "import argo.storage.database"),
    "verbs-know-no-web": ("usage/service.py", "import argo.http.application"),
    "routes-only-translate": ("accounts/routes.py", "import argo.accounts.store"),
    "one-way-to-engines": ("completions/relay.py", "import argo.engines.wire"),
    "one-way-to-providers": ("accounts/people.py", "import argo.accounts.outward"),
    "extraction-reaches-nothing": ("extraction/children.py", "import argo.storage.database"),
    "nobody-fetches": ("quotas/service.py", "from httpx import get"),
}
"""For each contract one line that breaks it; for the web, the line reaches it through another."""

LATER = {
    "argo.statistics": {"argo.conversations", "argo.documents", "argo.knowledge"},
    "argo.extraction": {"argo.storage", "argo.engines", "httptools", "psycopg", "obstore"},
    "argo.temporary": {"argo.storage", "argo.conversations", "argo.documents"},
}
"""What a folder may not reach from the day it is there: DESIGN.md, "Floors"."""


SEAMS = {
    "src/argo/http/application.py": "import fastapi\n",
    "src/argo/engines/wire.py": "import httptools\n",
}
"""Where the skeleton of the house reaches outside."""


def contracts() -> list[dict[str, Any]]:
    """Return the contracts of `pyproject.toml`."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return list(settings["tool"]["importlinter"]["contracts"])


def skeleton(folder: Path, **lines: str) -> Path:
    """Copy our folders and modules into `folder`, empty but for their seams and `lines`."""
    for source in python("src/argo"):
        path = folder / source.path.removeprefix("src/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SEAMS.get(source.path, ""))
    for name, line in lines.items():
        path = folder / "argo" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{line}\n")
    return folder


def broken(folder: Path) -> set[str]:
    """Return the names of the contracts that the package in `folder` breaks."""
    told = subprocess.run(
        [sys.executable, "-c", LINT, "--config", str(ROOT / "pyproject.toml"), "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    assert "Analyzed" in told, told
    return {line.removesuffix(" BROKEN") for line in told.splitlines() if line.endswith(" BROKEN")}


def test_the_house_keeps_every_contract() -> None:
    assert broken(ROOT / "src") == set()


def test_every_contract_breaks_when_its_line_is_written(tmp_path: Path) -> None:
    assert {each["id"] for each in contracts()} == BREAKS.keys()
    folder = skeleton(tmp_path, **dict(BREAKS.values()))
    assert broken(folder) == {each["name"] for each in contracts()}


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("newcomer/__init__.py", ""),
        ("openai/routes.py", "import argo.temporary.service"),
        ("storage/files.py", "import argo.http.errors"),
    ],
    ids=["a folder that nobody placed", "siblings at the edge", "siblings on the ground"],
)
def test_the_floors_break(tmp_path: Path, module: str, line: str) -> None:
    names = {each["id"]: each["name"] for each in contracts()}
    assert broken(skeleton(tmp_path, **{module: line})) == {names["floors"]}


def test_nothing_else_breaks(tmp_path: Path) -> None:
    assert broken(skeleton(tmp_path)) == set()


@pytest.mark.parametrize("folder", LATER)
def test_a_promise_is_a_contract_from_the_first_day(folder: str) -> None:
    if not (ROOT / "src" / folder.replace(".", "/")).is_dir():
        return  # nothing is promised of what is not there
    there = {
        name
        for name in LATER[folder]
        if not name.startswith("argo.") or (ROOT / "src" / name.replace(".", "/")).is_dir()
    }
    forbidden = {
        name
        for each in contracts()
        if folder in each.get("source_modules", ())
        for name in each["forbidden_modules"]
    }
    assert there <= forbidden
