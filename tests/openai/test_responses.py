"""OpenAI's SDK asks `/v1/responses` unchanged: items in, items and their events out."""

from __future__ import annotations

from typing import Any

import aiohttp
import orjson
import pytest
from openai import AsyncOpenAI, BadRequestError
from openai.types.responses import Response
from pydantic import BaseModel

from argo.assistants.instructions import GENERALIST
from argo.openai import responses
from argo.openai.errors import FieldFault
from tests.openai.asking import ABLE, LARGE, MODEL_ID, SMALL
from tests.support.engine import ScriptedEngine

WEATHER: Any = {
    "type": "function",
    "name": "weather",
    "description": "The weather of a city",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    "strict": False,
}


async def test_a_text_is_answered(client: AsyncOpenAI, engine: ScriptedEngine) -> None:
    engine.says("Bonjour", " !")
    answer = await client.responses.create(
        model=SMALL, input="Salut", instructions="Sois bref.", metadata={"lot": "7"}
    )
    assert answer.output_text == "Bonjour !"
    assert (answer.status, answer.object, answer.model) == ("completed", "response", SMALL)
    assert answer.id.startswith("resp_")
    assert answer.metadata == {"lot": "7"}
    assert answer.usage is not None
    assert answer.usage.output_tokens == 2
    assert answer.usage.total_tokens == answer.usage.input_tokens + 2
    assert (await engine.asked()).body["messages"] == [
        {"role": "system", "content": "Sois bref."},
        {"role": "user", "content": "Salut"},
    ]


async def test_an_assistants_instructions_come_first(
    client: AsyncOpenAI, engine: ScriptedEngine
) -> None:
    await client.responses.create(model="generalist-small", input="Salut", instructions="Bref.")
    first = (await engine.asked()).body["messages"][0]
    assert first == {"role": "system", "content": f"{GENERALIST.en}\n\nBref."}


async def test_the_events_build_the_answer(client: AsyncOpenAI, engine: ScriptedEngine) -> None:
    engine.says("Oui", ", vo", "ilà").thinking("Hm", ".").calls("weather", city="Lyon")
    stream = await client.responses.create(
        model=LARGE, input="?", tools=[WEATHER], reasoning={"effort": "low"}, stream=True
    )
    events = [event async for event in stream]
    assert [each.sequence_number for each in events] == list(range(len(events)))
    kinds = [each.type for each in events]
    assert kinds[:2] == ["response.created", "response.in_progress"]
    assert kinds[-1] == "response.completed"
    added = [each.item for each in events if each.type == "response.output_item.added"]
    assert [each.type for each in added] == ["reasoning", "message", "function_call"]
    text = "".join(each.delta for each in events if each.type == "response.output_text.delta")
    assert text == "Oui, voilà"
    last = events[-1]
    assert last.type == "response.completed"
    thought, message, call = last.response.output
    assert thought.type == "reasoning"
    assert thought.content is not None
    assert thought.content[0].text == "Hm."
    assert message.type == "message"
    assert last.response.output_text == text
    assert call.type == "function_call"
    assert (call.name, orjson.loads(call.arguments)) == ("weather", {"city": "Lyon"})
    done = [each for each in events if each.type == "response.output_item.done"]
    assert [each.item.id for each in done] == [each.id for each in last.response.output]


async def test_the_sdks_own_stream_reader_agrees(
    client: AsyncOpenAI, engine: ScriptedEngine
) -> None:
    engine.says("un", " deux", " trois")
    async with client.responses.stream(model=SMALL, input="Compte") as stream:
        async for _ in stream:
            pass
        answer = await stream.get_final_response()
    assert answer.output_text == "un deux trois"


async def test_a_function_is_called_and_its_output_read(
    client: AsyncOpenAI, engine: ScriptedEngine
) -> None:
    engine.calls("weather", city="Lyon").calls("weather", city="Nice")
    engine.says("Beau", ".")
    items: list[Any] = [{"role": "user", "content": "Quel temps ?"}]
    first = await client.responses.create(model=SMALL, input=items, tools=[WEATHER])
    calls = [each for each in first.output if each.type == "function_call"]
    assert len(calls) == 2
    items += [each.model_dump(exclude_none=True) for each in first.output]
    items += [
        {"type": "function_call_output", "call_id": each.call_id, "output": "soleil"}
        for each in calls
    ]
    second = await client.responses.create(model=SMALL, input=items, tools=[WEATHER])
    assert second.output_text == "Beau."
    sent = (await engine.asked(2)).body["messages"]
    assert [each["role"] for each in sent] == ["user", "assistant", "tool", "tool"]
    assert len(sent[1]["tool_calls"]) == 2


class City(BaseModel):
    """What the schema test wants."""

    name: str
    people: int


async def test_an_answer_follows_a_schema(client: AsyncOpenAI, engine: ScriptedEngine) -> None:
    answer = await client.responses.parse(model=SMALL, input="Une ville", text_format=City)
    assert isinstance(answer.output_parsed, City)
    form = (await engine.asked()).body["response_format"]
    assert form["json_schema"]["schema"]["required"] == ["name", "people"]


