"""An intruder with the database, but not the key, cannot touch the journal unseen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from argo import migrations
from argo.clock import Clock
from argo.journal import chain
from argo.journal.service import Journal
from argo.journal.types import COMMAND, Actor, Event, Fault, Head
from argo.storage.database import Database
from tests.support.postgres import Addresses, Cluster

KEY = bytes(range(32))


class Dated(Clock):
    """A clock that a test sets."""

    at = datetime(2028, 2, 29, 23, 59, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@pytest.fixture(scope="module")
def own(cluster: Cluster) -> Addresses:
    """A database of this file's own: what is done to its journal would spoil the others'."""
    own = cluster.new_database()
    migrations.upgrade(own.owner, service_role="argo_service")
    return own


@pytest.fixture
async def dated() -> Dated:
    return Dated()


@pytest.fixture
async def journal(own: Addresses, dated: Dated) -> AsyncIterator[Journal]:
    """An empty journal that keeps thirty days."""
    tampered(own, "TRUNCATE journal, journal_checkpoints")
    database = Database(own.service, connections=4)
    await database.open()
    yield Journal(database, KEY, dated, kept_days=30)
    await database.close()


def tampered(own: Addresses, statement: str) -> None:
    with psycopg.connect(own.superuser) as intruder:
        intruder.execute(statement)


async def ten_events(journal: Journal) -> None:
    for number in range(10):
        await journal.record_alone(Event(COMMAND, "user.added", "user", str(number)))


async def test_a_journal_that_nobody_touched_holds(journal: Journal) -> None:
    await ten_events(journal)
    verdict = await journal.verify()
    assert (verdict.events, verdict.first, verdict.faults) == (10, 1, ())
    assert verdict.head == await journal.head()


@pytest.mark.parametrize(
    ("what", "fault"),
    [
        ("UPDATE journal SET target_id = '99' WHERE number = 4", Fault(4, "altered")),
        ("UPDATE journal SET at = at + interval '1 second' WHERE number = 4", Fault(4, "altered")),
        ("UPDATE journal SET actor_kind = 'house' WHERE number = 4", Fault(4, "altered")),
        ("DELETE FROM journal WHERE number = 4", Fault(4, "missing")),
        ("DELETE FROM journal WHERE number < 4", Fault(1, "missing")),
    ],
)
async def test_an_altered_or_missing_event_is_named(
    journal: Journal, own: Addresses, what: str, fault: Fault
) -> None:
    await ten_events(journal)
    tampered(own, what)
    assert (await journal.verify()).faults == (fault,)


async def test_two_events_in_each_others_place_are_named(journal: Journal, own: Addresses) -> None:
    await ten_events(journal)
    tampered(
        own,
        "UPDATE journal SET number = -number WHERE number IN (4, 5); "
        "UPDATE journal SET number = 9 + number WHERE number IN (-4, -5); "
        "UPDATE journal SET number = number WHERE number IN (4, 5)",
    )
    assert {fault.number for fault in (await journal.verify()).faults} >= {4, 5}


async def test_a_journal_cut_off_at_its_end_lacks_the_head_noted_elsewhere(
    journal: Journal, own: Addresses
) -> None:
    await ten_events(journal)
    noted = await journal.head()
    tampered(own, "DELETE FROM journal WHERE number > 8")
    assert (await journal.verify()).faults == ()
    assert (await journal.verify(noted)).faults == (Fault(9, "missing"),)


async def test_retention_cuts_the_oldest_off_and_the_rest_still_holds(
    journal: Journal, dated: Dated, own: Addresses
) -> None:
    await ten_events(journal)
    dated.at += timedelta(days=31)
    await journal.record_alone(Event(COMMAND, "user.added", "user", "late"))
    async with journal._database.house() as house:
        assert await journal.shorten(house) == 10
    async with journal._database.house() as house:
        assert await journal.shorten(house) == 0
    verdict = await journal.verify()
    assert (verdict.events, verdict.first, verdict.faults) == (1, 11, ())
    # An intruder's own cut has no proof of ours.
    tampered(own, "UPDATE journal_checkpoints SET proof_hash = head_hash")
    assert (await journal.verify()).faults == (Fault(10, "checkpoint"),)


async def test_what_comes_after_everything_was_cut_off_goes_on_counting(
    journal: Journal, dated: Dated
) -> None:
    await ten_events(journal)
    dated.at += timedelta(days=31)
    async with journal._database.house() as house:
        assert await journal.shorten(house) == 10
    await journal.record_alone(Event(COMMAND, "user.added", "user"))
    assert (await journal.head()).number == 11
    assert (await journal.verify()).faults == ()


async def test_a_clock_set_back_neither_hides_nor_cuts_events(
    journal: Journal, dated: Dated
) -> None:
    await ten_events(journal)
    dated.at -= timedelta(days=400)
    await journal.record_alone(Event(COMMAND, "user.added", "user"))
    async with journal._database.house() as house:
        assert await journal.shorten(house) == 0
    assert (await journal.verify()).events == 11


@pytest.mark.parametrize("role", ["argo_person", "argo_sign_in", "argo_house"])
async def test_no_context_may_change_or_remove_an_event(
    journal: Journal, own: Addresses, role: str
) -> None:
    await ten_events(journal)
    for statement in (
        "UPDATE journal SET outcome = 'done'",
        "DELETE FROM journal",
        "TRUNCATE journal",
        "INSERT INTO journal_checkpoints VALUES (9, '', '', now())",
        "SELECT set_config('role', 'argo_journal', true)",
    ):
        with psycopg.connect(own.service) as service:
            service.execute("SELECT set_config('role', %s, true)", (role,))
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                service.execute(statement)


texts = st.text("abcdefghij0123456789", min_size=1, max_size=8)
events = st.builds(
    Event,
    st.builds(Actor, st.sampled_from(["person", "command"]), st.uuids(), st.uuids()),
    texts.map("user.".__add__),
    texts.map("t".__add__),
    texts,
    st.sampled_from(["done", "refused"]),
)


@given(st.lists(events, min_size=2, max_size=6), st.data())
def test_no_two_chains_carry_the_same_hash(happened: list[Event], data: st.DataObject) -> None:
    at, head, rows = datetime(2026, 1, 1, tzinfo=UTC), chain.BEGINNING, []
    for event in happened:
        rows.append(chain.row(KEY, head, at, event))
        head = Head(rows[-1].number, rows[-1].hash)
    assert len({row.hash for row in rows}) == len(rows)
    before = chain.BEGINNING
    for row in rows:
        assert chain.fault(KEY, before, row) is None
        other = data.draw(events)
        forged = chain.row(b"another key", before, at, other)
        assert chain.fault(KEY, before, forged) == Fault(row.number, "altered")
        before = Head(row.number, row.hash)


@pytest.mark.parametrize("written", ["Dear Ada", "a\nb", '{"a": 1}', "é", "x" * 200])
def test_an_event_cannot_hold_what_a_person_wrote(written: str) -> None:
    right = {"action": "user.added", "target_kind": "user", "target_id": "1", "reason": "gone"}
    for field in right:
        with pytest.raises(ValueError, match="not "):
            Event(Actor("person", uuid4(), uuid4()), **{**right, field: written})  # type: ignore[arg-type]
