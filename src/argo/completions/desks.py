"""The desks this worker holds: admission with a clock, and with people who wait at it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from argo.clock import Clock
from argo.completions.admission import Desk
from argo.completions.queue import Waiter
from argo.completions.types import Waiting
from argo.engines.errors import ModelUnknown
from argo.engines.service import Engines
from argo.engines.types import Outcome

_TELL_SECONDS = 1.0
_OLDEST_NEWS_SECONDS = 15.0
# Telling thousands their place shall not cost more than this part of the worker's time.
_TELLING_PART = 1 / 30
_AT_A_TIME = 256


@dataclass(frozen=True)
class Granted:
    """The question may go to the replica at `url`."""

    url: str


@dataclass(frozen=True)
class Refused:
    """The question would wait `seconds`, longer than its asker has patience for."""

    seconds: float


@dataclass(frozen=True)
class Gone:
    """The model is served no more."""


News = Waiting | Granted | Refused | Gone | None
"""What a question at a desk is told; None: the model is scheduled elsewhere from now on."""

Hear = Callable[[News], None]


@dataclass
class _Seat:
    hear: Hear
    told_at: float = -1.0


@dataclass
class _Held:
    """One model's desk, the questions at it, and until when it grants nothing yet."""

    desk: Desk = field(default_factory=Desk)
    seats: dict[UUID, _Seat] = field(default_factory=dict)
    settles_at: float = 0.0


class Desks:
    """The desks that this worker holds, one for each model it schedules."""

    def __init__(self, engines: Engines, clock: Clock) -> None:
        """Seat questions on the replicas of `engines`."""
        self._engines, self._clock = engines, clock
        self._held: dict[str, _Held] = {}
        self._shares: Mapping[str, float] = {}
        self._telling: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Start telling those who wait their place, about once a second."""
        self._telling = asyncio.create_task(self._tell_always())

    async def close(self) -> None:
        """Leave every desk to others and stop telling."""
        for model_id in list(self._held):
            self.drop(model_id)
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.gather(self._telling, return_exceptions=True)

    def holds(self, model_id: str) -> bool:
        """Whether this worker schedules the model."""
        return model_id in self._held

    def held(self) -> dict[str, Desk]:
        """Return the desks by model."""
        return {model_id: held.desk for model_id, held in self._held.items()}

    def share(self, institution_weights: Mapping[str, float]) -> None:
        """Have institutions weigh so much at every desk."""
        self._shares = institution_weights
        for held in self._held.values():
            held.desk.share(institution_weights)

    def take(self, model_id: str, settle_seconds: float) -> None:
        """Begin to schedule the model; grants wait until those of before have said who they are."""
        if model_id not in self._held:
            held = _Held(settles_at=self._clock.monotonic() + settle_seconds)
            held.desk.share(self._shares)
            self._held[model_id] = held

    def drop(self, model_id: str) -> None:
        """Schedule the model no more: its lease went to another worker."""
        held = self._held.pop(model_id, None)
        for seat in list(held.seats.values()) if held is not None else ():
            seat.hear(None)

    def sit(
        self,
        model_id: str,
        waiter: Waiter,
        hear: Hear,
        *,
        runs_on: str = "",
        runs_seconds: float = 0,
    ) -> None:
        """Have `waiter` wait at the model's desk, or run on where it has run for so long.

        `hear` is told its places, then its grant; the place is held until `leave`.
        """
        held, now = self._held[model_id], self._clock.monotonic()
        if runs_on:
            held.seats[waiter.id] = _Seat(hear)
            held.desk.resume(waiter.id, runs_on, now - runs_seconds)
            return
        if waiter.patience_seconds is not None:
            seconds = held.desk.wait_of_next(waiter.lane, now)
            if seconds is not None and seconds > waiter.patience_seconds:
                hear(Refused(seconds))
                return
        held.seats[waiter.id] = _Seat(hear)
        held.desk.arrive(waiter)
        self._grant(model_id)

    def leave(self, model_id: str, waiter_id: UUID, outcome: Outcome) -> None:
        """Give the question's place back, waiting or running."""
        held = self._held.get(model_id)
        if held is None or held.seats.pop(waiter_id, None) is None:
            return
        url = held.desk.leave(waiter_id, self._clock.monotonic(), whole=outcome.how == "whole")
        if url is not None:
            running = held.desk.running_by_url()[url] + 1
            self._engines.learn(model_id, url, outcome, running)
        self._grant(model_id)

    def _grant(self, model_id: str) -> None:
        held = self._held.get(model_id)
        if held is None or self._clock.monotonic() < held.settles_at:
            return
        try:
            held.desk.see(self._engines.replicas(model_id))
        except ModelUnknown:
            self._end(model_id)
            return
        for grant in held.desk.grants(self._clock.monotonic()):
            held.seats[grant.waiter_id].hear(Granted(grant.url))

    def _end(self, model_id: str) -> None:
        """Tell those who wait for a model that is no more; those who run on it run on."""
        held = self._held[model_id]
        for waiter_id, seat in list(held.seats.items()):
            if held.desk.is_waiting(waiter_id):
                seat.hear(Gone())

    async def _tell_always(self) -> None:
        while True:
            spent = 0.0
            for model_id in list(self._held):
                self._grant(model_id)
                self._engines.runs(model_id, self._held[model_id].desk.running_by_url())
                spent += await self._tell(model_id)
            await asyncio.sleep(max(_TELL_SECONDS, spent / _TELLING_PART))

    async def _tell(self, model_id: str) -> float:
        """Tell those their place for whom it is news; returns the seconds that this took.

        A few hundred at a time: the queue may hold thousands. Who waits long is told rarely.
        """
        held = self._held.get(model_id)
        if held is None or not held.desk.waiting:
            return 0.0
        began, spent = time.perf_counter(), 0.0
        now = self._clock.monotonic()
        for count, (waiter_id, place) in enumerate(held.desk.places(now)):
            seat = held.seats.get(waiter_id)
            if seat is not None and now - seat.told_at >= _rests(place):
                seat.told_at = now
                seat.hear(place)
            if count % _AT_A_TIME == _AT_A_TIME - 1:
                spent += time.perf_counter() - began
                await asyncio.sleep(0)
                began = time.perf_counter()
        return spent + time.perf_counter() - began


def _rests(place: Waiting) -> float:
    """Return how long what a question was told stays news enough: a tenth of its wait."""
    wait = place.eta_seconds if place.eta_seconds is not None else 0.1 * place.position
    return max(0.9 * _TELL_SECONDS, min(_OLDEST_NEWS_SECONDS, wait / 10))
