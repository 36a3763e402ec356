"""A streaming answer brings the whole text, piece by piece, as OpenAI's does."""

from __future__ import annotations

from typing import Any

import aiohttp
import orjson
from openai import AsyncOpenAI

from tests.openai.asking import HELLO, LARGE, SMALL
from tests.support.engine import ScriptedEngine


async def events(answer: aiohttp.ClientResponse) -> list[str]:
    """Return a stream's events and comments, without their frame."""
    text = (await answer.read()).decode()
    assert text.endswith("\n\n")
    return text[:-2].split("\n\n")


async def test_the_stream_is_the_whole_text(client: AsyncOpenAI, engine: ScriptedEngine) -> None:
    words = ["Bon", "jour", " le", " monde", " é", "👋"]
    engine.says(*words)
    stream = await client.chat.completions.create(model=SMALL, messages=HELLO, stream=True)
    chunks = [chunk async for chunk in stream]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "".join(words)
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert {chunk.model for chunk in chunks} == {SMALL}
    assert {chunk.object for chunk in chunks} == {"chat.completion.chunk"}
    assert len({chunk.id for chunk in chunks}) == 1
    assert all(chunk.usage is None for chunk in chunks)


async def test_usage_comes_last_when_asked_for(client: AsyncOpenAI, engine: ScriptedEngine) -> None:
    engine.says("un", " deux", " trois")
    stream = await client.chat.completions.create(
        model=SMALL, messages=HELLO, stream=True, stream_options={"include_usage": True}
    )
    *chunks, last = [chunk async for chunk in stream]
    assert last.choices == []
    assert last.usage is not None
    assert last.usage.completion_tokens == 3
    assert last.usage.total_tokens == last.usage.prompt_tokens + 3
    assert all(chunk.usage is None for chunk in chunks)
    assert last.id == chunks[0].id


async def test_the_wire_is_events_then_done(
    http: aiohttp.ClientSession, engine: ScriptedEngine
) -> None:
    engine.says("un", " deux")
    body = {"model": SMALL, "messages": HELLO, "stream": True}
    async with http.post("chat/completions", json=body) as answer:
        assert answer.status == 200
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert answer.headers["x-argo-ai-generated"] == "true"
        assert answer.headers["x-request-id"]
        assert answer.headers["x-ratelimit-limit-requests"] == "10"
        assert answer.headers["x-ratelimit-remaining-requests"] == "9"
        assert answer.headers["x-ratelimit-reset-requests"].endswith("s")
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]
        *told, done = await events(answer)
    assert done == "data: [DONE]"
    for each in told:
        chunk: dict[str, Any] = orjson.loads(each.removeprefix("data: "))
        assert set(chunk) == {"id", "object", "created", "model", "choices"}


async def test_several_tool_calls_come_in_pieces(
    client: AsyncOpenAI, engine: ScriptedEngine
) -> None:
    engine.says("Voyons.").calls("weather", city="Lyon").calls("clock", zone="Europe/Paris")
    tools: Any = [
        {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}}
        for name in ("weather", "clock")
    ]
    stream = await client.chat.completions.create(
        model=SMALL, messages=HELLO, tools=tools, stream=True
    )
    names: dict[int, str] = {}
    arguments: dict[int, str] = {}
    reason = None
    async for chunk in stream:
        choice = chunk.choices[0]
        reason = choice.finish_reason or reason
        for call in choice.delta.tool_calls or []:
            assert call.function is not None
            names[call.index] = names.get(call.index, "") + (call.function.name or "")
            arguments[call.index] = arguments.get(call.index, "") + (call.function.arguments or "")
    assert names == {0: "weather", 1: "clock"}
    assert [orjson.loads(each) for each in arguments.values()] == [
        {"city": "Lyon"},
        {"zone": "Europe/Paris"},
    ]
    assert reason == "tool_calls"


async def test_four_answers_come_side_by_side(client: AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(model=SMALL, messages=HELLO, n=4, stream=True)
    texts: dict[int, str] = {}
    async for chunk in stream:
        for choice in chunk.choices:
            texts[choice.index] = texts.get(choice.index, "") + (choice.delta.content or "")
    assert sorted(texts) == [0, 1, 2, 3]
    assert all(texts.values())


async def test_reasoning_comes_beside_the_text(client: AsyncOpenAI, engine: ScriptedEngine) -> None:
    engine.says("Oui").thinking("Hm", ".")
    stream = await client.chat.completions.create(
        model=LARGE, messages=HELLO, stream=True, reasoning_effort="low"
    )
    text = thought = ""
    async for chunk in stream:
        delta = chunk.choices[0].delta.model_dump()
        text += delta.get("content") or ""
        thought += delta.get("reasoning_content") or delta.get("reasoning") or ""
    assert (thought, text) == ("Hm.", "Oui")
