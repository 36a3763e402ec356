"""Assistants, sizes and models come and go: a conversation goes on, and says with what."""

from __future__ import annotations

from tests.conversations.talk import begun, followed, new_id
from tests.fixtures import NewPerson, Serve, signed_in, two_models
from tests.support.browser import Browser
from tests.support.engine import ScriptedEngine


async def test_it_goes_on_in_another_size_and_each_answer_says_who_wrote_it(
    visitor: Browser, engine: ScriptedEngine
) -> None:
    talk = await begun(visitor)
    first = await talk.told("Un")
    choice = {"assistant_id": "generalist", "size": "large"}
    assert (await visitor.patch(talk.path, choice)).status == 200
    again = await talk.again(first.id)
    await followed(visitor, again)
    messages = await talk.opened()
    assert messages[first.answer_id]["model_id"] == "small-model"
    assert messages[again]["model_id"] == "large-model"


async def test_a_model_that_is_gone_is_stood_in_for(
    serve: Serve, new_person: NewPerson, engine: ScriptedEngine
) -> None:
    person = await new_person()
    small, large = two_models(engine.url)
    async with serve(models=(small, large)) as service, signed_in(service, person) as browser:
        talk = await begun(browser)
        first = await talk.told("Un")
    async with serve(models=(large,)) as service, signed_in(service, person) as browser:
        talk = type(talk)(browser, talk.id)
        sent = await talk.told("Deux", first.answer_id)
        messages = await talk.opened()
        # What it began with stays written: the page says what it goes on with.
        assert (await talk.shown())["size"] == "small"
        assert messages[first.answer_id]["model_id"] == "small-model"
        assert messages[sent.answer_id]["model_id"] == "large-model"


async def test_reasoning_stays_out_of_later_prompts_and_titles(
    visitor: Browser, engine: ScriptedEngine
) -> None:
    engine.says("Oui.").thinking("ornithorynque")
    engine.says("Un titre").thinking("ornithorynque")
    engine.says("Encore.")
    talk = await begun(visitor, title=None, size="large")
    sent = await talk.told("Est-ce vrai ?")
    await engine.completed(2)
    answer = (await talk.opened())[sent.answer_id]
    assert (answer["text"], answer["reasoning"]) == ("Oui.", "ornithorynque")
    assert answer["reasoning_seconds"] is not None
    await talk.told("Sûr ?", sent.answer_id)
    asked = await engine.asked(3)
    assert "ornithorynque" not in str(asked.body["messages"])
    assert "ornithorynque" not in str(await talk.shown())


async def test_effort_reaches_only_a_model_that_reasons(
    visitor: Browser, engine: ScriptedEngine
) -> None:
    for size in ("small", "large"):
        talk = await begun(visitor, size=size)
        sent = await talk.told()
        for effort in ("low", "high"):
            body = {"id": new_id(), "parent_id": sent.id, "effort": effort}
            answer = await visitor.post(f"{talk.path}/answers", body)
            await followed(visitor, answer.body["answer"]["id"])
    efforts = [each.body.get("reasoning_effort") for each in engine.requests]
    assert efforts == [None, None, None, None, "low", "high"]
