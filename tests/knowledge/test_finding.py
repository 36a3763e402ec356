"""A question finds the passages that answer it, among what its asker may read and nothing else."""

from __future__ import annotations

import pytest

from argo.knowledge.errors import CollectionUnknown, MemberUnknown
from argo.storage.types import Owner
from tests.fixtures import dump

HERD = "L'élevage extensif des brebis laitières occupe les causses depuis le Moyen Âge."
STARS = "The telescope observes distant galaxies in the infrared."
LEAVE = "Le congé parental se demande un mois à l'avance au service du personnel."


async def test_words_are_found_whatever_their_accents_and_elisions(
    collections, put, find, new_person
) -> None:
    ada = await new_person()
    mine = await collections.make(ada, "Notes")
    for text in (HERD, STARS, LEAVE):
        await put(ada, mine.id, text, f"{text[:8]}.txt")
    for question, text in (
        ("eleveur de brebis", HERD),
        ("l'élevage", HERD),
        ("Which telescopes observe a galaxy?", STARS),
        ("conge parental", LEAVE),
    ):
        found = await find(ada, question, mine.id)
        assert found[0].text.strip() == text, question
        assert found[0].collection_id == mine.id
        assert 0 < found[0].score <= 1


async def test_a_stranger_finds_nothing_and_sees_nothing(
    collections, put, find, new_person, institution, clock
) -> None:
    ada, grace = await new_person(), await new_person()
    mine = await collections.make(ada, "Notes")
    await put(ada, mine.id, HERD)
    assert await find(grace, "brebis", mine.id) == []
    assert await find(Owner(clock.new_id(), ada.owner_id), "brebis", mine.id) == []
    for verb in (collections.one, collections.members, collections.delete, collections.readers):
        with pytest.raises(CollectionUnknown):
            await verb(grace, mine.id)
    assert await collections.readable(grace) == []


async def test_a_right_that_is_given_or_taken_holds_for_the_next_question(
    collections, put, find, new_person
) -> None:
    ada, grace = await new_person(), await new_person()
    mine = await collections.make(ada, "Notes")
    await put(ada, mine.id, HERD)
    await collections.share(ada, mine.id, [grace.owner_id])
    assert [each.text.strip() for each in await find(grace, "brebis", mine.id)] == [HERD]
    assert [each.name for each in await collections.readable(grace)] == ["Notes"]
    with pytest.raises(CollectionUnknown):
        await collections.delete(grace, mine.id)
    await collections.share(ada, mine.id, [])
    assert await find(grace, "brebis", mine.id) == []
    await collections.change(ada, mine.id, shared=True)
    assert await find(grace, "brebis", mine.id) != []


async def test_what_is_shared_with_all_stays_within_the_institution(
    collections, put, find, new_person, clock
) -> None:
    ada = await new_person()
    mine = await collections.make(ada, "Notes", shared=True)
    await put(ada, mine.id, HERD)
    assert await find(Owner(clock.new_id(), clock.new_id()), "brebis", mine.id) == []


async def test_a_collection_of_the_institution_is_found_in_by_all(
    collections, put, find, new_person, institution
) -> None:
    house, ada = Owner(institution, institution), await new_person()
    guide = await collections.make(house, "Guide", shared=True)
    await put(house, guide.id, LEAVE)
    assert [each.text.strip() for each in await find(ada, "congé", guide.id)] == [LEAVE]


async def test_a_removed_document_is_not_found_by_the_next_question(
    collections, put, find, new_person
) -> None:
    ada = await new_person()
    mine = await collections.make(ada, "Notes")
    document = await put(ada, mine.id, HERD)
    await collections.remove(ada, mine.id, document.id)
    assert await find(ada, "brebis", mine.id) == []
    with pytest.raises(MemberUnknown):
        await collections.remove(ada, mine.id, document.id)


async def test_the_same_file_twice_is_kept_once(collections, put, new_person) -> None:
    ada = await new_person()
    mine = await collections.make(ada, "Notes")
    first = await put(ada, mine.id, HERD)
    again = await put(ada, mine.id, HERD, "copy.txt")
    assert again.id == first.id
    assert (await collections.one(ada, mine.id)).counts.total == 1


async def test_a_deleted_collection_is_gone_with_what_was_in_it_alone(
    collections, put, find, new_person, service
) -> None:
    ada = await new_person()
    mine, other = await collections.make(ada, "Notes"), await collections.make(ada, "Others")
    both = await put(ada, mine.id, HERD)
    await collections.add(ada, other.id, both.id)
    await put(ada, mine.id, STARS, "stars.txt")
    await collections.delete(ada, mine.id)
    assert await find(ada, "telescope", mine.id, other.id) == []
    assert [each.text.strip() for each in await find(ada, "brebis", other.id)] == [HERD]


async def test_a_dump_of_the_database_reads_no_word_of_it(
    collections, put, new_person, addresses
) -> None:
    ada = await new_person()
    mine = await collections.make(ada, "Wombatologie")
    await put(ada, mine.id, "Le wombat creuse des terriers cubiques.", "wombatique.txt")
    dumped = dump(addresses).lower()
    for word in ("wombat", "terrier", "cubiqu", "wombatologie", "wombatique"):
        assert word not in dumped
