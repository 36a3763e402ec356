"""The bundled model answers several at once, calls tools when it must, and keeps to a schema."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx2 as http
import pytest

from argo.embedded.dialect import in_dialect
from argo.embedded.engine import Engine

pytestmark = pytest.mark.asyncio(loop_scope="session")

WEATHER = {
    "type": "function",
    "function": {
        "name": "weather_of",
        "description": "The weather of a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "unit": {"enum": ["celsius", "kelvin"]}},
            "required": ["city", "unit"],
            "additionalProperties": False,
        },
    },
}
SUM = {
    "type": "function",
    "function": {
        "name": "sum_of",
        "parameters": {
            "type": "object",
            "properties": {"first": {"type": "integer"}, "second": {"type": "integer"}},
            "required": ["first", "second"],
        },
    },
}


async def ask(engine: Engine, **fields: Any) -> dict[str, Any]:
    """Ask as the engine's client does, and return the answer's first choice."""
    body = {
        "model": engine.address.model_id,
        "messages": [{"role": "user", "content": "What is the weather in Paris?"}],
        "max_tokens": 200,
        "seed": 7,
        **fields,
    }
    spoken = in_dialect(body, engine.address.tool_call_opening)
    async with _client(engine) as client:
        answer = await client.post("chat/completions", json=spoken)
    assert answer.status_code == 200, answer.text
    choice: dict[str, Any] = answer.json()["choices"][0]
    return choice


def _client(engine: Engine) -> http.AsyncClient:
    key = {"authorization": f"Bearer {engine.address.key}"}
    return http.AsyncClient(base_url=f"{engine.address.url}/", headers=key, timeout=60)


async def test_it_answers_a_question(engine: Engine) -> None:
    choice = await ask(engine, max_tokens=20)
    assert choice["message"]["content"]


async def test_four_answers_flow_at_the_same_time(engine: Engine) -> None:
    begun, all_begun = 0, asyncio.Event()

    async def stream(client: http.AsyncClient, number: int) -> None:
        nonlocal begun
        body = {
            "model": engine.address.model_id,
            "messages": [{"role": "user", "content": f"Tell me story number {number}."}],
            "max_tokens": 120,
            "stream": True,
            "ignore_eos": True,
        }
        async with client.stream("POST", "chat/completions", json=body) as answer:
            lines = answer.aiter_lines()
            async for line in lines:
                if '"content":"' in line:
                    break
            begun += 1
            if begun == 4:
                all_begun.set()
            # None has ended before all have begun: they take turns token by token.
            async with asyncio.timeout(30):
                await all_begun.wait()
            rest = [line async for line in lines]
        assert any('"content":"' in line for line in rest)

    async with _client(engine) as client:
        await asyncio.gather(*(stream(client, number) for number in range(4)))
    async with _client(engine) as client:
        figures = (await client.get(f"{_base(engine)}/metrics")).text
    busy = next(
        line for line in figures.splitlines() if "busy_slots_per_decode" in line and line[0] != "#"
    )
    assert float(busy.split()[-1]) > 1


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_required_tool_is_called_with_fitting_arguments(engine: Engine, seed: int) -> None:
    choice = await ask(engine, tools=[WEATHER, SUM], tool_choice="required", seed=seed)
    assert choice["finish_reason"] == "tool_calls"
    for call in choice["message"]["tool_calls"]:
        arguments = json.loads(call["function"]["arguments"])
        if call["function"]["name"] == "weather_of":
            assert arguments.keys() == {"city", "unit"}
            assert arguments["unit"] in ("celsius", "kelvin")
        else:
            assert call["function"]["name"] == "sum_of"
            assert all(isinstance(arguments[name], int) for name in ("first", "second"))


@pytest.mark.parametrize("tool", [WEATHER, SUM])
async def test_a_named_tool_is_the_one_called_and_once(
    engine: Engine, tool: dict[str, Any]
) -> None:
    named = {"type": "function", "function": {"name": tool["function"]["name"]}}
    choice = await ask(engine, tools=[WEATHER, SUM], tool_choice=named)
    calls = choice["message"]["tool_calls"]
    assert [call["function"]["name"] for call in calls] == [tool["function"]["name"]]


async def test_a_required_tool_is_called_in_a_stream_too(engine: Engine) -> None:
    body = {
        "model": engine.address.model_id,
        "messages": [{"role": "user", "content": "Add 2 and 3."}],
        "tools": [SUM],
        "tool_choice": "required",
        "parallel_tool_calls": False,
        "max_tokens": 200,
        "stream": True,
    }
    spoken = in_dialect(body, engine.address.tool_call_opening)
    name, arguments, finish = "", "", None
    async with (
        _client(engine) as client,
        client.stream("POST", "chat/completions", json=spoken) as answer,
    ):
        async for line in answer.aiter_lines():
            if not line.startswith("data: {"):
                continue
            choice = json.loads(line[6:])["choices"][0]
            finish = choice["finish_reason"] or finish
            assert not choice["delta"].get("content")
            for call in choice["delta"].get("tool_calls", ()):
                name += call["function"].get("name") or ""
                arguments += call["function"].get("arguments", "")
    assert (name, finish) == ("sum_of", "tool_calls")
    assert json.loads(arguments).keys() == {"first", "second"}


@pytest.mark.parametrize("choice", ["auto", "none", None])
async def test_tools_that_may_be_left_alone_leave_the_answer_free(
    engine: Engine, choice: str | None
) -> None:
    fields = {} if choice is None else {"tool_choice": choice}
    answer = await ask(engine, tools=[WEATHER], max_tokens=40, **fields)
    assert answer["message"].get("content") or answer["message"].get("tool_calls")


async def test_the_answer_to_a_tool_is_read(engine: Engine) -> None:
    call = {
        "id": "call_1",
        "type": "function",
        "function": {"name": "weather_of", "arguments": '{"city":"Paris","unit":"celsius"}'},
    }
    messages = [
        {"role": "system", "content": "Be short."},
        {"role": "user", "content": "What is the weather in Paris?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "12 degrees, rain"},
    ]
    answer = await ask(engine, messages=messages, tools=[WEATHER], max_tokens=40)
    assert answer["message"].get("content") or answer["message"].get("tool_calls")


async def test_an_answer_keeps_to_a_json_schema(engine: Engine) -> None:
    schema = WEATHER["function"]["parameters"]  # type: ignore[index]
    form = {"type": "json_schema", "json_schema": {"name": "w", "schema": schema, "strict": True}}
    answer = await ask(engine, response_format=form)
    content = json.loads(answer["message"]["content"])
    assert content.keys() == {"city", "unit"}
    assert content["unit"] in ("celsius", "kelvin")


@pytest.mark.parametrize("path", ["/v1/models", "/v1/chat/completions", "/slots", "/metrics"])
async def test_nobody_without_the_key_is_served(engine: Engine, path: str) -> None:
    async with http.AsyncClient() as client:
        answer = await client.get(_base(engine) + path)
    assert answer.status_code in (401, 404)


async def test_its_list_of_models_shows_the_name_and_no_path(engine: Engine) -> None:
    async with _client(engine) as client:
        answer = await client.get("models")
    assert answer.json()["data"][0]["id"] == "small"
    assert ".gguf" not in answer.text


def _base(engine: Engine) -> str:
    return engine.address.url.removesuffix("/v1")
