"""Institutions, units and keys have rules of their own; all that hold decide together, exactly."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from argo.accounts.service import Accounts
from argo.accounts.types import Scope
from argo.clock import Clock
from argo.quotas import store
from argo.quotas.errors import QuotaRefused
from argo.quotas.service import Quotas
from argo.quotas.store import Decision
from argo.quotas.types import Limits, QuotaSettings
from argo.storage.database import Database
from argo.storage.secrets import Secrets
from argo.storage.types import Owner
from argo.usage.service import Ledger
from argo.usage.types import Entry
from tests.fixtures import NewPerson
from tests.support.postgres import Addresses

NOON = datetime(2030, 6, 1, 12, tzinfo=UTC)
FREE = QuotaSettings(0, 0, 0)


@pytest.fixture
def quotas(database: Database) -> Quotas:
    return Quotas(FREE, database, Clock())


async def asks(
    database: Database, owner: Owner, second: float, key_id: UUID | None = None
) -> Decision:
    at = NOON + timedelta(seconds=second)
    return await store.take(database, owner, key_id, Clock().new_id(), FREE, at)


async def key_of(database: Database, owner: Owner, secrets: Secrets, **limits: Any) -> UUID:
    _, key = await Accounts(database, secrets, Clock()).create_key(
        owner, "a program's", None, Scope(**limits)
    )
    return key.id


async def unit_of(addresses: Addresses, *people: Owner) -> UUID:
    unit_id = Clock().new_id()
    async with await psycopg.AsyncConnection.connect(addresses.superuser) as connection:
        await connection.execute(
            "INSERT INTO units VALUES (%s, %s, %s, 'Physics')",
            (unit_id, people[0].institution_id, unit_id.hex),
        )
        for person in people:
            await connection.execute(
                "UPDATE users SET unit_id = %s WHERE id = %s", (unit_id, person.owner_id)
            )
    return unit_id


async def test_an_institution_shares_its_minute(
    database: Database, quotas: Quotas, new_person: NewPerson, institution: UUID
) -> None:
    ada, ben = await new_person(), await new_person()
    await quotas.limit(institution, "institution", institution, Limits(requests_per_minute=2))
    first = await asks(database, ada, 0)
    assert (first.verdict, first.requests_limit, first.requests_remaining) == ("taken", 2, 1)
    assert (await asks(database, ben, 1)).verdict == "taken"
    refused = await asks(database, ada, 2)
    assert (refused.verdict, refused.whose, refused.allowed) == ("window", "institution", 2)
    # Whoever comes back when told to is let in: a second is over when all of it is.
    back = 2 + refused.retry_in_seconds
    assert 60 <= back <= 61
    assert (await asks(database, ben, back)).verdict == "taken"


async def test_a_unit_is_held_to_its_rule_and_other_units_are_not(
    database: Database, quotas: Quotas, new_person: NewPerson, addresses: Addresses
) -> None:
    ada, ben, elsewhere = await new_person(), await new_person(), await new_person()
    unit_id = await unit_of(addresses, ada, ben)
    await quotas.limit(ada.institution_id, "unit", unit_id, Limits(concurrent_requests=1))
    assert (await asks(database, ada, 0)).verdict == "taken"
    refused = await asks(database, ben, 0)
    assert (refused.verdict, refused.whose) == ("concurrent", "unit")
    assert (await asks(database, elsewhere, 0)).verdict == "taken"


async def test_a_persons_own_rule_comes_before_the_settings(
    database: Database, quotas: Quotas, new_person: NewPerson
) -> None:
    ada = await new_person()
    limits = Limits(requests_per_minute=1, tokens_per_day=500)
    await quotas.limit(ada.institution_id, "user", ada.owner_id, limits)
    standing = await quotas.standing(ada)
    assert (standing.limit, standing.remaining) == (1, 1)
    assert standing.tokens is not None
    assert (standing.tokens.limit, standing.tokens.remaining) == (500, 500)
    taken = await quotas.take(ada)
    assert (taken.allowance.limit, taken.allowance.remaining) == (1, 0)
    with pytest.raises(QuotaRefused):
        await quotas.take(ada)
    await quotas.limit(ada.institution_id, "user", ada.owner_id, Limits())
    assert (await quotas.take(ada)).allowance.limit == 0


async def test_a_key_has_limits_of_its_own(
    database: Database, new_person: NewPerson, secrets: Secrets
) -> None:
    ada = await new_person()
    key_id = await key_of(database, ada, secrets, requests_per_minute=1)
    assert (await asks(database, ada, 0, key_id)).verdict == "taken"
    refused = await asks(database, ada, 1, key_id)
    assert (refused.verdict, refused.whose) == ("window", "key")
    assert (await asks(database, ada, 1)).verdict == "taken"


async def test_a_key_of_another_person_brings_no_rule(
    database: Database, new_person: NewPerson, secrets: Secrets
) -> None:
    ada, eve = await new_person(), await new_person()
    key_id = await key_of(database, ada, secrets, requests_per_minute=1)
    for second in (0, 1):
        assert (await asks(database, eve, second, key_id)).verdict == "taken"
    assert (await asks(database, ada, 2, key_id)).verdict == "taken"


@pytest.mark.parametrize("whose", ["institution", "unit", "key"])
async def test_tokens_of_the_day_are_shared(
    database: Database,
    quotas: Quotas,
    new_person: NewPerson,
    secrets: Secrets,
    addresses: Addresses,
    whose: str,
) -> None:
    ada, ben = await new_person(), await new_person()
    unit_id = await unit_of(addresses, ada, ben)
    key_id, asker = None, ben
    if whose == "key":
        key_id, asker = await key_of(database, ada, secrets, tokens_per_day=100), ada
    elif whose == "unit":
        await quotas.limit(ada.institution_id, "unit", unit_id, Limits(tokens_per_day=100))
    else:
        await quotas.limit(
            ada.institution_id, "institution", ada.institution_id, Limits(tokens_per_day=100)
        )
    before = await asks(database, asker, 0, key_id)
    assert (before.tokens_limit, before.tokens_remaining) == (100, 100)
    assert before.tokens_reset_in_seconds == 12 * 3600
    await Ledger(database, _Standing()).append(_spent(ada, key_id, tokens=100))
    refused = await asks(database, asker, 1800, key_id)
    assert (refused.verdict, refused.whose) == ("tokens", whose)
    assert refused.retry_in_seconds == 11.5 * 3600


async def test_a_refusal_by_a_later_rule_counts_for_no_earlier_one(
    database: Database, quotas: Quotas, new_person: NewPerson, secrets: Secrets
) -> None:
    ada = await new_person()
    await quotas.limit(
        ada.institution_id, "institution", ada.institution_id, Limits(requests_per_minute=3)
    )
    key_id = await key_of(database, ada, secrets, requests_per_minute=1)
    verdicts = [(await asks(database, ada, n, key_id)).verdict for n in range(5)]
    assert verdicts == ["taken", *["window"] * 4]
    assert (await asks(database, ada, 6)).requests_remaining == 1


async def test_exactly_the_allowed_number_passes_however_many_ask_at_once(
    addresses: Addresses, quotas: Quotas, new_person: NewPerson, secrets: Secrets
) -> None:
    workers = [Database(addresses.service, connections=4) for _ in range(3)]
    for worker in workers:
        await worker.open()
    people = [await new_person() for _ in range(3)]
    institution_id = people[0].institution_id
    limits = Limits(requests_per_minute=10)
    await quotas.limit(institution_id, "institution", institution_id, limits)
    key_id = await key_of(workers[0], people[0], secrets, requests_per_minute=2)
    decided = await asyncio.gather(
        *(asks(workers[n % 3], people[n % 3], 0, key_id if n % 3 == 0 else None) for n in range(48))
    )
    for worker in workers:
        await worker.close()
    verdicts = Counter(each.verdict for each in decided)
    assert verdicts == {"taken": 10, "window": 38}
    assert sum(each.verdict == "taken" for each in decided[::3]) <= 2


class _Standing(Clock):
    def now(self) -> datetime:
        return NOON


def _spent(owner: Owner, key_id: UUID | None, tokens: int) -> Entry:
    return Entry(
        owner=owner,
        source="api",
        lane="api",
        key_id=key_id,
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
