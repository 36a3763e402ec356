"""Who holds the database holds no word of anybody's."""

from __future__ import annotations

from tests.conversations.talk import begun, followed
from tests.fixtures import dump
from tests.support.browser import Browser
from tests.support.engine import ScriptedEngine
from tests.support.postgres import Addresses


async def test_a_dump_holds_the_ids_and_no_word(
    visitor: Browser, engine: ScriptedEngine, addresses: Addresses
) -> None:
    engine.says("quokkabraun", " dit").thinking("zorillegelb")
    engine.says("axolotlrot").holds_after(1)
    talk = await begun(visitor, title=None, size="large")
    sent = await talk.ask("Le wombatgrau ?")
    await followed(visitor, sent.answer_id)
    await visitor.patch(talk.path, {"title": "Mon okapiblau"})
    found = dump(addresses)
    assert talk.id in found
    assert sent.id in found
    assert sent.answer_id in found
    for word in ("wombatgrau", "quokkabraun", "zorillegelb", "okapiblau", "axolotlrot"):
        assert word not in found
        assert word.encode().hex() not in found
    # And to its owner it is all there.
    answer = (await talk.opened())[sent.answer_id]
    assert (answer["text"], answer["reasoning"]) == ("quokkabraun dit", "zorillegelb")


async def test_pieces_of_an_answer_are_sealed_too(
    visitor: Browser, engine: ScriptedEngine, addresses: Addresses
) -> None:
    engine.says("quokkabraun " * 300, "fin").holds_after(1)
    talk = await begun(visitor)
    sent = await talk.ask()
    await engine.held()
    await followed(visitor, sent.answer_id, most=2)
    found = dump(addresses)
    assert sent.answer_id in found
    assert "quokkabraun" not in found
    assert b"quokkabraun".hex() not in found
    engine.releases()
