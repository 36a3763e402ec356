"""What ends is started again, at the same address, with growing pauses."""

from __future__ import annotations

import asyncio
import os
import signal
import time
import urllib.request
from pathlib import Path

import psycopg

from argo.clock import Clock
from argo.embedded.part import Part
from argo.embedded.spawn import Program, spawn_program
from tests.embedded.families import family, soon


def test_postgresql_killed_is_back_at_the_same_address(data: Path) -> None:
    with family(data) as run:
        os.kill(run.told["pids"]["postgres"], signal.SIGKILL)
        assert soon(lambda: _answers_sql(run.told["service"]), seconds=10)


def test_a_crashed_backend_does_not_take_the_database_away(data: Path) -> None:
    with family(data) as run:
        with psycopg.connect(run.told["service"]) as service:
            os.kill(service.info.backend_pid, signal.SIGKILL)
        assert soon(lambda: _answers_sql(run.told["service"]), seconds=10)


def test_the_engine_killed_is_back_at_the_same_address(data: Path) -> None:
    with family(data, "engine") as run:
        first = run.told["pids"]["engine"]
        os.kill(first, signal.SIGKILL)
        assert soon(lambda: _lists_models(run.told["url"], run.told["key"]), seconds=20)


async def test_a_part_that_always_ends_is_tried_less_and_less_often() -> None:
    said: list[str] = []
    part = Part(
        "The failing part",
        lambda: spawn_program(Program(("/bin/sh", "-c", "echo no; exit 3")), None),
        hear=lambda line: None,
        say=said.append,
        clock=Clock(),
        goodbyes=(),
    )
    part.start()
    async with asyncio.timeout(10):
        while len(said) < 3:
            await asyncio.sleep(0.02)
    await part.stop()
    assert [line.split("in ")[-1] for line in said[:3]] == ["0.2 s.", "0.4 s.", "0.8 s."]
    assert said[0].startswith("The failing part ended (exit 3: no)")
    assert part.state().state == "stopped"


async def test_a_part_that_does_not_listen_is_killed_in_the_end() -> None:
    stubborn = Program(("/bin/sh", "-c", "trap '' TERM; echo 'argo: ready'; while :; do :; done"))
    part = Part(
        "The stubborn part",
        lambda: spawn_program(stubborn, None),
        hear=lambda line: None,
        say=lambda line: None,
        clock=Clock(),
        goodbyes=((signal.SIGTERM, 0.2),),
    )
    part.start()
    await part.answers()
    began = time.monotonic()
    await part.stop()
    assert time.monotonic() - began < 2
    assert part.state().pid is None


def _answers_sql(address: str) -> bool:
    try:
        with psycopg.connect(address, connect_timeout=2) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def _lists_models(url: str, key: str) -> bool:
    request = urllib.request.Request(f"{url}/models", headers={"authorization": f"Bearer {key}"})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
