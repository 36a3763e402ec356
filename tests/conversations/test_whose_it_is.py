"""A conversation is its owner's alone, on every route and by every id inside it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.conversations.talk import GENERALIST, Sent, Talk, begun, new_id
from tests.fixtures import NewPerson, Service, signed_in
from tests.support.browser import Browser
from tests.support.engine import ScriptedEngine

ROUTES: list[tuple[str, str, Any]] = [
    ("GET", "/api/conversations/{conversation}", None),
    ("PATCH", "/api/conversations/{conversation}", {"title": "Mine now"}),
    ("DELETE", "/api/conversations/{conversation}", None),
    ("POST", "/api/conversations/{conversation}/restore", None),
    ("POST", "/api/conversations/{conversation}/questions", Sent().body),
    (
        "POST",
        "/api/conversations/{conversation}/answers",
        {"id": new_id(), "parent_id": new_id()},
    ),
    ("POST", "/api/answers/{answer}/stop", None),
    ("GET", "/api/answers/{answer}/events", None),
]
EVERY = [
    *ROUTES,
    ("GET", "/api/conversations", None),
    ("POST", "/api/conversations", {"id": new_id(), **GENERALIST}),
]


@pytest.fixture
async def stranger(service: Service, new_person: NewPerson) -> AsyncIterator[Browser]:
    """Somebody else of the same institution."""
    async with signed_in(service, await new_person()) as browser:
        yield browser


@pytest.mark.parametrize(("method", "path", "body"), EVERY)
async def test_without_a_session_there_is_no_way_in(
    service: Service, method: str, path: str, body: Any
) -> None:
    async with Browser(service.url) as nobody:
        where = path.format(conversation=new_id(), answer=new_id())
        answer = await nobody.ask(method, where, body)
    assert (answer.status, answer.code) == (401, "not_signed_in")


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
async def test_a_malformed_id_is_refused(
    visitor: Browser, method: str, path: str, body: Any
) -> None:
    for wrong in ("7", "not-an-id", "%00", "' OR 1=1"):
        answer = await visitor.ask(method, path.format(conversation=wrong, answer=wrong), body)
        assert 400 <= answer.status < 500, wrong


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
async def test_an_id_that_never_was_is_unknown(
    visitor: Browser, method: str, path: str, body: Any
) -> None:
    answer = await visitor.ask(method, path.format(conversation=new_id(), answer=new_id()), body)
    assert answer.status == 404


async def test_a_stranger_finds_nothing_while_the_answer_runs_and_after(
    visitor: Browser, stranger: Browser, engine: ScriptedEngine
) -> None:
    engine.says("Mon", " secret").holds_after(1)
    talk = await begun(visitor)
    sent = await talk.ask("What is mine?")
    await engine.held()

    async def refused() -> None:
        for method, path, body in ROUTES:
            where = path.format(conversation=talk.id, answer=sent.answer_id)
            answer = await stranger.ask(method, where, body)
            assert answer.status == 404, (method, path, answer.body)
        assert (await stranger.get("/api/conversations")).body["conversations"] == []

    await refused()
    engine.releases()
    await engine.completed()
    await refused()
    messages = await talk.opened()
    assert messages[sent.id]["text"] == "What is mine?"
    assert (await talk.shown())["title"] == "A title"


async def test_anothers_ids_open_nothing_inside_ones_own_conversation(
    visitor: Browser, stranger: Browser
) -> None:
    sent = await (await begun(visitor)).told("What is mine?")
    own = await begun(stranger)
    follow_up = await own.send(Sent(parent_id=sent.answer_id))
    assert (follow_up.status, follow_up.code) == (404, "message_unknown")
    body = {"id": new_id(), "parent_id": sent.id}
    again = await stranger.post(f"{own.path}/answers", body)
    assert (again.status, again.code) == (404, "message_unknown")
    # Ids that are taken say so, and show nothing of whose they are.
    for taken in (Sent(id=sent.id), Sent(answer_id=sent.answer_id)):
        answer = await own.send(taken)
        assert (answer.status, answer.code) == (400, "id_taken")
    assert await own.opened() == {}


async def test_a_conversations_id_is_taken_once(visitor: Browser, stranger: Browser) -> None:
    talk = await begun(visitor)
    made = await stranger.post("/api/conversations", {"id": talk.id, **GENERALIST})
    assert (made.status, made.code) == (400, "id_taken")
    assert (await Talk(stranger, talk.id).browser.get(talk.path)).status == 404


async def test_a_message_of_another_conversation_of_ones_own_is_not_there(
    visitor: Browser,
) -> None:
    first, second = await begun(visitor), await begun(visitor)
    sent = await first.told()
    answer = await second.send(Sent(parent_id=sent.answer_id))
    assert (answer.status, answer.code) == (404, "message_unknown")


async def test_neither_key_nor_other_site_reaches_a_conversation(
    service: Service, visitor: Browser
) -> None:
    talk = await begun(visitor)
    forged = await visitor.ask("DELETE", talk.path, sec_fetch_site="cross-site")
    assert forged.status == 403
    assert (await visitor.get(talk.path)).status == 200
