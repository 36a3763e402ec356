"""A question that is acknowledged is stored, asked once, and answered to the end."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from argo.quotas.types import QuotaSettings
from tests.conversations.talk import Sent, begun, followed, new_id, text_of
from tests.fixtures import NewPerson, Serve, signed_in
from tests.support.browser import Browser
from tests.support.engine import ScriptedEngine
from tests.support.postgres import Addresses
from tests.support.waiting import soon


async def lines(addresses: Addresses, institution: object) -> list[dict[str, Any]]:
    """Return the ledger of this test's institution."""
    connecting = psycopg.AsyncConnection.connect(addresses.superuser, row_factory=dict_row)
    async with await connecting as connection:
        found = await connection.execute(
            "SELECT * FROM usage WHERE institution_id = %s ORDER BY at", (institution,)
        )
        return await found.fetchall()


async def test_a_question_is_answered_and_kept(
    visitor: Browser, engine: ScriptedEngine, addresses: Addresses, institution: object
) -> None:
    engine.says("Bon", "jour", " Ada")
    talk = await begun(visitor)
    sent = await talk.ask("Qui suis-je ?")
    events = await followed(visitor, sent.answer_id)
    assert text_of(events) == "Bonjour Ada"
    assert [each.number for each in events] == list(range(1, len(events) + 1))
    assert events[-1].name == "done"
    assert events[-1].data["state"] == "complete"
    assert events[-1].data["text_length"] == len("Bonjour Ada")
    assert events[-1].data["finish_reason"] == "stop"

    messages = await talk.opened()
    question, answer = messages[sent.id], messages[sent.answer_id]
    assert (question["text"], question["state"]) == ("Qui suis-je ?", "complete")
    assert (answer["text"], answer["state"]) == ("Bonjour Ada", "complete")
    assert answer["parent_id"] == sent.id
    assert answer["model_id"] == "small-model"
    assert answer["last_event"] == events[-1].number

    asked = await engine.asked()
    assert asked.body["messages"][-1] == {"role": "user", "content": "Qui suis-je ?"}

    async def written() -> list[dict[str, Any]]:
        return await lines(addresses, institution)

    (line,) = await soon(written)
    assert (line["source"], line["lane"], line["outcome"]) == ("web", "interactive", "complete")
    assert (line["assistant_id"], line["key_id"]) == ("generalist", None)
    assert line["completion_tokens"] == 3


async def test_the_conversation_so_far_is_asked_along(
    visitor: Browser, engine: ScriptedEngine
) -> None:
    engine.says("Une réponse")
    engine.says("Une autre")
    talk = await begun(visitor)
    first = await talk.told("Un")
    await talk.told("Deux", first.answer_id)
    asked = await engine.asked(2)
    turns = [each for each in asked.body["messages"] if each["role"] != "system"]
    assert turns == [
        {"role": "user", "content": "Un"},
        {"role": "assistant", "content": "Une réponse"},
        {"role": "user", "content": "Deux"},
    ]


async def test_a_question_sent_again_is_asked_once(
    visitor: Browser, engine: ScriptedEngine, addresses: Addresses, institution: object
) -> None:
    talk, sent = await begun(visitor), Sent()
    first = await talk.send(sent)
    second = await talk.send(sent)
    assert first.status == second.status == 202
    assert first.body["question"] == second.body["question"]
    assert first.body["answer"]["id"] == second.body["answer"]["id"]
    await followed(visitor, sent.answer_id)
    third = await talk.send(sent)
    assert third.status == 202
    assert third.body["answer"]["state"] == "complete"
    assert len(await talk.opened()) == 2
    assert len(engine.requests) == 1
    assert len(await lines(addresses, institution)) <= 1


async def test_a_question_sent_eight_times_at_once_is_asked_once(
    serve: Serve, new_person: NewPerson, engine: ScriptedEngine
) -> None:
    quotas = QuotaSettings(requests_per_minute=0, concurrent_requests=0)
    async with (
        serve(quotas=quotas) as service,
        signed_in(service, await new_person()) as browser,
    ):
        talk, sent = await begun(browser), Sent()
        answers = await asyncio.gather(*(talk.send(sent) for _ in range(8)))
        assert {each.status for each in answers} == {202}
        await followed(browser, sent.answer_id)
        assert len(await talk.opened()) == 2
    assert len(engine.requests) == 1


async def test_a_second_click_at_the_quotas_end_is_the_same_question(
    serve: Serve, new_person: NewPerson, engine: ScriptedEngine
) -> None:
    async with (
        serve(quotas=QuotaSettings(requests_per_minute=1)) as service,
        signed_in(service, await new_person()) as browser,
    ):
        talk, sent = await begun(browser), Sent()
        for _ in range(2):
            assert (await talk.send(sent)).status == 202
        refused = await talk.send(Sent(text="Encore ?"))
        assert (refused.status, refused.code) == (429, "quota_exhausted")
        # What was refused is nowhere.
        assert len(await talk.opened()) == 2


@pytest.mark.parametrize("what", ["text", "answer_id", "id", "parent_id"])
async def test_the_same_ids_for_something_else_are_refused(visitor: Browser, what: str) -> None:
    talk = await begun(visitor)
    root = await talk.told()
    sent = Sent(parent_id=root.answer_id)
    assert (await talk.send(sent)).status == 202
    other = {"text": "Autre chose", "parent_id": None}.get(what, new_id())
    answer = await visitor.post(f"{talk.path}/questions", {**sent.body, what: other})
    assert (answer.status, answer.code) == (400, "id_taken")
    assert (await talk.opened())[sent.id]["text"] == sent.text


