"""The scripted engine says exactly what a test tells it, and tells what it saw."""

from __future__ import annotations

import asyncio

import openai
import orjson
import pytest

from tests.simulation.raw_client import ask
from tests.support.engine import scripted_engine


async def test_scripts_are_taken_in_order_then_the_simulation_speaks() -> None:
    """Two scripts, three questions."""
    async with scripted_engine() as engine:
        engine.says("Bonjour", " le", " monde")
        engine.says("Au", " revoir").breaks_after(1)

        assert (await ask(engine.url)).texts == ["Bonjour", " le", " monde"]
        assert (await ask(engine.url)).texts == ["Au"]
        assert len((await ask(engine.url)).texts) == 40
        assert engine.unused == 0


async def test_reasoning_and_parallel_calls_are_scripted_in_one_line() -> None:
    """Thoughts, then words, then two calls."""
    async with scripted_engine() as engine:
        engine.says("Je", " regarde").thinking("hm").calls("a", x=1).calls("b", y="é")
        body = orjson.loads((await ask(engine.url, stream=False)).body)

    message = body["choices"][0]["message"]
    assert (message["reasoning"], message["content"]) == ("hm", "Je regarde")
    calls = [call["function"] for call in message["tool_calls"]]
    assert calls == [
        {"name": "a", "arguments": '{"x":1}'},
        {"name": "b", "arguments": '{"y":"é"}'},
    ]
    assert body["choices"][0]["finish_reason"] == "tool_calls"


async def test_what_was_asked_is_remembered() -> None:
    """Body, headers, state; probes apart."""
    async with (
        scripted_engine() as engine,
        openai.AsyncOpenAI(base_url=engine.url, api_key="secret") as client,
    ):
        await client.models.list()
        await client.chat.completions.create(
            model="simulated", messages=[{"role": "user", "content": "Bonjour"}], temperature=0.5
        )
        question = await engine.asked(1)

    assert question.body["temperature"] == 0.5
    assert question.headers["authorization"] == "Bearer secret"
    assert question.state == "complete"
    assert question.tokens_sent == 40
    assert [probe.path for probe in engine.probes] == ["/v1/models"]


async def test_held_answers_wait_for_their_release() -> None:
    """Nothing flows while held; all of it afterwards."""
    async with scripted_engine() as engine:
        engine.holds()
        asking = asyncio.create_task(ask(engine.url))
        await engine.started(1)
        assert engine.requests[0].tokens_sent == 0
        engine.releases()
        assert len((await asking).texts) == 40


async def test_waiting_in_vain_says_what_was_seen() -> None:
    """A test that waits for what never comes fails with words, not with a hang."""
    async with scripted_engine(patience_seconds=0.01) as engine:
        await ask(engine.url)
        with pytest.raises(AssertionError, match=r"2 questions asked; saw .*question 1: complete"):
            await engine.asked(2)
