"""A whole answer is OpenAI's object, with everything that was asked for."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import orjson
import pytest
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel

from argo.assistants.instructions import GENERALIST
from tests.fixtures import Service
from tests.openai.asking import HELLO, SMALL
from tests.support.engine import ScriptedEngine

WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}


async def test_the_answer_has_its_text_and_its_usage(
    client: AsyncOpenAI, engine: ScriptedEngine
) -> None:
    engine.says("Bonjour", " !")
    answer = await client.chat.completions.create(model=SMALL, messages=HELLO)
    assert answer.object == "chat.completion"
    assert answer.id.startswith("chatcmpl-")
    assert answer.model == SMALL
    assert answer.choices[0].message.content == "Bonjour !"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 2


async def test_the_sdk_without_asyncio_works_too(service: Service, key: str) -> None:
    with OpenAI(base_url=f"{service.url}/v1", api_key=key) as client:
        answer = await asyncio.to_thread(
            client.chat.completions.create, model=SMALL, messages=HELLO
        )
    assert answer.choices[0].message.content


async def test_an_assistant_is_asked_with_its_instructions(
    client: AsyncOpenAI, engine: ScriptedEngine
) -> None:
    answer = await client.chat.completions.create(model="generalist-small", messages=HELLO)
    assert answer.model == SMALL
    sent = (await engine.asked()).body["messages"]
    assert sent == [{"role": "system", "content": GENERALIST.en}, *HELLO]


async def test_a_raw_model_gets_the_messages_alone(
    client: AsyncOpenAI, engine: ScriptedEngine
) -> None:
    await client.chat.completions.create(model=SMALL, messages=HELLO)
    assert (await engine.asked()).body["messages"] == HELLO


async def test_tools_are_called_and_answered(client: AsyncOpenAI, engine: ScriptedEngine) -> None:
    engine.calls("weather", city="Lyon").calls("weather", city="Nice")
    engine.says("Il fait beau.")
    messages: list[Any] = [*HELLO]
    first = await client.chat.completions.create(
        model=SMALL, messages=messages, tools=[WEATHER], parallel_tool_calls=True
    )
    message = first.choices[0].message
    assert first.choices[0].finish_reason == "tool_calls"
    assert message.tool_calls is not None
    assert len(message.tool_calls) == 2
    messages.append(message)
    messages += [
        {"role": "tool", "tool_call_id": call.id, "content": "beau"} for call in message.tool_calls
    ]
    second = await client.chat.completions.create(model=SMALL, messages=messages, tools=[WEATHER])
    assert second.choices[0].message.content == "Il fait beau."
    sent = (await engine.asked(2)).body["messages"]
    assert [each["role"] for each in sent] == ["user", "assistant", "tool", "tool"]


class City(BaseModel):
    """What the schema test wants."""

    name: str
    people: int


async def test_an_answer_follows_a_schema(client: AsyncOpenAI, engine: ScriptedEngine) -> None:
    answer = await client.chat.completions.parse(model=SMALL, messages=HELLO, response_format=City)
    assert isinstance(answer.choices[0].message.parsed, City)
    form = (await engine.asked()).body["response_format"]
    assert form["json_schema"]["schema"]["required"] == ["name", "people"]


async def test_an_answer_is_json_when_asked(client: AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(
        model=SMALL, messages=HELLO, response_format={"type": "json_object"}
    )
    assert isinstance(orjson.loads(answer.choices[0].message.content or ""), dict)


async def test_chances_of_tokens_are_told(client: AsyncOpenAI, engine: ScriptedEngine) -> None:
    engine.says("oui", " non")
    answer = await client.chat.completions.create(
        model=SMALL, messages=HELLO, logprobs=True, top_logprobs=2
    )
    chances = answer.choices[0].logprobs
    assert chances is not None
    assert chances.content is not None
    assert [token.token for token in chances.content] == ["oui", " non"]
    assert all(len(token.top_logprobs) == 2 for token in chances.content)


async def test_settings_reach_the_engine_as_they_were_sent(
    client: AsyncOpenAI, engine: ScriptedEngine
) -> None:
    answer = await client.chat.completions.create(
        model=SMALL, messages=HELLO, n=2, seed=7, stop=["FIN"], temperature=0, max_tokens=9
    )
    assert len(answer.choices) == 2
    body = (await engine.asked()).body
    assert (body["seed"], body["stop"], body["temperature"], body["max_tokens"]) == (
        *(7, ["FIN"], 0),
        9,
    )


async def test_the_same_seed_gives_the_same_answer(client: AsyncOpenAI) -> None:
    texts = [
        (await client.chat.completions.create(model=SMALL, messages=HELLO, seed=seed))
        .choices[0]
        .message.content
        for seed in (1, 1, 2)
    ]
    assert texts[0] == texts[1] != texts[2]


async def test_headers_say_how_the_quota_stands(http: aiohttp.ClientSession) -> None:
    for remaining in (9, 8):
        body = {"model": SMALL, "messages": HELLO}
        async with http.post("chat/completions", json=body) as answer:
            assert answer.status == 200
            assert answer.headers["x-ratelimit-remaining-requests"] == str(remaining)
            assert answer.headers["x-argo-ai-generated"] == "true"
            assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("stream", [False, True])
async def test_past_the_quota_it_says_when_to_come_back(
    http: aiohttp.ClientSession, engine: ScriptedEngine, *, stream: bool
) -> None:
    body = {"model": SMALL, "messages": HELLO, "stream": stream}
    for _ in range(10):
        async with http.post("chat/completions", json=body) as answer:
            assert answer.status == 200
            await answer.read()
    async with http.post("chat/completions", json=body) as answer:
        refused = (await answer.json())["error"]
        assert answer.status == 429
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert answer.headers["x-ratelimit-remaining-requests"] == "0"
        assert refused["type"] == "rate_limit_error"
    assert len(engine.requests) == 10
