"""Each change by a command and each refused access stands in the journal, once, without content."""

from __future__ import annotations

import asyncio

import pytest

from argo.accounts.errors import EmailTaken
from argo.journal.service import Journal
from argo.journal.types import Row
from argo.storage.database import Database
from tests.fixtures import NewPerson, Service, signed_in
from tests.support.browser import Browser


async def told(journal: Journal, action: str, target_id: str) -> list[Row]:
    return [
        row
        for row in await journal.recent(None, limit=500)
        if (row.action, row.target_id) == (action, target_id)
    ]


async def test_adding_and_disabling_a_person_is_one_event_each(
    service: Service, journal: Journal
) -> None:
    owner = await service.people.add("grace@example.org", None, None, "member")
    await service.people.disable("grace@example.org")
    for action in ("user.added", "user.disabled"):
        [row] = await told(journal, action, str(owner.owner_id))
        assert (row.actor_kind, row.outcome, row.institution_id) == (
            "command",
            "done",
            owner.institution_id,
        )


async def test_a_change_that_fails_leaves_no_event(
    database: Database, service: Service, journal: Journal
) -> None:
    before = await journal.head()
    await service.people.add("twice@example.org", None, None, "member")
    with pytest.raises(EmailTaken):
        await service.people.add("twice@example.org", None, None, "member")
    assert (await journal.head()).number == before.number + 1


async def test_refused_accesses_are_events_alike_ones_counted_together(
    service: Service, journal: Journal, new_person: NewPerson
) -> None:
    ada = await new_person()
    async with signed_in(service, ada) as browser:
        for _ in range(3):
            answer = await browser.get(f"/api/conversations/{ada.owner_id}")
            assert answer.status == 404
    async with Browser(service.url) as stranger:
        assert (await stranger.get("/api/conversations")).status == 401
    kept = service.argo.ground.journal
    async with service.argo.database.house() as house:
        await kept.write_refused(house)
    rows = await journal.recent(None, limit=500)
    mine = [row for row in rows if row.actor_id == ada.owner_id and row.outcome == "refused"]
    assert sum(row.count for row in mine) == 3
    assert {(row.target_id, row.reason) for row in mine} == {
        ("GET:/api/conversations/{conversation_id}", "conversation_unknown")
    }
    assert any(
        (row.actor_kind, row.reason, row.target_id)
        == ("stranger", "not_signed_in", "GET:/api/conversations")
        for row in rows
    )


async def test_many_at_once_make_one_chain(service: Service, journal: Journal) -> None:
    people = service.people
    before = await journal.head()
    await asyncio.gather(
        *(people.add(f"{before.number}-{n}@example.org", None, None, "member") for n in range(20))
    )
    assert (await journal.head()).number >= before.number + 20
    verdict = await journal.verify(before)
    assert verdict.faults == ()