@pytest.mark.parametrize("stream", [False, True])
async def test_an_answer_cut_by_its_limit_says_so(
    client: AsyncOpenAI, engine: ScriptedEngine, *, stream: bool
) -> None:
    engine.says("un", " deux").finishes_because("length")
    made = await client.responses.create(
        model=SMALL, input="Compte", max_output_tokens=2, stream=stream
    )
    if isinstance(made, Response):
        answer = made
    else:
        *_, last = [event async for event in made]
        assert last.type == "response.incomplete"
        answer = last.response
    assert answer.status == "incomplete"
    assert answer.incomplete_details is not None
    assert answer.incomplete_details.reason == "max_output_tokens"
    assert answer.output_text == "un deux"


async def test_an_answer_that_breaks_off_ends_as_failed(
    client: AsyncOpenAI, engine: ScriptedEngine
) -> None:
    engine.says("un", " deux", " trois").breaks_after(2)
    stream = await client.responses.create(model=SMALL, input="Compte", stream=True)
    *_, last = [event async for event in stream]
    assert last.type == "response.failed"
    assert last.response.error is not None
    assert last.response.error.code == "server_error"
    assert "try again" in last.response.error.message.lower()


@pytest.mark.parametrize("name", sorted(responses.REFUSED))
async def test_what_would_have_to_be_stored_is_refused(client: AsyncOpenAI, name: str) -> None:
    with pytest.raises(BadRequestError) as refused:
        await client.responses.create(model=SMALL, input="?", extra_body={name: "resp_1"})
    assert (refused.value.param, refused.value.code) == (name, "unsupported_parameter")


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "input"),
        ({"input": 7}, "input"),
        ({"input": []}, "input"),
        ({"input": ""}, "input.content"),
        ({"input": "?", "store": True}, "store"),
        ({"input": "?", "background": True}, "background"),
        ({"input": "?", "truncation": "auto"}, "truncation"),
        ({"input": "?", "messages": []}, "messages"),
        ({"input": "?", "temperature": 3}, "temperature"),
        ({"input": "?", "max_output_tokens": 0}, "max_output_tokens"),
        ({"input": "?", "reasoning": {"effort": "huge"}}, "reasoning.effort"),
        ({"input": "?", "tools": [{"type": "web_search"}]}, "tools[0].type"),
        ({"input": "?", "tools": [{"type": "function"}]}, "tools[0].name"),
        ({"input": "?", "text": {"format": {"type": "xml"}}}, "text.format.type"),
        ({"input": "?", "metadata": {"a": 1}}, "metadata"),
        ({"input": [{"type": "item_reference", "id": "x"}]}, "input[0].type"),
        ({"input": [{"role": "robot", "content": "?"}]}, "input[0].role"),
        (
            {"input": [{"role": "user", "content": [{"type": "input_image"}]}]},
            "input[0].content[0].type",
        ),
        (
            {"input": [{"type": "function_call_output", "call_id": "x", "output": "?"}]},
            "input[0].call_id",
        ),
        (
            {
                "input": [
                    {"role": "user", "content": "?"},
                    {"type": "function_call", "call_id": "a", "name": "weather"},
                    {"type": "function_call", "call_id": "b", "name": "no name"},
                ]
            },
            "input[2].name",
        ),
    ],
)
def test_a_fault_is_told_by_the_name_the_caller_sent(body: dict[str, Any], param: str) -> None:
    with pytest.raises(FieldFault) as fault:
        responses.rebuilt({"model": MODEL_ID, **body}, ABLE, None)
    assert fault.value.param == param


async def test_it_counts_against_the_quota(http: aiohttp.ClientSession) -> None:
    async with http.post("responses", json={"model": SMALL, "input": "?"}) as answer:
        assert answer.status == 200
        assert answer.headers["x-ratelimit-remaining-requests"] == "9"
        assert answer.headers["x-argo-ai-generated"] == "true"


async def test_without_a_key_it_is_refused(http: aiohttp.ClientSession) -> None:
    headers = {"authorization": "Bearer argo-nobody"}
    body = {"model": SMALL, "input": "?"}
    async with http.post("responses", json=body, headers=headers) as answer:
        assert answer.status == 401


async def test_a_caller_that_leaves_frees_the_engine(
    client: AsyncOpenAI, engine: ScriptedEngine
) -> None:
    engine.says("un", " deux", " trois").holds_after(2)
    stream = await client.responses.create(model=SMALL, input="Compte", stream=True)
    await engine.held()
    await stream.close()
    await engine.aborted()


def test_the_reasoning_of_a_turn_that_speaks_and_then_calls_is_kept() -> None:
    thought = {"type": "reasoning", "content": [{"type": "reasoning_text", "text": "Look."}]}
    call = {"type": "function_call", "call_id": "a", "name": "weather", "arguments": "{}"}
    asked, _ = responses.rebuilt(
        {
            "model": MODEL_ID,
            "input": [
                {"role": "user", "content": "?"},
                thought,
                {"role": "assistant", "content": "I look."},
                call,
                {"type": "function_call_output", "call_id": "a", "output": "sun"},
            ],
        },
        ABLE,
        None,
    )
    messages: Any = asked.fields["messages"]
    assert messages[1]["content"] == "I look."
    assert messages[1]["reasoning_content"] == "Look."
    assert len(messages[1]["tool_calls"]) == 1
