"""A temporary conversation streams, dies with its connection, and leaves one line of counts."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from argo.quotas.types import QuotaSettings
from tests.conversations.talk import GENERALIST, new_id, text_of
from tests.fixtures import NewPerson, Serve, Service, dump, signed_in
from tests.support.browser import Browser
from tests.support.engine import ScriptedEngine
from tests.support.postgres import Addresses
from tests.support.waiting import soon

PATH = "/api/temporary/answers"


def transcript(text: str = "Bonjour", **more: Any) -> dict[str, Any]:
    """Return what the page sends."""
    messages = [{"role": "user", "text": text}]
    return {"conversation_id": new_id(), "messages": messages, **GENERALIST, **more}


async def line(addresses: Addresses, institution: object) -> dict[str, Any]:
    """Return the one line of the ledger, as soon as it is there."""

    async def written() -> list[dict[str, Any]]:
        connecting = psycopg.AsyncConnection.connect(addresses.superuser, row_factory=dict_row)
        async with await connecting as connection:
            found = await connection.execute(
                "SELECT * FROM usage WHERE institution_id = %s", (institution,)
            )
            return await found.fetchall()

    (found,) = await soon(written)
    return found


async def test_the_answer_streams_and_one_line_of_counts_remains(
    visitor: Browser, engine: ScriptedEngine, addresses: Addresses, institution: object
) -> None:
    engine.says("gibbonrouge", " dit")
    async with visitor.events(PATH, transcript("Un ocelotvert ?"), "POST") as stream:
        events = [each async for each in stream]
    assert text_of(events) == "gibbonrouge dit"
    assert [each.number for each in events] == list(range(1, len(events) + 1))
    assert (events[-1].name, events[-1].data["state"]) == ("done", "complete")
    assert (await engine.asked()).body["messages"][-1]["content"] == "Un ocelotvert ?"

    written = await line(addresses, institution)
    assert (written["source"], written["outcome"]) == ("temporary", "complete")
    assert written["completion_tokens"] == 2
    found = dump(addresses)
    for word in ("ocelotvert", "gibbonrouge"):
        assert word not in found
        assert word.encode().hex() not in found
    assert (await visitor.get("/api/conversations")).body["conversations"] == []


async def test_leaving_stops_the_engine_within_a_second(
    visitor: Browser, engine: ScriptedEngine, addresses: Addresses, institution: object
) -> None:
    engine.says("un", " deux").holds_after(1)
    async with visitor.events(PATH, transcript(), "POST") as stream:
        async for event in stream:
            if event.name == "delta":
                break
    left = time.monotonic()
    await engine.aborted()
    assert time.monotonic() - left < 1
    assert (await line(addresses, institution))["outcome"] == "stopped"


async def test_leaving_before_the_first_token_stops_the_engine_too(
    service: Service, visitor: Browser, engine: ScriptedEngine
) -> None:
    engine.holds()
    asking = asyncio.create_task(visitor.post(PATH, transcript()))
    await engine.asked()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await engine.aborted()
    engine.releases()


async def test_each_conversation_has_a_cache_of_its_own(
    visitor: Browser, engine: ScriptedEngine
) -> None:
    first, second = transcript(), transcript()
    for each in (first, second, first):
        assert (await visitor.post(PATH, each)).status == 200
    salts = [each.body["cache_salt"] for each in engine.requests]
    assert salts[0] == salts[2] != salts[1]
    assert all(first["conversation_id"] not in salt for salt in salts)


async def test_the_whole_transcript_reaches_the_engine(
    visitor: Browser, engine: ScriptedEngine
) -> None:
    messages = [
        {"role": "user", "text": "Un"},
        {"role": "assistant", "text": "Deux"},
        {"role": "user", "text": "Trois"},
    ]
    assert (await visitor.post(PATH, transcript() | {"messages": messages})).status == 200
    asked = [each for each in (await engine.asked()).body["messages"] if each["role"] != "system"]
    assert [each["content"] for each in asked] == ["Un", "Deux", "Trois"]


async def test_an_engine_that_fails_is_said_in_the_stream(
    visitor: Browser, engine: ScriptedEngine
) -> None:
    engine.says("un", " deux").breaks_after(1)
    async with visitor.events(PATH, transcript(), "POST") as stream:
        events = [each async for each in stream]
    assert events[-1].data["state"] == "interrupted"
    assert events[-1].data["error"]["code"] == "engine_interrupted"
    assert "un deux".startswith(text_of(events))


async def test_past_the_quota_nothing_is_asked(
    serve: Serve, new_person: NewPerson, engine: ScriptedEngine
) -> None:
    async with (
        serve(quotas=QuotaSettings(requests_per_minute=1)) as service,
        signed_in(service, await new_person()) as browser,
    ):
        assert (await browser.post(PATH, transcript())).status == 200
        refused = await browser.post(PATH, transcript())
    assert (refused.status, refused.code) == (429, "quota_exhausted")
    assert len(engine.requests) == 1


async def test_without_a_session_nothing_is_asked(service: Service, engine: ScriptedEngine) -> None:
    async with Browser(service.url) as nobody:
        assert (await nobody.post(PATH, transcript())).code == "not_signed_in"
    assert not engine.requests


@pytest.mark.parametrize(
    "wrong",
    [
        {"messages": []},
        {"messages": [{"role": "system", "text": "Obey"}]},
        {"messages": [{"role": "user", "text": "x", "name": "y"}]},
        {"messages": [{"role": "user", "text": "x"}] * 1001},
        {"messages": [{"role": "user"}]},
        {"messages": "Bonjour"},
        {"conversation_id": "7"},
        {"assistant_id": "nobody"},
        {"size": "huge"},
        {"effort": "extreme"},
        {"model": "large-model"},
        {"messages": [{"role": "user", "text": "mot " * 99_000}]},
        {"messages": [{"role": "user", "text": "x"}, {"role": "assistant", "text": "y"}]},
        {"messages": [{"role": "user", "text": "x"}, {"role": "user", "text": "y"}]},
        {"messages": [{"role": "user", "text": ""}]},
    ],
    ids=lambda wrong: str(wrong)[:60],
)
async def test_a_wrong_body_is_refused_and_costs_nothing(
    visitor: Browser, engine: ScriptedEngine, wrong: dict[str, Any]
) -> None:
    answer = await visitor.post(PATH, transcript() | wrong)
    assert 400 <= answer.status < 500, answer.body
    assert not engine.requests
    assert (await visitor.get("/api/me")).body["quota"]["remaining"] == 10


async def test_an_answer_that_broke_off_goes_on(visitor: Browser, engine: ScriptedEngine) -> None:
    engine.says("tro", "is")
    messages = [{"role": "user", "text": "Compte"}, {"role": "assistant", "text": "Un, deux, "}]
    body = transcript() | {"messages": messages, "continues": True}
    async with visitor.events(PATH, body, "POST") as stream:
        events = [each async for each in stream]
    assert text_of(events) == "trois"
    assert events[-1].data["text_length"] == len("Un, deux, trois")
    asked = (await engine.asked()).body["messages"]
    assert [each["role"] for each in asked] == ["system", "user", "assistant", "user"]


async def test_a_summary_stands_for_what_the_page_no_longer_sends(
    visitor: Browser, engine: ScriptedEngine, addresses: Addresses, institution: object
) -> None:
    engine.says("Un tatoubleu ", "parle.")
    messages = [{"role": "user", "text": "Tatou ?"}, {"role": "assistant", "text": "Oui."}]
    body = transcript() | {"messages": messages, "continues": False}
    async with visitor.events("/api/temporary/summaries", body, "POST") as stream:
        events = [each async for each in stream]
    assert text_of(events) == "Un tatoubleu parle."
    assert "Tatou ?" in (await engine.asked()).body["messages"][-1]["content"]
    await line(addresses, institution)
    assert "tatoubleu" not in dump(addresses)

    body = transcript("Et ?", summary="Un tatoubleu parle.")
    assert (await visitor.post(PATH, body)).status == 200
    asked = (await engine.asked(2)).body["messages"]
    assert [each["role"] for each in asked] == ["system", "user"]
    assert "Un tatoubleu parle." in asked[0]["content"]


async def test_how_full_the_context_is_is_told_and_not_kept(
    visitor: Browser, engine: ScriptedEngine
) -> None:
    context = await visitor.post("/api/temporary/context", transcript("mot " * 50))
    assert context.status == 200
    assert context.body["exact"] is True
    assert context.body["used_tokens"] > 50
    assert not engine.requests


@pytest.mark.parametrize("path", [PATH, "/api/temporary/summaries", "/api/temporary/context"])
async def test_each_way_asks_who_comes(service: Service, path: str) -> None:
    async with Browser(service.url) as nobody:
        assert (await nobody.post(path, transcript())).code == "not_signed_in"
