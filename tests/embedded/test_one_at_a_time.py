"""A data folder has one service at a time; commands go to it, or run the database themselves."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from argo.clock import Clock
from argo.embedded.attach import attached, serving
from argo.embedded.errors import FolderUnfit
from tests.embedded.families import IS_ROOT, PARENT, family


def test_a_second_service_on_the_folder_says_who_has_it_and_exits_2(data: Path) -> None:
    with family(data) as run:
        command = [sys.executable, str(PARENT), str(data)]
        second = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
        with psycopg.connect(run.told["service"]) as service:
            assert service.execute("SELECT 1").fetchone() == (1,)
    assert second.returncode == 2
    assert f"process {run.process.pid}" in second.stderr
    assert len(second.stderr.strip().splitlines()) == 1


def test_two_folders_run_side_by_side_and_share_nothing(fresh: Path) -> None:
    with family(fresh / "one") as one, family(fresh / "two") as two:
        with psycopg.connect(one.told["owner"]) as owner:
            owner.execute("CREATE TABLE only_here (id int)")
        with psycopg.connect(two.told["owner"]) as owner:
            known = owner.execute("SELECT to_regclass('only_here')").fetchone()
    assert known == (None,)


async def test_a_command_reaches_the_running_database(data: Path) -> None:
    with family(data) as run:
        async with attached(data, print, Clock()) as reached:
            assert not reached.started_here
            assert reached.address.service == run.told["service"]
        with psycopg.connect(run.told["service"]) as service:
            assert service.execute("SELECT 1").fetchone() == (1,)


async def test_a_command_alone_starts_the_database_for_its_duration(fresh: Path) -> None:
    async with attached(fresh, print, Clock()) as reached:
        assert reached.started_here
        with psycopg.connect(reached.address.owner) as owner:
            owner.execute("CREATE TABLE kept (id int)")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(reached.address.owner)
    with family(fresh) as run, psycopg.connect(run.told["owner"]) as owner:
        assert owner.execute("SELECT count(*) FROM kept").fetchone() == (0,)


async def test_two_commands_at_once_take_turns(data: Path) -> None:
    order: list[str] = []

    async def command(name: str) -> None:
        async with attached(data, print, Clock()) as reached:
            order.append(f"{name} began")
            async with await psycopg.AsyncConnection.connect(reached.address.service) as service:
                await service.execute("SELECT pg_sleep(0.1)")
            order.append(f"{name} ended")

    await asyncio.gather(command("first"), command("second"))
    assert [word.split()[1] for word in order] == ["began", "ended", "began", "ended"]


async def test_a_service_waits_for_a_command_to_end(data: Path) -> None:
    entered = asyncio.Event()

    async def serve() -> None:
        async with serving(data):
            entered.set()

    async with attached(data, print, Clock()):
        waiting = asyncio.create_task(serve())
        await asyncio.sleep(0.3)
        assert not entered.is_set()
    await waiting
    assert entered.is_set()


@pytest.mark.skipif(IS_ROOT, reason="root may write anywhere")
async def test_a_folder_that_cannot_be_written_is_refused(fresh: Path) -> None:
    fresh.mkdir(mode=0o500)
    with pytest.raises(FolderUnfit):
        async with serving(fresh):
            pass


async def test_a_file_in_place_of_the_folder_is_refused(fresh: Path) -> None:
    fresh.write_text("not a folder")
    with pytest.raises(FolderUnfit):
        async with serving(fresh):
            pass
