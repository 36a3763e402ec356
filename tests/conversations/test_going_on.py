"""An answer that broke off goes on where it stopped, as the same answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.conversations.talk import Sent, Talk, begun, followed, new_id, text_of
from tests.fixtures import NewPerson, Serve, Service, signed_in, two_models
from tests.support.browser import Browser
from tests.support.engine import ScriptedEngine


async def broken_off(talk: Talk, engine: ScriptedEngine) -> Sent:
    """Ask, and have the engine break the connection after two tokens."""
    engine.says("Un, ", "deux, ", "trois.").breaks_after(2)
    return await talk.told("Compte")


async def go_on(browser: Browser, answer_id: str, **more: Any) -> list[Any]:
    """Have the answer go on; returns the events that a page which saw its end gets."""
    answer = await browser.post(f"/api/answers/{answer_id}/continue", more)
    assert answer.status == 202, answer.body
    assert answer.body["answer"]["state"] == "waiting"
    return await followed(browser, answer_id, answer.body["answer"]["last_event"])


async def test_an_interrupted_answer_goes_on_as_the_same_answer(
    visitor: Browser, engine: ScriptedEngine
) -> None:
    talk = await begun(visitor)
    sent = await broken_off(talk, engine)
    before = (await talk.opened())[sent.answer_id]
    assert (before["text"], before["state"]) == ("Un, deux, ", "interrupted")
    engine.says("trois, ", "quatre.")
    events = await go_on(visitor, sent.answer_id)
    assert text_of(events, before["text"]) == "Un, deux, trois, quatre."
    first = before["last_event"] + 1
    assert [each.number for each in events] == list(range(first, first + len(events)))
    assert events[-1].data["text_length"] == len("Un, deux, trois, quatre.")
    after = await talk.opened()
    assert len(after) == 2
    assert after[sent.answer_id]["text"] == "Un, deux, trois, quatre."
    assert (after[sent.answer_id]["state"], after[sent.answer_id]["error"]) == ("complete", None)
    asked = (await engine.asked(2)).body["messages"]
    assert [each["role"] for each in asked] == ["system", "user", "assistant", "user"]
    assert asked[2]["content"] == "Un, deux, "
    # It counts as a question.
    assert (await visitor.get("/api/me")).body["quota"]["remaining"] == 8


async def test_an_engine_that_can_is_handed_the_unfinished_answer(
    serve: Serve, new_person: NewPerson, engine: ScriptedEngine
) -> None:
    small, large = two_models(engine.url)
    small = replace(small, capabilities=(*small.capabilities, "continues"))
    async with (
        serve(models=(small, large)) as service,
        signed_in(service, await new_person()) as browser,
    ):
        talk = await begun(browser)
        sent = await broken_off(talk, engine)
        # What it says is all new: even a word said twice stays.
        engine.says("deux, ", "trois.")
        events = await go_on(browser, sent.answer_id)
    assert text_of(events) == "Un, deux, deux, trois."
    body = (await engine.asked(2)).body
    assert (body["add_generation_prompt"], body["continue_final_message"]) == (False, True)
    assert body["messages"][-1] == {"role": "assistant", "content": "Un, deux, "}


async def test_a_stopped_answer_goes_on_and_a_reload_in_the_middle_loses_nothing(
    visitor: Browser, engine: ScriptedEngine
) -> None:
    engine.says("Un, ", "deux").holds_after(1)
    talk = await begun(visitor)
    sent = await talk.ask()
    await engine.held()
    await visitor.post(f"/api/answers/{sent.answer_id}/stop")
    await followed(visitor, sent.answer_id)
    engine.says("deux, ", "trois").holds_after(1)
    begins = await visitor.post(f"/api/answers/{sent.answer_id}/continue", {})
    assert begins.status == 202
    await engine.held()
    # A page that knows nothing of it follows from the start and has the whole of it.
    head = await followed(visitor, sent.answer_id, 0, most=3)
    assert text_of(head) == "Un, deux, "
    again = await visitor.post(f"/api/answers/{sent.answer_id}/continue", {})
    assert (again.status, again.code) == (400, "still_writing")
    engine.releases()
    assert text_of(await followed(visitor, sent.answer_id)) == "Un, deux, trois"


async def test_an_answer_cut_at_its_greatest_length_goes_on(
    visitor: Browser, engine: ScriptedEngine
) -> None:
    engine.says("Un long").finishes_because("length")
    talk = await begun(visitor)
    sent = await talk.told()
    assert (await talk.opened())[sent.answer_id]["finish_reason"] == "length"
    engine.says(" discours")
    await go_on(visitor, sent.answer_id)
    answer = (await talk.opened())[sent.answer_id]
    assert (answer["text"], answer["finish_reason"]) == ("Un long discours", "stop")


async def test_an_engine_that_is_away_leaves_the_answer_as_it_stood(
    visitor: Browser, engine: ScriptedEngine
) -> None:
    talk = await begun(visitor)
    sent = await broken_off(talk, engine)
    engine.goes_away()
    events = await go_on(visitor, sent.answer_id)
    assert events[-1].data["state"] == "interrupted"
    answer = (await talk.opened())[sent.answer_id]
    assert (answer["text"], answer["error"]["code"]) == ("Un, deux, ", "engine_away")


async def test_what_cannot_go_on_is_refused(visitor: Browser, engine: ScriptedEngine) -> None:
    engine.says("Entier.")
    talk = await begun(visitor)
    whole = await talk.told()
    refused = await visitor.post(f"/api/answers/{whole.answer_id}/continue", {})
    assert (refused.status, refused.code) == (400, "answer_whole")
    question = await visitor.post(f"/api/answers/{whole.id}/continue", {})
    assert (question.status, question.code) == (404, "message_unknown")
    engine.says("Un").finishes_because("length")
    cut = await talk.told("Et ?", whole.answer_id)
    await talk.told("Puis ?", cut.answer_id)
    followed_on = await visitor.post(f"/api/answers/{cut.answer_id}/continue", {})
    assert (followed_on.status, followed_on.code) == (400, "out_of_turn")


async def test_only_its_owner_has_it_go_on(
    service: Service, visitor: Browser, new_person: NewPerson, engine: ScriptedEngine
) -> None:
    talk = await begun(visitor)
    sent = await broken_off(talk, engine)
    path = f"/api/answers/{sent.answer_id}/continue"
    async with signed_in(service, await new_person()) as stranger:
        assert (await stranger.post(path, {})).status == 404
        assert (await stranger.post(f"/api/answers/{new_id()}/continue", {})).status == 404
        assert (await stranger.post("/api/answers/7/continue", {})).status in (400, 404, 422)
    async with Browser(service.url) as nobody:
        assert (await nobody.post(path, {})).code == "not_signed_in"
    assert len(engine.requests) == 1
