"""Other people's programs, as `scripts/clients` installs them, run against a test's service."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".clients"
NODE = ROOT / ".venv/bin/node"
_PATIENCE_SECONDS = 90


def installed(path: str) -> Path:
    """Return the program at `path` in the folder; the test is skipped when it is not there."""
    found = next(FOLDER.glob(path), None)
    if found is None:
        pytest.skip(f"scripts/clients installs {path}")
    return found


async def run(*command: str | Path, folder: Path, **environment: str) -> str:
    """Run a program at home in `folder`, with nothing of our environment; return what it says."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command),
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8", **environment},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, said.decode()
    return said.decode()
