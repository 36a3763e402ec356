"""Take, give back, renew: the quota of a person, exact over all workers."""

from __future__ import annotations

import asyncio
import contextlib
from uuid import UUID

from argo.clock import Clock
from argo.errors import ArgoError
from argo.quotas import store
from argo.quotas.errors import QuotaExhausted, QuotaRefused, TokensExhausted, TooManyAtOnce
from argo.quotas.types import Allowance, Lease, QuotaSettings, Taken
from argo.storage.database import Database
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

    async def take(self, owner: Owner) -> Taken:
        """Count one question of `owner` and hold a lease for it, or refuse without counting.

        A take that is cancelled in its last moment may count, and its lease runs out by itself.
        Raises `QuotaExhausted`, `TooManyAtOnce`, `TokensExhausted`, each with `retry_after` and
        the `allowance`, or `DatabaseAway`.
        """
        settings, lease = self._settings, Lease(self._clock.new_id())
        refusal: type[QuotaRefused]
        decision = await store.take(self._database, owner, lease.id, settings)
        allowance = Allowance(
            settings.requests_per_minute, decision.remaining, decision.resets_in_seconds
        )
        match decision.verdict:
            case "taken":
                self._held.add(lease.id)
                return Taken(allowance, lease)
            case "window":
                refusal, limit = QuotaExhausted, settings.requests_per_minute
            case "concurrent":
                refusal, limit = TooManyAtOnce, settings.concurrent_requests
            case "tokens":
                refusal, limit = TokensExhausted, settings.tokens_per_day
        raise refusal(allowance, limit=limit, retry_after=decision.retry_in_seconds)

    async def release(self, lease: Lease) -> None:
        """Give a lease back. While the database is away it runs out by itself instead."""
        self._held.discard(lease.id)
        with contextlib.suppress(ArgoError):
            await self._release(lease.id)

    async def standing(self, owner: Owner) -> Allowance:
        """Return how `owner` stands, without counting anything."""
        settings = self._settings
        async with self._database.person(owner) as person:
            remaining, resets_in_seconds = await store.standing(person, settings)
        return Allowance(settings.requests_per_minute, remaining, resets_in_seconds)

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
