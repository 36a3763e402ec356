"""Take, give back, renew: the quota of a person, exact over all workers."""

from __future__ import annotations

import asyncio
import contextlib
from uuid import UUID

from argo.clock import Clock
from argo.errors import ArgoError
from argo.quotas import store
from argo.quotas.errors import refused
from argo.quotas.store import Decision
from argo.quotas.types import (
    Allowance,
    Lease,
    Limits,
    QuotaSettings,
    Taken,
    TokenAllowance,
    Whose,
)
from argo.storage.database import Connection, Database
from argo.storage.types import Owner

_RENEW_SECONDS = 2.0
_BEATS_A_SWEEP = 30


class Quotas:
    """The quotas of the settings, counted in the database."""

    def __init__(self, settings: QuotaSettings, database: Database, clock: Clock) -> None:
        """Hold people to `settings`."""
        self._settings, self._database, self._clock = settings, database, clock
        self._held: set[UUID] = set()
        self._renewing: asyncio.Task[None] | None = None

    def replace(self, settings: QuotaSettings) -> None:
        """Hold people to other `settings` from the next question on."""
        self._settings = settings

    async def open(self) -> None:
        """Start renewing this worker's leases."""
        self._renewing = asyncio.create_task(self._renew_always())

    async def close(self) -> None:
        """Stop renewing and give back what is still held."""
        if self._renewing is not None:
            self._renewing.cancel()
            await asyncio.gather(self._renewing, return_exceptions=True)
        with contextlib.suppress(ArgoError):
            await self._release(*self._held)
        self._held.clear()

    async def take(self, owner: Owner, key_id: UUID | None = None) -> Taken:
        """Count one question of `owner`, asked by a key or the page, and hold a lease for it.

        Every rule that holds decides together: the institution's, the unit's, the person's, the
        key's; a refusal counts nothing. A take that is cancelled in its last moment may count,
        and its lease runs out by itself. Raises `QuotaRefused` with `retry_after` and the
        `allowance`, or `DatabaseAway`.
        """
        lease = Lease(self._clock.new_id())
        decision = await store.take(self._database, owner, key_id, lease.id, self._settings)
        allowance = _allowance(decision)
        if decision.verdict == "taken":
            self._held.add(lease.id)
            return Taken(allowance, lease)
        raise refused(
            decision.verdict,
            decision.whose,
            allowance,
            limit=decision.allowed,
            retry_after=decision.retry_in_seconds,
        )

    async def limit(
        self, institution_id: UUID, whose: Whose, subject: UUID, limits: Limits
    ) -> None:
        """Set the rule of an institution, one of its units or one of its people, from now on.

        `subject` is the institution's own id, the unit's or the person's.
        """
        async with self._database.house() as house:
            await store.limits_set(house, institution_id, whose, subject, limits)

    async def running(self, owner: Owner) -> int:
        """Return how many questions of `owner` are being answered, on the page or by keys."""
        async with self._database.person(owner) as person:
            return await store.running(person)

    async def forget(self, house: Connection, owner: Owner) -> None:
        """Forget a person's own rule, in the caller's transaction; the rest goes with them."""
        await store.limits_set(house, owner.institution_id, "user", owner.owner_id, Limits())

    async def release(self, lease: Lease) -> None:
        """Give a lease back. While the database is away it runs out by itself instead."""
        self._held.discard(lease.id)
        with contextlib.suppress(ArgoError):
            await self._release(lease.id)

    async def standing(self, owner: Owner) -> Allowance:
        """Return how `owner` stands, without counting anything."""
        async with self._database.person(owner) as person:
            return await store.standing(person, self._settings)

    async def _release(self, *lease_ids: UUID) -> None:
        await store.release(self._database, lease_ids)

    async def _renew_always(self) -> None:
        beats = 0
        while True:
            await asyncio.sleep(_RENEW_SECONDS)
            beats += 1
            if not self._held and beats % _BEATS_A_SWEEP:
                continue
            with contextlib.suppress(ArgoError):
                async with self._database.house() as house:
                    if self._held:
                        await store.renew(house, tuple(self._held))
                    if beats % _BEATS_A_SWEEP == 0:
                        await store.sweep(house)


def _allowance(decision: Decision) -> Allowance:
    tokens = TokenAllowance(
        decision.tokens_limit, decision.tokens_remaining, decision.tokens_reset_in_seconds
    )
    return Allowance(
        decision.requests_limit,
        decision.requests_remaining,
        decision.requests_reset_in_seconds,
        tokens=tokens if tokens.limit else None,
    )
