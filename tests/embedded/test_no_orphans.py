"""However the parent ends, its parts end; and what was committed is there at the next start."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

import psycopg

from tests.embedded.families import alive, family, soon


def test_a_killed_parent_leaves_no_process(data: Path) -> None:
    with family(data, "engine") as run:
        members = run.members()
        assert len(members) >= 6
        run.process.kill()
        assert soon(lambda: not alive(members), seconds=2), f"left: {alive(members)}"


def test_a_parent_asked_to_end_leaves_no_process(data: Path) -> None:
    with family(data, "engine") as run:
        members = run.members()
        run.process.terminate()
        assert run.process.wait(10) == 0
        assert not alive(members)


def test_rows_committed_before_the_kill_are_there_after_it(data: Path) -> None:
    with family(data) as run:
        with psycopg.connect(run.told["owner"]) as owner:
            owner.execute("CREATE TABLE kept (number int)")
        with psycopg.connect(run.told["owner"], autocommit=True) as owner:
            for number in range(100):
                owner.execute("INSERT INTO kept VALUES (%s)", (number,))
            run.process.kill()
    # At once: the old PostgreSQL may still be ending, and the new one waits for it.
    with family(data) as run, psycopg.connect(run.told["owner"]) as owner:
        assert owner.execute("SELECT count(*) FROM kept").fetchone() == (100,)


def test_everything_killed_at_once_recovers_by_itself(data: Path) -> None:
    with family(data) as run:
        with psycopg.connect(run.told["owner"]) as owner:
            owner.execute("CREATE TABLE kept (number int)")
        members = run.members()
        for pid in members:
            # One whose parent was killed before it may be gone by now.
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert soon(lambda: not alive(members), seconds=2), f"left: {alive(members)}"
    assert (data / "postgres" / "postmaster.pid").exists()
    # The number in the stale file now belongs to a process that lives: this one.
    stale = (data / "postgres" / "postmaster.pid").read_text().splitlines()
    (data / "postgres" / "postmaster.pid").write_text(
        "\n".join([str(os.getpid()), *stale[1:]]) + "\n"
    )
    with family(data) as run, psycopg.connect(run.told["owner"]) as owner:
        assert owner.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_the_sockets_of_a_killed_run_are_cleared_away(data: Path) -> None:
    with family(data) as run:
        host = Path(run.sockets())
        run.process.kill()
        run.process.wait()
    assert host.exists()
    with family(data):
        assert not host.exists()
