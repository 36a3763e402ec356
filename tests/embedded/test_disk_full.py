"""A full disk refuses writes in words; nothing is corrupted, and room brings everything back."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from tests.embedded.families import IS_ROOT
from tests.embedded.test_serving import serving
from tests.embedded.test_whole_house import asked, first_visitor
from tests.support.waiting import soon

DISK_BYTES = 200_000_000


@contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """Mount a disk of its own at `place`; skips where that is not allowed."""
    if not IS_ROOT:
        pytest.skip("only root may mount a small disk")
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(place)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this machine does not allow a mount")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path) -> Path:
    """Take every byte that is left."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as taken:
        try:
            while taken.write(b"x" * 65536):
                pass
        except OSError:
            pass
    return filler


async def test_writes_are_refused_and_come_back_with_room(tmp_path: Path) -> None:
    with (
        small_disk(tmp_path / "disk") as disk,
        serving(disk / "data", tmp_path) as serve,
    ):
        async with first_visitor(serve) as browser:
            kept, _ = await asked(browser, "Before the disk was full")

            async def settled() -> bool:
                found = (await browser.get(f"/api/conversations/{kept}")).body
                return found["messages"][-1]["state"] in {"complete", "stopped"}

            await soon(settled, 60)
            filler = fill(disk)
            refused = None
            for _ in range(400):
                body = {"id": str(uuid4()), "assistant_id": "generalist", "size": "small"}
                answer = await browser.post("/api/conversations", body)
                if answer.status != 201:
                    refused = answer
                    break
                fill(disk)
            assert refused is not None, "the disk never was full"
            assert refused.status == 503
            assert refused.code in {"disk_full", "database_away", "key_store_away"}
            assert int(refused.headers["retry-after"]) > 0
            os.unlink(filler)

            async def back() -> bool:
                body = {"id": str(uuid4()), "assistant_id": "generalist", "size": "small"}
                return (await browser.post("/api/conversations", body)).status == 201

            await soon(back, 60)
            found = (await browser.get(f"/api/conversations/{kept}")).body
            assert found["messages"][0]["text"] == "Before the disk was full"
