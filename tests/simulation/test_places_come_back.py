"""A client that leaves frees its place at once, whatever its question was doing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import cast

from argo.simulation.types import FAST
from tests.simulation.raw_client import ask, connected
from tests.support.engine import scripted_engine


async def test_leaving_while_writing_lets_the_next_one_start() -> None:
    """One place: the second question starts when the first one's client has gone."""
    async with scripted_engine(places=1) as engine:
        engine.holds_after(2)
        async with connected(engine.url):
            await engine.held(1)
            second = asyncio.create_task(ask(engine.url))
            await engine.asked(2)
            assert (engine.state().running, engine.state().waiting) == (1, 1)

        await engine.aborted(1)
        assert (await second).ended_well
        assert (engine.state().running, engine.state().waiting) == (0, 0)
        assert engine.requests[0].tokens_sent == 2


async def test_leaving_the_queue_gives_up_the_turn() -> None:
    """A waiting client that leaves is never started."""
    async with scripted_engine(places=1) as engine:
        engine.holds()
        async with connected(engine.url):
            await engine.started(1)
            async with connected(engine.url):
                await engine.asked(2)
            assert (await engine.aborted(1)).number == 2

            engine.releases()

            await engine.completed(1)
        assert engine.requests[1].tokens_sent == 0
        assert engine.state().places_taken == 0


async def test_leaving_a_whole_answer_is_noticed_too() -> None:
    """No byte was sent yet, and still the place comes back."""
    async with scripted_engine(places=1) as engine:
        engine.holds()
        async with connected(engine.url, stream=False):
            await engine.started(1)
        assert (await engine.aborted(1)).tokens_sent == 0
        assert engine.state().places_taken == 0


async def test_a_slow_reader_stops_only_itself() -> None:
    """A client that does not read is not written to; another one is served meanwhile."""
    steady = replace(FAST, stream_tokens_per_second=200)
    async with scripted_engine(profile=steady) as engine:
        engine.does("huge_chunk", after_tokens=1, size_bytes=20_000_000)
        async with connected(engine.url) as (reader, writer):
            transport = cast(asyncio.Transport, writer.transport)
            transport.pause_reading()
            await engine.started(1)

            assert (await ask(engine.url)).ended_well
            assert engine.requests[0].tokens_sent < 40

            transport.resume_reading()
            while await reader.read(1_000_000):
                pass
        assert engine.requests[0].state == "complete"


async def test_several_choices_take_several_places() -> None:
    """`n` sequences run for one question, as in vLLM."""
    async with scripted_engine(places=4) as engine:
        engine.holds()
        async with connected(engine.url, n=3):
            await engine.started(1)
            assert engine.state().places_taken == 3
            engine.releases()
            await engine.completed(1)
        assert engine.state().places_taken == 0


async def test_a_dead_engine_forgets_its_questions() -> None:
    """After `goes_away` nothing runs; it comes back empty on the same port."""
    async with scripted_engine() as engine:
        engine.holds()
        async with connected(engine.url):
            await engine.started(1)
            engine.goes_away()
        assert engine.requests[0].state == "broken"
        await engine.comes_back()
        engine.releases()
        assert (await ask(engine.url)).ended_well
