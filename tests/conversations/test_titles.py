"""A conversation is called by its first words, then by the model's title, or by its owner's."""

from __future__ import annotations

from tests.conversations.talk import begun
from tests.support.browser import Browser
from tests.support.engine import ScriptedEngine
from tests.support.waiting import soon


async def test_the_first_words_stand_until_the_model_has_a_title(
    visitor: Browser, engine: ScriptedEngine
) -> None:
    engine.says("Oui")
    engine.says("Les", " marées").holds_after(1)
    talk = await begun(visitor, title=None)
    await talk.told("Pourquoi la mer monte ?")
    # Held, not only asked: what is released before it holds would hold for ever.
    asked = await engine.held()
    assert "Pourquoi la mer monte ?" in asked.body["messages"][-1]["content"]
    assert (await talk.shown())["title"] == "Pourquoi la mer monte ?"
    engine.releases()

    async def titled() -> bool:
        return bool((await talk.shown())["title"] == "Les marées")

    await soon(titled)
    # It cost its owner no question.
    assert (await visitor.get("/api/me")).body["quota"]["remaining"] == 9


async def test_a_title_its_owner_gave_meanwhile_stays(
    visitor: Browser, engine: ScriptedEngine
) -> None:
    engine.says("Oui")
    engine.says("Les", " marées").holds_after(1)
    talk = await begun(visitor, title=None)
    await talk.told()
    await engine.held()
    await visitor.patch(talk.path, {"title": "Le mien"})
    engine.releases()
    await engine.completed(2)
    assert (await talk.shown())["title"] == "Le mien"


async def test_a_conversation_with_a_title_asks_for_none(
    visitor: Browser, engine: ScriptedEngine
) -> None:
    talk = await begun(visitor, title="Le mien")
    first = await talk.told()
    await talk.told("Encore", first.answer_id)
    assert len(engine.requests) == 2
    assert (await talk.shown())["title"] == "Le mien"


async def test_what_is_no_title_is_not_taken_for_one(
    visitor: Browser, engine: ScriptedEngine
) -> None:
    engine.says("Oui")
    engine.says("Bien sûr !\n\nVoici un titre :\n\nLes marées")
    talk = await begun(visitor, title=None)
    await talk.told("Pourquoi ?")
    await engine.completed(2)
    assert (await talk.shown())["title"] == "Pourquoi ?"
