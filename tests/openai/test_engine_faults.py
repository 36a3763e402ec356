"""An engine's bad day: a clear word in OpenAI's form, and never the engine's own."""

from __future__ import annotations

from typing import Any

import aiohttp
import orjson
import pytest
from openai import APIError, AsyncOpenAI, BadRequestError

from tests.openai.asking import HELLO, SMALL
from tests.support.engine import ScriptedEngine

SECRETS = ("vllm", "Traceback", "/opt/", "site-packages", "CUDA", "nginx")


def body(*, stream: bool) -> dict[str, Any]:
    return {"model": SMALL, "messages": HELLO, "stream": stream}


def clean(said: bytes) -> None:
    """Fail when an engine's own words came through."""
    text = said.decode()
    assert not [secret for secret in SECRETS if secret.lower() in text.lower()], text


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "fault",
    ["html_500", "error_500", "busy_429", "unavailable_503", "garbage"],
)
async def test_an_engine_that_fails_before_the_first_token(
    http: aiohttp.ClientSession, engine: ScriptedEngine, fault: Any, *, stream: bool
) -> None:
    for _ in range(3):
        engine.does(fault)
    async with http.post("chat/completions", json=body(stream=stream)) as answer:
        said = await answer.read()
        clean(said)
        assert answer.status == 503, said
        assert int(answer.headers["retry-after"]) >= 1
        assert answer.headers["x-ratelimit-remaining-requests"] == "9"
    assert orjson.loads(said)["error"]["code"] in ("engine_away", "engine_full")


async def test_a_request_the_engine_refuses_is_the_askers_to_change(
    client: AsyncOpenAI, engine: ScriptedEngine
) -> None:
    engine.does("rejects_400", text="/opt/engine says no")
    with pytest.raises(BadRequestError) as refused:
        await client.chat.completions.create(model=SMALL, messages=HELLO)
    assert refused.value.code == "engine_refused"
    clean(str(refused.value).encode())


@pytest.mark.parametrize("fault", ["cuts", "cuts_mid_character", "garbage", "error_in_stream"])
async def test_an_engine_that_breaks_off_leaves_what_came_and_an_error(
    http: aiohttp.ClientSession, engine: ScriptedEngine, fault: Any
) -> None:
    engine.says("un", " deux", " trois", " quatre").does(fault, after_tokens=2)
    async with http.post("chat/completions", json=body(stream=True)) as answer:
        assert answer.status == 200
        said = await answer.read()
    clean(said)
    events = said.decode().split("\n\n")[:-1]
    assert "[DONE]" not in said.decode()
    error = orjson.loads(events[-1].removeprefix("data: "))["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["code"] == "engine_interrupted"
    chunks = [orjson.loads(each.removeprefix("data: ")) for each in events[:-1]]
    text = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)
    assert "un deux".startswith(text) or text.startswith("un deux")


async def test_the_sdk_raises_when_an_answer_breaks_off(
    client: AsyncOpenAI, engine: ScriptedEngine
) -> None:
    engine.says("un", " deux", " trois").breaks_after(2)
    stream = await client.chat.completions.create(model=SMALL, messages=HELLO, stream=True)
    with pytest.raises(APIError) as broke:
        async for _ in stream:
            pass
    assert broke.value.code == "engine_interrupted"


async def test_characters_cut_between_packets_arrive_whole(
    client: AsyncOpenAI, engine: ScriptedEngine
) -> None:
    engine.says("é", "👋", "ü").does("splits_characters")
    stream = await client.chat.completions.create(model=SMALL, messages=HELLO, stream=True)
    text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
    assert text == "é👋ü"


@pytest.mark.parametrize("fault", ["no_done", "no_usage"])
async def test_an_engine_of_loose_manners_is_understood(
    client: AsyncOpenAI, engine: ScriptedEngine, fault: Any
) -> None:
    engine.says("un", " deux").does(fault)
    stream = await client.chat.completions.create(
        model=SMALL, messages=HELLO, stream=True, stream_options={"include_usage": True}
    )
    *chunks, last = [chunk async for chunk in stream]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "un deux"
    assert last.usage is not None
    assert last.usage.completion_tokens > 0


async def test_an_engine_that_is_down_and_comes_back_needs_no_restart(
    client: AsyncOpenAI, engine: ScriptedEngine
) -> None:
    engine.goes_away()
    with pytest.raises(APIError) as away:
        await client.chat.completions.create(model=SMALL, messages=HELLO)
    assert away.value.code == "engine_away"
    await engine.comes_back()
    answer = await client.chat.completions.create(model=SMALL, messages=HELLO)
    assert answer.choices[0].message.content
