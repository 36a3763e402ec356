"""A tool call that the engine cannot read is asked for again or mended, before anybody sees it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openai import APIStatusError, AsyncOpenAI

from tests.openai.asking import HELLO, SMALL
from tests.support.engine import ScriptedEngine

WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}
HARMONY = 'unexpected tokens remaining in message header: Some("to=functions.weather")'


async def called(client: AsyncOpenAI, *, stream: bool) -> list[tuple[str, Any]]:
    """Ask with a tool; return the calls of the answer, names and arguments."""
    if not stream:
        answer = await client.chat.completions.create(model=SMALL, messages=HELLO, tools=[WEATHER])
        (choice,) = answer.choices
        assert choice.finish_reason == "tool_calls"
        made: list[Any] = list(choice.message.tool_calls or ())
        return [(each.function.name, json.loads(each.function.arguments)) for each in made]
    names: dict[int, str] = {}
    arguments: dict[int, str] = {}
    finish = None
    async for chunk in await client.chat.completions.create(
        model=SMALL, messages=HELLO, tools=[WEATHER], stream=True
    ):
        for choice_ in chunk.choices:
            finish = choice_.finish_reason or finish
            for call in choice_.delta.tool_calls or ():
                assert call.function is not None
                names[call.index] = names.get(call.index) or call.function.name or ""
                said = call.function.arguments or ""
                arguments[call.index] = arguments.get(call.index, "") + said
    assert finish == "tool_calls"
    return [(names[each], json.loads(arguments[each])) for each in sorted(names)]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("fault", ["error_500", "html_500", "error_in_stream"])
async def test_an_engine_that_cannot_read_a_call_is_asked_again(
    client: AsyncOpenAI, engine: ScriptedEngine, fault: Any, *, stream: bool
) -> None:
    if fault == "error_in_stream" and not stream:
        # A whole answer has no stream: there the same error is a status.
        fault = "error_500"
    for _ in range(2):
        engine.does(fault, text=HARMONY)
    engine.calls("weather", city="Lyon")
    assert await called(client, stream=stream) == [("weather", {"city": "Lyon"})]
    # The replica is well: a question without tools goes there at once.
    engine.says("Oui")
    answer = await client.chat.completions.create(model=SMALL, messages=HELLO)
    assert answer.choices[0].message.content == "Oui"


@pytest.mark.parametrize("stream", [False, True])
async def test_one_that_never_can_says_so_and_when_to_come_back(
    client: AsyncOpenAI, engine: ScriptedEngine, *, stream: bool
) -> None:
    for _ in range(3):
        engine.does("error_500", text=HARMONY)
    with pytest.raises(APIStatusError) as failed:
        await client.chat.completions.create(
            model=SMALL, messages=HELLO, tools=[WEATHER], stream=stream
        )
    assert (failed.value.status_code, failed.value.code) == (503, "tool_call_unread")
    assert int(failed.value.response.headers["retry-after"]) >= 1
    assert "harmony" not in str(failed.value).lower()
    assert engine.unused == 0


@pytest.mark.parametrize("stream", [False, True])
async def test_a_call_in_the_text_and_one_with_remnants_arrive_as_calls(
    client: AsyncOpenAI, engine: ScriptedEngine, *, stream: bool
) -> None:
    leak = '<|channel|>commentary to=functions.weather <|constrain|>json<|message|>{"city": "Lyon"}'
    engine.says(leak[:30], leak[30:])
    assert await called(client, stream=stream) == [("weather", {"city": "Lyon"})]
    engine.says().calls_with("weather<|channel|>commentary", '{"city": "Lyon",}<|call|>')
    assert await called(client, stream=stream) == [("weather", {"city": "Lyon"})]


async def test_a_whole_call_that_breaks_its_schema_is_asked_for_once_more(
    client: AsyncOpenAI, engine: ScriptedEngine
) -> None:
    engine.calls("weather", town="Lyon")
    engine.calls("weather", city="Lyon")
    answer = await client.chat.completions.create(model=SMALL, messages=HELLO, tools=[WEATHER])
    calls: Any = answer.choices[0].message.tool_calls
    (call,) = calls
    assert json.loads(call.function.arguments) == {"city": "Lyon"}
    # Both were computed, and both are counted.
    assert answer.usage is not None
    alone = await _usage_of_one(client, engine)
    assert answer.usage.completion_tokens > 1.5 * alone


async def _usage_of_one(client: AsyncOpenAI, engine: ScriptedEngine) -> int:
    engine.calls("weather", city="Lyon")
    answer = await client.chat.completions.create(model=SMALL, messages=HELLO, tools=[WEATHER])
    assert answer.usage is not None
    return answer.usage.completion_tokens


async def test_a_call_that_stays_unfit_is_given_as_the_model_wrote_it(
    client: AsyncOpenAI, engine: ScriptedEngine
) -> None:
    for _ in range(2):
        engine.calls("weather", town="Lyon")
    answer = await client.chat.completions.create(model=SMALL, messages=HELLO, tools=[WEATHER])
    calls: Any = answer.choices[0].message.tool_calls
    (call,) = calls
    assert json.loads(call.function.arguments) == {"town": "Lyon"}
