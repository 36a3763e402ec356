"""Anthropic's SDK asks `/v1/messages` unchanged, and is refused in words it understands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import anthropic
import pytest
from anthropic import AsyncAnthropic

from argo.openai import anthropic as surface
from argo.openai.errors import FieldFault
from tests.fixtures import Service
from tests.openai.asking import ABLE, HELLO, LARGE, MODEL_ID, SMALL
from tests.support.engine import ScriptedEngine

WEATHER: Any = {
    "name": "weather",
    "description": "The weather of a city",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
}
CACHED_WEATHER: Any = {**WEATHER, "cache_control": {"type": "ephemeral"}}


@pytest.fixture
async def claude(service: Service, key: str) -> AsyncIterator[AsyncAnthropic]:
    """The SDK as a coding assistant uses it: the key goes as `x-api-key`."""
    async with AsyncAnthropic(
        base_url=service.url, api_key=key, auth_token=None, max_retries=0, timeout=20
    ) as client:
        yield client


async def test_a_message_is_answered(claude: AsyncAnthropic, engine: ScriptedEngine) -> None:
    engine.says("Bonjour", " !")
    answer = await claude.messages.create(
        model=SMALL, max_tokens=50, system="Sois bref.", messages=HELLO
    )
    (block,) = answer.content
    assert block.type == "text"
    assert block.text == "Bonjour !"
    assert (answer.role, answer.stop_reason, answer.model) == ("assistant", "end_turn", SMALL)
    assert answer.usage.output_tokens == 2
    sent = (await engine.asked()).body
    assert sent["messages"] == [{"role": "system", "content": "Sois bref."}, *HELLO]
    assert sent["max_tokens"] == 50


async def test_a_limit_beyond_the_context_is_no_limit(
    claude: AsyncAnthropic, engine: ScriptedEngine
) -> None:
    await claude.messages.create(model=SMALL, max_tokens=64_000, messages=HELLO, timeout=20)
    assert "max_tokens" not in (await engine.asked()).body


async def test_the_events_build_the_answer(claude: AsyncAnthropic, engine: ScriptedEngine) -> None:
    engine.says("Voyons", ".").thinking("Hm", ".").calls("weather", city="Lyon").calls(
        "weather", city="Nice"
    )
    async with claude.messages.stream(
        model=LARGE,
        max_tokens=2048,
        messages=HELLO,
        tools=[WEATHER],
        thinking={"type": "enabled", "budget_tokens": 1024},
    ) as stream:
        kinds = [event.type async for event in stream]
        answer = await stream.get_final_message()
    assert kinds[0] == "message_start"
    assert kinds[-1] == "message_stop"
    assert [each.type for each in answer.content] == ["thinking", "text", "tool_use", "tool_use"]
    thought, text, *calls = answer.content
    assert thought.type == "thinking"
    assert thought.thinking == "Hm."
    assert text.type == "text"
    assert text.text == "Voyons."
    assert [each.input for each in calls if each.type == "tool_use"] == [
        {"city": "Lyon"},
        {"city": "Nice"},
    ]
    assert answer.stop_reason == "tool_use"
    assert answer.usage.output_tokens > 0
    assert (await engine.asked()).body["reasoning_effort"] == "low"


async def test_reasoning_is_shown_only_when_asked_for(
    claude: AsyncAnthropic, engine: ScriptedEngine
) -> None:
    engine.says("Oui").thinking("Hm", ".")
    answer = await claude.messages.create(model=LARGE, max_tokens=50, messages=HELLO)
    assert [each.type for each in answer.content] == ["text"]


async def test_a_tool_is_used_and_its_result_read(
    claude: AsyncAnthropic, engine: ScriptedEngine
) -> None:
    engine.calls("weather", city="Lyon")
    engine.says("Beau", ".")
    messages: list[Any] = [*HELLO]
    first = await claude.messages.create(
        model=SMALL, max_tokens=50, messages=messages, tools=[WEATHER]
    )
    (use,) = first.content
    assert use.type == "tool_use"
    result = {"type": "tool_result", "tool_use_id": use.id, "content": "soleil"}
    messages += [
        {"role": "assistant", "content": first.content},
        {"role": "user", "content": [result, {"type": "text", "text": "Alors ?"}]},
    ]
    second = await claude.messages.create(
        model=SMALL,
        max_tokens=50,
        messages=messages,
        tools=[CACHED_WEATHER],
        tool_choice={"type": "any", "disable_parallel_tool_use": True},
    )
    assert second.stop_reason == "end_turn"
    sent = (await engine.asked(2)).body
    assert [each["role"] for each in sent["messages"]] == ["user", "assistant", "tool", "user"]
    assert (sent["tool_choice"], sent["parallel_tool_calls"]) == ("required", False)


async def test_tokens_are_counted_without_asking(
    claude: AsyncAnthropic, engine: ScriptedEngine
) -> None:
    short = await claude.messages.count_tokens(model=SMALL, messages=HELLO)
    long = await claude.messages.count_tokens(
        model=SMALL, messages=[{"role": "user", "content": "mot " * 300}], tools=[WEATHER]
    )
    assert 0 < short.input_tokens < 300 <= long.input_tokens
    assert not engine.requests


async def test_an_answer_that_breaks_off_is_an_error(
    claude: AsyncAnthropic, engine: ScriptedEngine
) -> None:
    engine.says("un", " deux", " trois").breaks_after(2)
    with pytest.raises(anthropic.APIStatusError) as broken:
        async with claude.messages.stream(model=SMALL, max_tokens=50, messages=HELLO) as stream:
            async for _ in stream:
                pass
    assert broken.value.body["error"]["type"] == "overloaded_error"  # type: ignore[index]


async def test_refusals_speak_anthropics_form(http: aiohttp.ClientSession) -> None:
    body = {"model": SMALL, "max_tokens": 5, "messages": []}
    async with http.post("messages", json=body) as answer:
        said = await answer.json()
        assert answer.status == 400
        assert said["type"] == "error"
        assert said["error"]["type"] == "invalid_request_error"
        assert said["request_id"] == answer.headers["x-request-id"]
    body = {"model": "nobody", "max_tokens": 5, "messages": HELLO}
    async with http.post("messages", json=body) as answer:
        assert answer.status == 404
        assert (await answer.json())["error"]["type"] == "not_found_error"


async def test_past_the_quota_it_says_when_to_come_back(claude: AsyncAnthropic) -> None:
    for _ in range(10):
        await claude.messages.create(model=SMALL, max_tokens=5, messages=HELLO)
    with pytest.raises(anthropic.RateLimitError) as refused:
        await claude.messages.create(model=SMALL, max_tokens=5, messages=HELLO)
    assert 1 <= int(refused.value.response.headers["retry-after"]) <= 60


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("x-api-key", "argo-nobody")],
        [("x-api-key", "KEY"), ("authorization", "Bearer KEY")],
        [("x-api-key", "KEY"), ("x-api-key", "KEY")],
    ],
)
@pytest.mark.parametrize("path", ["messages", "messages/count_tokens"])
async def test_exactly_one_key_counts(
    service: Service, key: str, headers: list[tuple[str, str]], path: str
) -> None:
    sent = [(name, value.replace("KEY", key)) for name, value in headers]
    body = {"model": SMALL, "max_tokens": 5, "messages": HELLO}
    async with aiohttp.ClientSession() as session:
        url = f"{service.url}/v1/{path}"
        async with session.post(url, json=body, headers=sent) as answer:
            assert answer.status == 401
            assert (await answer.json())["error"]["type"] == "authentication_error"


async def test_x_api_key_opens_nothing_else(service: Service, key: str) -> None:
    async with (
        aiohttp.ClientSession(headers={"x-api-key": key}) as session,
        session.get(f"{service.url}/v1/models") as answer,
    ):
        assert answer.status == 401


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"max_tokens": None}, "max_tokens"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"messages": [{"role": "robot", "content": "?"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": ""}]}, "messages[0].content"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image"}]}]},
            "messages[0].content[0].type",
        ),
        (
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"type": "tool_result", "tool_use_id": "x", "content": "?"}],
                    }
                ]
            },
            "messages[0].content[0].tool_use_id",
        ),
        ({"temperature": 1.5}, "temperature"),
        ({"stop_sequences": ["a"] * 5}, "stop_sequences"),
        ({"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, "tools[0].type"),
        ({"tools": [{"name": "a b", "input_schema": {}}]}, "tools[0].name"),
        ({"tool_choice": {"type": "some"}}, "tool_choice.type"),
        ({"thinking": {"type": "enabled"}}, "thinking.budget_tokens"),
        ({"output_config": {"effort": "huge"}}, "output_config.effort"),
        ({"mcp_servers": []}, "mcp_servers"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_a_fault_is_told_by_the_name_the_caller_sent(body: dict[str, Any], param: str) -> None:
    asked = {"model": MODEL_ID, "max_tokens": 5, "messages": HELLO, **body}
    with pytest.raises(FieldFault) as fault:
        surface.rebuilt(asked, ABLE, None)
    assert fault.value.param == param


async def test_a_caller_that_leaves_frees_the_engine(
    claude: AsyncAnthropic, engine: ScriptedEngine
) -> None:
    engine.says("un", " deux", " trois").holds_after(2)
    async with claude.messages.stream(model=SMALL, max_tokens=50, messages=HELLO):
        await engine.held()
    await engine.aborted()