async def test_an_edited_question_is_a_branch_beside_the_first(
    visitor: Browser, engine: ScriptedEngine
) -> None:
    talk = await begun(visitor)
    root = await talk.told("Racine")
    first = await talk.told("Une question", root.answer_id)
    edited = await talk.told("La question corrigée", root.answer_id)
    messages = await talk.opened()
    assert len(messages) == 6
    assert messages[first.id]["parent_id"] == messages[edited.id]["parent_id"] == root.answer_id
    contents = [each["content"] for each in (await engine.asked(3)).body["messages"]]
    assert "Racine" in contents
    assert "La question corrigée" in contents
    assert "Une question" not in contents


async def test_the_first_question_can_be_edited_too(visitor: Browser) -> None:
    talk = await begun(visitor)
    await talk.told("Un")
    await talk.told("Deux")
    roots = [each for each in (await talk.opened()).values() if each["parent_id"] is None]
    assert [each["text"] for each in roots] == ["Un", "Deux"]


async def test_asked_again_a_question_has_two_answers(
    visitor: Browser, engine: ScriptedEngine
) -> None:
    engine.says("Premier")
    engine.says("Second")
    talk = await begun(visitor)
    sent = await talk.told()
    second = await talk.again(sent.id)
    assert text_of(await followed(visitor, second)) == "Second"
    messages = await talk.opened()
    assert messages[sent.answer_id]["text"] == "Premier"
    assert messages[second]["parent_id"] == messages[sent.answer_id]["parent_id"] == sent.id
    first, again = engine.requests
    assert first.body["messages"] == again.body["messages"]


async def test_an_answer_asked_for_eight_times_at_once_is_one(
    serve: Serve, new_person: NewPerson, engine: ScriptedEngine
) -> None:
    quotas = QuotaSettings(requests_per_minute=0, concurrent_requests=0)
    async with (
        serve(quotas=quotas) as service,
        signed_in(service, await new_person()) as browser,
    ):
        talk = await begun(browser)
        sent = await talk.told()
        body = {"id": new_id(), "parent_id": sent.id}
        path = f"{talk.path}/answers"
        answers = await asyncio.gather(*(browser.post(path, body) for _ in range(8)))
        assert {each.status for each in answers} == {202}
        await followed(browser, body["id"])
        assert len(await talk.opened()) == 3
    assert len(engine.requests) == 2


async def test_turns_alternate(visitor: Browser, engine: ScriptedEngine) -> None:
    talk = await begun(visitor)
    engine.holds()
    sent = await talk.ask()
    early = await talk.send(Sent(parent_id=sent.answer_id))
    assert (early.status, early.code) == (400, "still_writing")
    behind_a_question = await talk.send(Sent(parent_id=sent.id))
    assert (behind_a_question.status, behind_a_question.code) == (400, "out_of_turn")
    body = {"id": new_id(), "parent_id": sent.answer_id}
    to_an_answer = await visitor.post(f"{talk.path}/answers", body)
    assert (to_an_answer.status, to_an_answer.code) == (400, "out_of_turn")
    engine.releases()


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""},
        {"text": 7},
        {"text": "x" * 400_001},
        {"id": "7"},
        {"answer_id": None},
        {"parent_id": "7"},
        {"effort": "extreme"},
        {"model": "large-model"},
    ],
    ids=str,
)
async def test_a_malformed_question_is_refused(
    visitor: Browser, engine: ScriptedEngine, wrong: dict[str, Any]
) -> None:
    talk = await begun(visitor)
    answer = await visitor.post(f"{talk.path}/questions", {**Sent().body, **wrong})
    assert answer.status == 400
    assert await talk.opened() == {}
    assert not engine.requests


async def test_one_id_for_question_and_answer_is_refused(visitor: Browser) -> None:
    talk, same = await begun(visitor), new_id()
    answer = await talk.send(Sent(id=same, answer_id=same))
    assert (answer.status, answer.code) == (400, "id_taken")
    assert await talk.opened() == {}


async def test_a_question_longer_than_the_model_reads_is_refused_and_costs_nothing(
    visitor: Browser, engine: ScriptedEngine
) -> None:
    talk = await begun(visitor)
    answer = await talk.send(Sent(text="mot " * 99_000))
    assert (answer.status, answer.code) == (400, "conversation_too_long")
    assert await talk.opened() == {}
    assert (await visitor.get("/api/me")).body["quota"]["remaining"] == 10


async def test_what_is_stopped_is_kept_as_far_as_it_came(
    visitor: Browser, engine: ScriptedEngine, addresses: Addresses, institution: object
) -> None:
    engine.says("un", " deux", " trois").holds_after(2)
    talk = await begun(visitor)
    sent = await talk.ask()
    await engine.held()
    await followed(visitor, sent.answer_id, most=3)
    for _ in range(2):
        assert (await visitor.post(f"/api/answers/{sent.answer_id}/stop")).status == 204
    await engine.aborted()
    events = await followed(visitor, sent.answer_id)
    assert events[-1].data["state"] == "stopped"
    answer = (await talk.opened())[sent.answer_id]
    assert (answer["state"], answer["text"]) == ("stopped", text_of(events))
    assert "un deux".startswith(answer["text"])

    async def written() -> list[dict[str, Any]]:
        return await lines(addresses, institution)

    (line,) = await soon(written)
    assert line["outcome"] == "stopped"
    # A stopped answer can be followed by the next question.
    await talk.told("Et alors ?", sent.answer_id)
