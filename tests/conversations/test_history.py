"""The history: last used first, changed by its owner, deleted at once and for good."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from argo.clock import Clock
from tests.conversations.talk import GENERALIST, Sent, begun, followed, new_id
from tests.fixtures import NewPerson, Serve, Service, signed_in
from tests.support.browser import Browser
from tests.support.engine import ScriptedEngine
from tests.support.postgres import Addresses


class Later(Clock):
    """A clock that a test moves on."""

    ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


async def test_the_same_id_again_is_the_same_conversation(visitor: Browser) -> None:
    body = {"id": new_id(), **GENERALIST}
    first = await visitor.post("/api/conversations", body)
    second = await visitor.post("/api/conversations", body)
    assert (first.status, second.status) == (201, 200)
    assert first.body == second.body
    assert first.body["title"] is None
    assert not first.body["running"]


@pytest.mark.parametrize(
    "wrong", [{"assistant_id": "nobody"}, {"size": "huge"}, {"id": "7"}, {"title": "x"}], ids=str
)
async def test_a_conversation_that_cannot_be_is_not_made(
    visitor: Browser, wrong: dict[str, Any]
) -> None:
    answer = await visitor.post("/api/conversations", {"id": new_id(), **GENERALIST, **wrong})
    assert 400 <= answer.status < 500
    assert (await visitor.get("/api/conversations")).body["conversations"] == []


async def test_the_last_used_comes_first_page_by_page(visitor: Browser) -> None:
    talks = [await begun(visitor) for _ in range(5)]
    await talks[1].told()
    expected = [talks[each].id for each in (1, 4, 3, 2, 0)]
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        more = f"&before={cursor.replace('+', '%2B')}" if cursor else ""
        page = await visitor.get(f"/api/conversations?limit=2{more}")
        assert page.status == 200
        found += [each["id"] for each in page.body["conversations"]]
        cursor = page.body["next"]
    assert found == expected


@pytest.mark.parametrize("query", ["before=x", "before=1~2", "limit=0", "limit=101", "limit=x"])
async def test_a_page_that_does_not_exist_is_refused(visitor: Browser, query: str) -> None:
    assert (await visitor.get(f"/api/conversations?{query}")).status == 400


async def test_what_its_owner_changes_stays_changed(visitor: Browser) -> None:
    talk = await begun(visitor)
    changed = await visitor.patch(talk.path, {"title": "  Mon titre  ", "pinned": True})
    assert (changed.body["title"], changed.body["pinned"]) == ("Mon titre", True)
    await visitor.patch(talk.path, {"assistant_id": "generalist", "size": "large"})
    shown = await talk.shown()
    assert (shown["title"], shown["pinned"], shown["size"]) == ("Mon titre", True, "large")


@pytest.mark.parametrize("wrong", [{"title": ""}, {"title": "x" * 201}, {"size": "huge"}], ids=str)
async def test_what_does_not_fit_changes_nothing(visitor: Browser, wrong: dict[str, Any]) -> None:
    talk = await begun(visitor)
    before = await talk.shown()
    assert (await visitor.patch(talk.path, wrong)).status == 400
    assert await talk.shown() == before


async def test_a_running_conversation_says_so(visitor: Browser, engine: ScriptedEngine) -> None:
    engine.says("un", " deux").holds_after(1)
    talk = await begun(visitor)
    sent = await talk.ask()
    await engine.held()
    assert (await talk.shown())["running"]
    engine.releases()
    await followed(visitor, sent.answer_id)
    assert not (await talk.shown())["running"]


async def test_a_deleted_conversation_is_gone_at_once(visitor: Browser) -> None:
    talk = await begun(visitor)
    sent = await talk.told()
    assert (await visitor.delete(talk.path)).status == 204
    assert (await visitor.get("/api/conversations")).body["conversations"] == []
    for method, path, body in (
        ("GET", talk.path, None),
        ("DELETE", talk.path, None),
        ("PATCH", talk.path, {"title": "x"}),
        ("POST", f"{talk.path}/questions", Sent().body),
        ("POST", f"{talk.path}/answers", {"id": new_id(), "parent_id": sent.id}),
    ):
        assert (await visitor.ask(method, path, body)).status == 404, (method, path)


async def test_a_deletion_is_undone_within_thirty_seconds_and_not_later(
    serve: Serve, new_person: NewPerson
) -> None:
    clock = Later()
    async with serve(clock) as service, signed_in(service, await new_person()) as browser:
        talk = await begun(browser)
        await talk.told()
        await browser.delete(talk.path)
        clock.ahead = timedelta(seconds=29)
        restored = await browser.post(f"{talk.path}/restore")
        assert (restored.status, restored.body["id"]) == (200, talk.id)
        assert len(await talk.opened()) == 2
        await browser.delete(talk.path)
        clock.ahead += timedelta(seconds=31)
        assert (await browser.post(f"{talk.path}/restore")).status == 404


async def test_what_was_deleted_is_erased_for_good(
    serve: Serve, new_person: NewPerson, addresses: Addresses
) -> None:
    clock = Later()
    async with serve(clock) as service, signed_in(service, await new_person()) as browser:
        deleted, kept = await begun(browser), await begun(browser)
        for talk in (deleted, kept):
            await talk.told()
        await browser.delete(deleted.path)
        clock.ahead = timedelta(seconds=61)
        argo = service.argo
        async with argo.database.house() as house:
            await argo.subjects.conversations.sweep(house)
        assert await rows(addresses, deleted.id) == (0, 0)
        assert await rows(addresses, kept.id) == (1, 2)


async def test_an_answer_in_flight_does_not_bring_a_deleted_conversation_back(
    service: Service, visitor: Browser, engine: ScriptedEngine
) -> None:
    engine.says("un", " deux").holds_after(1)
    talk = await begun(visitor)
    await talk.ask()
    await engine.held()
    assert (await visitor.delete(talk.path)).status == 204
    engine.releases()
    await engine.completed()
    assert (await visitor.get(talk.path)).status == 404
    assert (await visitor.get("/api/conversations")).body["conversations"] == []


async def rows(addresses: Addresses, conversation_id: str) -> tuple[int, int]:
    """Return how many rows of the conversation and of its messages there are."""
    async with await psycopg.AsyncConnection.connect(addresses.superuser) as connection:
        found = await connection.execute(
            "SELECT (SELECT count(*) FROM conversations WHERE id = %(id)s), "
            "(SELECT count(*) FROM messages WHERE conversation_id = %(id)s)",
            {"id": UUID(conversation_id)},
        )
        row = await found.fetchone()
    assert row is not None
    return row
