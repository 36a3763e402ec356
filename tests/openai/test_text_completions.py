"""OpenAI's oldest form still works: a text in, its continuation out."""

from __future__ import annotations

from typing import Any

import pytest
from openai import APIError, AsyncOpenAI, BadRequestError

from argo.openai import text_completions
from argo.openai.errors import FieldFault
from tests.openai.asking import ABLE, MODEL_ID, SMALL
from tests.support.engine import ScriptedEngine


async def test_a_text_goes_on(client: AsyncOpenAI, engine: ScriptedEngine) -> None:
    engine.says(" était", " une", " fois")
    answer = await client.completions.create(model=SMALL, prompt="Il", seed=7, stop=["FIN"])
    assert (answer.object, answer.model) == ("text_completion", SMALL)
    assert answer.choices[0].text == " était une fois"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 3
    body = (await engine.asked()).body
    assert (body["prompt"], body["max_tokens"], body["seed"]) == ("Il", 16, 7)
    assert "messages" not in body


async def test_the_stream_is_the_whole_text(client: AsyncOpenAI, engine: ScriptedEngine) -> None:
    engine.says(" était", " une", " fois")
    stream = await client.completions.create(
        model=SMALL, prompt="Il", stream=True, stream_options={"include_usage": True}
    )
    *told, last = [each async for each in stream]
    assert "".join(each.choices[0].text for each in told) == " était une fois"
    assert told[-1].choices[0].finish_reason == "stop"
    assert {each.object for each in (*told, last)} == {"text_completion"}
    assert last.choices == []
    assert last.usage is not None
    assert last.usage.completion_tokens == 3


async def test_an_answer_that_breaks_off_is_an_error(
    client: AsyncOpenAI, engine: ScriptedEngine
) -> None:
    engine.says("un", " deux", " trois").breaks_after(2)
    stream = await client.completions.create(model=SMALL, prompt="Compte", stream=True)
    with pytest.raises(APIError):
        async for _ in stream:
            pass


async def test_a_caller_that_leaves_frees_the_engine(
    client: AsyncOpenAI, engine: ScriptedEngine
) -> None:
    engine.says("un", " deux", " trois").holds_after(2)
    stream = await client.completions.create(model=SMALL, prompt="Compte", stream=True)
    await engine.held()
    await stream.close()
    await engine.aborted()


async def test_an_assistant_speaks_in_turns_only(client: AsyncOpenAI) -> None:
    with pytest.raises(BadRequestError) as refused:
        await client.completions.create(model="generalist-small", prompt="Il")
    assert refused.value.param == "model"
    assert "/v1/chat/completions" in refused.value.message


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"prompt": None}, "prompt"),
        ({"prompt": ""}, "prompt"),
        ({"prompt": [1, 2]}, "prompt"),
        ({"prompt": ["a", "b"]}, "prompt"),
        ({"n": 2}, "n"),
        ({"echo": True}, "echo"),
        ({"suffix": "b"}, "suffix"),
        ({"logprobs": 1}, "logprobs"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"temperature": 3}, "temperature"),
        ({"messages": []}, "messages"),
    ],
)
def test_a_fault_is_told_by_its_name(body: dict[str, Any], param: str) -> None:
    with pytest.raises(FieldFault) as fault:
        text_completions.rebuilt({"model": MODEL_ID, "prompt": "Il", **body}, ABLE, None)
    assert fault.value.param == param
