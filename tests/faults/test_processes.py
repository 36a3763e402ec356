"""Workers are replaced and killed under load: nothing is lost, nothing hangs, places come back."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

from tests.faults.house import (
    Crowd,
    Writer,
    all_new,
    asked_once,
    at_rest,
    house,
    kill_at_random,
    moment,
    scheduler,
)


async def test_workers_are_replaced_under_load_without_a_failed_question(tmp_path: Path) -> None:
    with house(tmp_path, engines=1, people=24) as running:
        before = running.workers()
        async with Crowd(running).asking() as crowd:
            await crowd.answered(24)
            running.renew()
            assert await asyncio.to_thread(all_new, running, before)
            await crowd.answered(crowd.ends["answered"] + 24)
        assert set(crowd.ends) == {"answered"}, crowd.ends
        assert crowd.ends["answered"] > 24
        assert await at_rest(running)


async def test_killed_workers_and_engines_lose_and_block_nothing(tmp_path: Path) -> None:
    with house(tmp_path, engines=2, people=16) as running:
        writer, stop = Writer(running), asyncio.Event()
        await writer.sign_in()
        writing = asyncio.create_task(writer.write(stop))
        async with Crowd(running).asking() as crowd:
            await kill_at_random(running, kills=5, pause_seconds=1.0)
        stop.set()
        await asyncio.wait_for(writing, 120)
        assert crowd.ends["answered"] > crowd.ends["told"] + crowd.ends["cut"]
        assert not crowd.ends["hung"], crowd.ends
        assert writer.acknowledged
        assert await at_rest(running)


async def test_a_dead_scheduler_is_replaced_and_everybody_keeps_their_place(tmp_path: Path) -> None:
    with house(tmp_path, engines=1, people=14, capacity=1) as running:
        holder, places = await scheduler(running), dict[int, int]()
        asking = asyncio.create_task(asked_once(running, places))
        while len(places) < 10 or max(places.values()) < 8:
            await moment()
        told, killed_at = dict(places), time.monotonic()
        os.kill(holder, signal.SIGKILL)
        ended = [each for each in await asking if each[0] > killed_at]
        assert ended, "everybody was at the killed worker"
        # Those of the other worker go on in their order. Five seconds on a quiet machine.
        order = [told[number] for _, number in sorted(ended) if number in told]
        assert order == sorted(order)
        assert min(at for at, _ in ended) - killed_at < 10
        assert await at_rest(running)
