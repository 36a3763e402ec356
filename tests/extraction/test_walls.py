"""What confines a child is asked of the kernel, promise by promise."""

from __future__ import annotations

import json
import os
import pickle
import platform
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from argo.extraction.service import Extractor
from tests.extraction import samples

ROOT = Path(__file__).parents[2]
EPERM, ENOENT, EEXIST = 1, 2, 17

REFUSED = [
    "open a file",
    "open the root",
    "write a file",
    "make a folder",
    "internet socket",
    "local socket",
    "kernel socket",
    "send to a name",
    "start a program",
    "make a process",
    "kill",
    "trace",
    "read another's memory",
    "executable memory",
    "new namespace",
    "mount",
    "memory file",
    "io_uring",
    "bpf",
    "raise a limit",
]


LOOKS = ["open a file", "open the root"]


@cache
def outcomes(mode: str = "read") -> dict[str, Any]:
    told = subprocess.run(
        [sys.executable, "-m", "tests.extraction.probe", mode],
        cwd=ROOT,
        capture_output=True,
        check=True,
        env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
    )
    return dict(json.loads(told.stdout)["outcomes"])


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the probe's numbers are x86's")
@pytest.mark.parametrize("attempt", REFUSED)
def test_the_kernel_refuses(attempt: str) -> None:
    assert outcomes()[attempt] == EPERM


def test_nothing_is_loaded_while_a_document_is_read() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tests.extraction.lazy"],
        cwd=ROOT,
        input=pickle.dumps(samples.every_kind()),
        capture_output=True,
        check=True,
        env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
    )
    assert json.loads(told.stdout) == []


def test_every_attempt_is_looked_at() -> None:
    assert outcomes().keys() - {"user", "own root"} == set(REFUSED)
    assert outcomes()["user"] != 0


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the probe's numbers are x86's")
@pytest.mark.parametrize("attempt", [each for each in REFUSED if each not in LOOKS])
def test_the_kernel_refuses_ocr_too(attempt: str) -> None:
    # What it may not make is there already, as far as it is told.
    assert outcomes("ocr")[attempt] in {EPERM, EEXIST}


@pytest.mark.parametrize("attempt", LOOKS)
def test_ocr_sees_its_own_root_alone(attempt: str) -> None:
    told = outcomes("ocr")
    if told["own root"]:
        assert told[attempt] in {ENOENT, "done"}
        assert told["open a file"] == ENOENT
    else:
        assert told[attempt] == EPERM


@pytest.mark.asyncio(loop_scope="session")
async def test_the_extractor_says_what_holds(extractor: Extractor) -> None:
    layers = extractor.state().layers
    assert layers is not None
    assert layers.limits
    assert layers.seccomp
    assert layers.own_user == (os.getuid() == 0)


@pytest.mark.asyncio(loop_scope="session")
async def test_a_document_leaves_no_file(extractor: Extractor) -> None:
    before = set(Path("/tmp").iterdir())
    for content, name in ((samples.docx(), "a.docx"), (samples.SCAN, "a.pdf")):
        await extractor.extract(content, name)
    assert not {each for each in set(Path("/tmp").iterdir()) - before if "slipped" in each.name}
    assert not Path("/tmp/slipped").exists()
