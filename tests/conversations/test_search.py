"""Search: one's own words found again, in whatever form; nobody else's, and nothing deleted."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg
import pytest

from tests.conversations.talk import begun, uuid
from tests.fixtures import NewPerson, Service, dump, signed_in
from tests.support.browser import Browser
from tests.support.engine import ScriptedEngine
from tests.support.postgres import Addresses


async def found(browser: Browser, text: str, **where: Any) -> list[dict[str, Any]]:
    """Return what a search for `text` finds."""
    answer = await browser.post("/api/search", {"text": text, **where})
    assert answer.status == 200, answer.body
    return list(answer.body["hits"])


def shown(parts: list[dict[str, Any]]) -> str:
    """Return a snippet as one line, the found words in brackets."""
    return "".join(f"[{each['text']}]" if each["found"] else each["text"] for each in parts)


async def test_a_word_is_found_in_question_answer_and_title(
    visitor: Browser, engine: ScriptedEngine
) -> None:
    engine.says("Les **prairies** ", "humides sont pâturées.")
    talk = await begun(visitor, title="Élevage bovin")
    sent = await talk.told("Que mangent les charolaises ?")
    for words, message in (
        ("charolaise", sent.id),
        ("l'élevage", None),
        ("ELEVAGES", None),
        ("prairie humide", sent.answer_id),
        ("paturer", sent.answer_id),
        ('"prairies humides"', sent.answer_id),
    ):
        hits = await found(visitor, words)
        assert [(each["conversation_id"], each["message_id"]) for each in hits] == [
            (talk.id, message)
        ], words
    (hit,) = await found(visitor, "prairie paturer")
    assert shown(hit["snippet"]) == "Les [prairies] humides sont [pâturées]."
    assert (hit["role"], hit["messages"]) == ("assistant", 1)
    (hit,) = await found(visitor, "bovins")
    assert shown(hit["title"]) == "Élevage [bovin]"
    for absent in ("chevaux", '"humides prairies"', "prairie cheval", "de la", "?!"):
        assert await found(visitor, absent) == [], absent


async def test_a_title_counts_more_and_then_the_text_that_says_it_most(
    visitor: Browser,
) -> None:
    once, often, titled = [await begun(visitor, title=each) for each in ("Un", "Deux", "Le soja")]
    await once.told("Un mot du soja, puis de mille autres choses, longuement, sans y revenir.")
    await often.told("Soja, soja, soja !")
    await titled.told("Et le reste ?")
    hits = await found(visitor, "soja")
    assert [each["conversation_id"] for each in hits] == [titled.id, often.id, once.id]


async def test_the_newest_title_and_the_pinned_alone(visitor: Browser) -> None:
    first, second = (
        await begun(visitor, title="Le blé dur"),
        await begun(visitor, title="Le blé dur"),
    )
    await visitor.patch(second.path, {"pinned": True})
    assert len(await found(visitor, "ble dur")) == 2
    (hit,) = await found(visitor, "ble dur", pinned=True)
    assert (hit["conversation_id"], hit["pinned"]) == (second.id, True)
    await visitor.patch(first.path, {"title": "La betterave"})
    assert [each["conversation_id"] for each in await found(visitor, "ble dur")] == [second.id]
    assert [each["conversation_id"] for each in await found(visitor, "betteraves")] == [first.id]


async def test_every_version_of_a_question_is_found(visitor: Browser) -> None:
    talk = await begun(visitor)
    first = await talk.told("Parle-moi du tournesol")
    edited = await talk.told("Parle-moi du colza")
    assert [each["message_id"] for each in await found(visitor, "tournesols")] == [first.id]
    assert [each["message_id"] for each in await found(visitor, "colza")] == [edited.id]


async def test_deleted_is_not_found_at_once_and_restored_is(visitor: Browser) -> None:
    talk = await begun(visitor, title="Les abeilles")
    await talk.told("Combien de bourdons ?")
    await visitor.delete(talk.path)
    assert await found(visitor, "abeille") == await found(visitor, "bourdon") == []
    await visitor.post(f"{talk.path}/restore")
    assert len(await found(visitor, "abeille")) == len(await found(visitor, "bourdon")) == 1


async def test_a_stranger_finds_nothing(
    service: Service, visitor: Browser, new_person: NewPerson
) -> None:
    await (await begun(visitor, title="Mes truffes")).told("Où sont les truffes ?")
    async with signed_in(service, await new_person()) as stranger:
        assert await found(stranger, "truffes") == []
    assert len(await found(visitor, "truffes")) == 1


async def test_what_was_written_before_there_was_a_search_is_added_bit_by_bit(
    visitor: Browser, addresses: Addresses
) -> None:
    talk = await begun(visitor, title="Le seigle")
    parent = None
    for word in ("avoine", "sarrasin", "épeautre"):
        parent = (await talk.told(f"Et le {word} ?", parent)).answer_id
    await forgotten(addresses, talk.id)
    complete = False
    for _ in range(3):
        answer = await visitor.post("/api/search", {"text": "sarrasin"})
        if complete := answer.body["complete"]:
            break
    assert complete
    for word in ("seigle", "avoine", "sarrasins", "epeautre"):
        assert len(await found(visitor, word)) == 1, word


async def test_two_searches_at_once_add_the_same_once(
    visitor: Browser, addresses: Addresses
) -> None:
    talk = await begun(visitor)
    await talk.told("Et le sorgho ?")
    await forgotten(addresses, talk.id)
    for hits in await asyncio.gather(*(found(visitor, "sorgho") for _ in range(6))):
        assert len(hits) == 1


async def test_a_stopped_answer_is_found(visitor: Browser, engine: ScriptedEngine) -> None:
    engine.says("Le topinambour ", "et la suite").holds_after(1)
    talk = await begun(visitor)
    sent = await talk.ask("Raconte")
    await engine.held()
    assert await found(visitor, "topinambour") == []
    await visitor.post(f"/api/answers/{sent.answer_id}/stop")
    engine.releases()
    answer = await visitor.get(f"/api/answers/{sent.answer_id}/events")
    assert answer.status == 200
    assert [each["message_id"] for each in await found(visitor, "topinambours")] == [sent.answer_id]


async def test_the_database_holds_no_word_and_two_people_share_no_hash(
    service: Service, visitor: Browser, new_person: NewPerson, addresses: Addresses
) -> None:
    async with signed_in(service, await new_person()) as other:
        for browser in (visitor, other):
            await (await begun(browser, title="Ornithorynque")).told("Un pangolin ?")
    kept = dump(addresses).lower()
    for word in ("ornithoryn", "pangolin"):
        assert word not in kept
        assert word.encode().hex() not in kept
    async with await psycopg.AsyncConnection.connect(addresses.superuser) as connection:
        cursor = await connection.execute(
            "SELECT owner_id, unnest(tsvector_to_array(lexemes)) FROM conversations "
            "WHERE institution_id = (SELECT institution_id FROM users ORDER BY id DESC LIMIT 1)"
        )
        hashes: dict[Any, set[str]] = {}
        for owner, lexeme in await cursor.fetchall():
            hashes.setdefault(owner, set()).add(lexeme)
    one, two = hashes.values()
    assert one
    assert len(one) == len(two)
    assert not one & two


@pytest.mark.parametrize(
    "wrong",
    [{}, {"text": ""}, {"text": "   "}, {"text": "x" * 501}, {"text": "x", "y": 1}],
    ids=str,
)
async def test_a_search_that_cannot_be_is_refused(visitor: Browser, wrong: dict[str, Any]) -> None:
    assert (await visitor.post("/api/search", wrong)).status == 400


async def test_without_a_session_nothing_is_searched(service: Service) -> None:
    async with Browser(service.url) as nobody:
        answer = await nobody.post("/api/search", {"text": "x"})
    assert (answer.status, answer.code) == (401, "not_signed_in")


async def forgotten(addresses: Addresses, conversation_id: str) -> None:
    """Leave the conversation as it was before there was a search."""
    async with await psycopg.AsyncConnection.connect(addresses.superuser) as connection:
        for table, column in (("conversations", "id"), ("messages", "conversation_id")):
            await connection.execute(
                f"UPDATE {table} SET lexemes = NULL WHERE {column} = %s", (uuid(conversation_id),)
            )
