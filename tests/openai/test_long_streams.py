"""A stream that takes its time: signs of life, and an account that may end meanwhile."""

from __future__ import annotations

import aiohttp
import orjson

from argo.clock import Clock
from tests.fixtures import NewPerson, Serve
from tests.openai.asking import HELLO, SMALL
from tests.support.engine import ScriptedEngine

ASK = {"model": SMALL, "messages": HELLO, "stream": True}


class Leaping(Clock):
    """A clock whose seconds a test adds to."""

    leapt_seconds = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.leapt_seconds


async def test_the_head_comes_while_the_engine_still_thinks(
    http: aiohttp.ClientSession, engine: ScriptedEngine
) -> None:
    engine.holds()
    async with http.post("chat/completions", json=ASK) as answer:
        assert answer.status == 200
        assert await answer.content.readuntil(b"\n\n") == b": waiting\n\n"
        engine.releases()
        assert (await answer.read()).endswith(b"data: [DONE]\n\n")


async def test_a_key_that_is_revoked_ends_its_long_stream(
    serve: Serve, new_person: NewPerson, engine: ScriptedEngine
) -> None:
    clock = Leaping()
    engine.says("un", " deux", " trois", " quatre").holds_after(2)
    async with serve(clock) as service:
        owner = await new_person()
        text, key = await service.accounts.create_key(owner, "laptop", None)
        headers = {"authorization": f"Bearer {text}"}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.post(f"{service.url}/v1/chat/completions", json=ASK) as answer,
        ):
            await answer.content.readuntil(b"deux")
            await service.accounts.revoke_key(owner, key.id)
            clock.leapt_seconds = 61.0
            engine.releases()
            events = (await answer.read()).split(b"\n\n")[:-1]
    assert orjson.loads(events[-1].removeprefix(b"data: "))["error"]["code"] == "invalid_api_key"
    assert b"quatre" not in b"".join(events)
