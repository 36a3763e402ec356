"""A stream that takes its time: signs of life, and an account that may end meanwhile."""

from __future__ import annotations

import aiohttp
import orjson
import pytest

from argo.accounts.service import Accounts
from argo.clock import Clock
from argo.storage.database import Database
from argo.storage.secrets import Secrets
from tests.fixtures import NewPerson
from tests.openai.asking import HELLO, SIMULATED
from tests.support.engine import ScriptedEngine

ASK = {"model": SIMULATED, "messages": HELLO, "stream": True}


class Leaping(Clock):
    """A clock whose seconds a test adds to."""

    leapt_seconds = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.leapt_seconds


@pytest.fixture
def clock() -> Leaping:
    return Leaping()


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
    service: str,
    engine: ScriptedEngine,
    new_person: NewPerson,
    database: Database,
    secrets: Secrets,
    clock: Leaping,
) -> None:
    accounts = Accounts(database, secrets, clock)
    owner = await new_person()
    text, key = await accounts.create_key(owner, "laptop", None)
    engine.says("un", " deux", " trois", " quatre").holds_after(2)
    headers = {"authorization": f"Bearer {text}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{service}/v1/chat/completions", json=ASK) as answer,
    ):
        await engine.held()
        await accounts.revoke_key(owner, key.id)
        clock.leapt_seconds = 61.0
        engine.releases()
        events = (await answer.read()).split(b"\n\n")[:-1]
    assert orjson.loads(events[-1].removeprefix(b"data: "))["error"]["code"] == "invalid_api_key"
    assert b"quatre" not in b"".join(events)
