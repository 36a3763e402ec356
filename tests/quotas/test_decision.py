"""The decision itself, at instants a test chooses: it counts exactly, and no clock breaks it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from argo.clock import Clock
from argo.quotas import store
from argo.quotas.types import QuotaSettings
from argo.storage.database import Database
from argo.storage.types import Owner
from argo.usage.service import Ledger
from argo.usage.types import Entry
from tests.fixtures import NewPerson

NOON = datetime(2030, 6, 1, 12, tzinfo=UTC)
WINDOW = 60.0


@dataclass(frozen=True)
class Decided:
    """What of a decision these tests are about: of the person's own rule alone."""

    verdict: str
    remaining: int
    resets_in_seconds: float
    retry_in_seconds: float


class Asker:
    """One person who asks at instants counted in seconds from noon."""

    def __init__(self, database: Database, owner: Owner, quotas: QuotaSettings) -> None:
        self._database, self._owner, self._quotas = database, owner, quotas

    async def asks(self, second: float) -> Decided:
        """Return what is decided at that second."""
        at, lease_id = NOON + timedelta(seconds=second), Clock().new_id()
        found = await store.take(self._database, self._owner, None, lease_id, self._quotas, at)
        return Decided(
            found.verdict,
            found.requests_remaining,
            found.requests_reset_in_seconds,
            found.retry_in_seconds,
        )


async def test_the_window_slides(database: Database, new_person: NewPerson) -> None:
    ada = Asker(database, await new_person(), QuotaSettings(2, 0))
    assert await ada.asks(0) == Decided("taken", 1, WINDOW, 0)
    assert await ada.asks(10) == Decided("taken", 0, WINDOW, 0)
    assert await ada.asks(25) == Decided("window", 0, 45, 35)
    assert await ada.asks(59) == Decided("window", 0, 11, 1)
    # At sixty seconds the first one counts no more; the second does for ten seconds yet.
    assert await ada.asks(60) == Decided("taken", 0, WINDOW, 0)
    assert await ada.asks(69) == Decided("window", 0, 51, 1)
    assert (await ada.asks(70)).verdict == "taken"


async def test_a_clock_set_back_locks_for_one_window_at_most(
    database: Database, new_person: NewPerson
) -> None:
    ada = Asker(database, await new_person(), QuotaSettings(2, 0))
    for _ in range(2):
        await ada.asks(7200)
    refused = await ada.asks(0)
    assert (refused.verdict, refused.retry_in_seconds) == ("window", WINDOW)
    assert (await ada.asks(59)).verdict == "window"
    assert (await ada.asks(60)).verdict == "taken"


async def test_a_lease_counts_until_it_runs_out(database: Database, new_person: NewPerson) -> None:
    ada = Asker(database, await new_person(), QuotaSettings(0, 1))
    assert (await ada.asks(0)).verdict == "taken"
    assert (await ada.asks(4.9)).verdict == "concurrent"
    assert (await ada.asks(5)).verdict == "taken"


async def test_a_lease_that_is_renewed_goes_on_counting_and_one_given_back_does_not(
    database: Database, new_person: NewPerson
) -> None:
    owner, lease_id = await new_person(), Clock().new_id()
    await store.take(database, owner, None, lease_id, QuotaSettings(0, 1))
    async with database.house() as house:
        await store.renew(house, [lease_id])
    second = await store.take(database, owner, None, Clock().new_id(), QuotaSettings(0, 1))
    assert second.verdict == "concurrent"
    await store.release(database, [lease_id])
    third = await store.take(database, owner, None, Clock().new_id(), QuotaSettings(0, 1))
    assert third.verdict == "taken"


async def test_a_leftover_of_a_clock_set_back_does_not_lock(
    database: Database, new_person: NewPerson
) -> None:
    ada = Asker(database, await new_person(), QuotaSettings(0, 1))
    await ada.asks(7200)
    assert (await ada.asks(0)).verdict == "taken"


async def test_refused_for_running_questions_costs_nothing_of_the_window(
    database: Database, new_person: NewPerson
) -> None:
    ada = Asker(database, await new_person(), QuotaSettings(10, 1))
    assert (await ada.asks(0)).remaining == 9
    assert await ada.asks(1) == Decided("concurrent", 9, 59, 1)
    assert (await ada.asks(6)).remaining == 8


async def test_the_tokens_of_a_day_are_renewed_at_midnight(
    database: Database, new_person: NewPerson
) -> None:
    owner = await new_person()
    ada = Asker(database, owner, QuotaSettings(0, 0, tokens_per_day=100))
    assert (await ada.asks(0)).verdict == "taken"
    await Ledger(database, _Standing()).append(_spent(owner, tokens=100))
    refused = await ada.asks(1800)
    assert (refused.verdict, refused.retry_in_seconds) == ("tokens", 11.5 * 3600)
    assert (await ada.asks(12 * 3600 - 1)).retry_in_seconds == 1
    assert (await ada.asks(12 * 3600)).verdict == "taken"


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    steps=st.lists(st.integers(0, 40), min_size=1, max_size=25),
    per_window=st.integers(0, 4),
    at_once=st.integers(0, 3),
)
async def test_it_decides_as_one_would_by_hand(
    database: Database,
    new_person: NewPerson,
    steps: list[int],
    per_window: int,
    at_once: int,
) -> None:
    ada = Asker(database, await new_person(), QuotaSettings(per_window, at_once))
    asked: list[float] = []
    second = 0.0
    for step in steps:
        second += step
        counted = [each for each in asked if each > second - WINDOW]
        running = [each for each in asked if each > second - store.LEASE_SECONDS]
        if per_window and len(counted) >= per_window:
            expected = "window"
        elif at_once and len(running) >= at_once:
            expected = "concurrent"
        else:
            expected = "taken"
        decision = await ada.asks(second)
        assert decision.verdict == expected
        if expected == "taken":
            asked.append(second)
        if expected == "window":
            # Whoever comes back when told to is let in, and not a second sooner.
            assert decision.retry_in_seconds == sorted(counted)[-per_window] + WINDOW - second
        assert decision.remaining == max(
            0, per_window - len([each for each in asked if each > second - WINDOW])
        )


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seconds=st.lists(st.integers(-10_000, 10_000), min_size=1, max_size=15))
async def test_wherever_the_clock_jumps_nobody_waits_longer_than_a_window(
    database: Database, new_person: NewPerson, seconds: list[int]
) -> None:
    ada = Asker(database, await new_person(), QuotaSettings(2, 2))
    for second in seconds:
        decision = await ada.asks(second)
        assert 0 <= decision.retry_in_seconds <= WINDOW
        assert 0 <= decision.resets_in_seconds <= WINDOW
        assert 0 <= decision.remaining <= 2
    assert (await ada.asks(seconds[-1] + WINDOW)).verdict == "taken"


class _Standing(Clock):
    def now(self) -> datetime:
        return NOON


def _spent(owner: Owner, tokens: int) -> Entry:
    return Entry(
        owner=owner,
        source="api",
        lane="api",
        key_id=None,
        model_id="small-model",
        assistant_id=None,
        prompt_tokens=tokens - 1,
        completion_tokens=1,
        exact=True,
        waited_seconds=0.0,
        first_token_seconds=0.1,
        seconds=1.0,
        outcome="complete",
    )
