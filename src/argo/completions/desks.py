"""The desks this worker holds: admission with a clock, and with people who wait at it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from uuid import UUID

from argo.clock import Clock
from argo.completions.admission import Desk
from argo.completions.errors import LinkBroken
from argo.completions.queue import Waiter
from argo.completions.types import Waiting
from argo.engines.service import Engines

_TELL_SECONDS = 1.0


@dataclass(frozen=True)
class Granted:
    """The question may go to the replica at `url`."""

    url: str


@dataclass
class _Seat:
    """One question at a desk of this worker: what its reader is told next."""

    told: asyncio.Queue[Waiting | Granted | None]


class Desks:
    """The desks that this worker holds, one for each model it schedules."""

    def __init__(self, engines: Engines, clock: Clock) -> None:
        """Seat questions on the replicas of `engines`."""
        self._engines, self._clock = engines, clock
        self._desks: dict[str, Desk] = {}
        self._seats: dict[str, dict[UUID, _Seat]] = {}
        self._telling: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Start telling those who wait their place, once a second."""
        self._telling = asyncio.create_task(self._tell_always())

    async def close(self) -> None:
        """Stop telling."""
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.gather(self._telling, return_exceptions=True)

    def holds(self, model_id: str) -> bool:
        """Whether this worker schedules the model."""
        return model_id in self._desks

    def take(self, model_id: str) -> None:
        """Begin to schedule the model."""
        self._desks.setdefault(model_id, Desk())
        self._seats.setdefault(model_id, {})

    def drop(self, model_id: str) -> None:
        """Schedule the model no more: its lease went to another worker."""
        self._desks.pop(model_id, None)
        for seat in self._seats.pop(model_id, {}).values():
            seat.told.put_nowait(None)

    async def sit(
        self, model_id: str, waiter: Waiter, running_on: str | None
    ) -> AsyncGenerator[Waiting | Granted, None]:
        """Have `waiter` wait at the model's desk, or run on where it runs already.

        Yields its places, then its grant; the place is held until the generator is closed.
        Raises `LinkBroken` when the model is scheduled elsewhere from now on.
        """
        desk, seat = self._desks[model_id], _Seat(asyncio.Queue())
        self._seats[model_id][waiter.id] = seat
        whole = False
        try:
            if running_on is None:
                desk.arrive(waiter)
                self._grant(model_id)
            else:
                desk.resume(waiter.id, running_on, self._clock.monotonic())
                seat.told.put_nowait(Granted(running_on))
            while True:
                told = await seat.told.get()
                if told is None:
                    raise LinkBroken
                whole = isinstance(told, Granted)
                yield told
        finally:
            self._seats.get(model_id, {}).pop(waiter.id, None)
            desk.leave(waiter.id, self._clock.monotonic(), whole=whole)
            self._grant(model_id)

    def _grant(self, model_id: str) -> None:
        desk = self._desks.get(model_id)
        if desk is None:
            return
        desk.see(self._engines.replicas(model_id))
        for grant in desk.grants(self._clock.monotonic()):
            self._seats[model_id][grant.waiter_id].told.put_nowait(Granted(grant.url))

    async def _tell_always(self) -> None:
        while True:
            for model_id in list(self._desks):
                self._grant(model_id)
                await self._tell(model_id)
            await asyncio.sleep(_TELL_SECONDS)

    async def _tell(self, model_id: str) -> None:
        """Tell everybody their place, a few hundred at a time: the queue may hold thousands."""
        for count, (waiter_id, place) in enumerate(
            self._desks[model_id].places(self._clock.monotonic())
        ):
            seat = self._seats.get(model_id, {}).get(waiter_id)
            if seat is not None:
                seat.told.put_nowait(place)
            if count % 256 == 255:
                await asyncio.sleep(0)
