"""May it start, and where: one model's waiting and running questions. Pure: no clock, no I/O.

Whoever holds a desk tells it what happens and what time it is, and carries out its grants.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from argo.completions import estimates, routing
from argo.completions.estimates import Correction, Durations
from argo.completions.queue import FairQueue, Waiter
from argo.completions.types import Lane, Waiting
from argo.engines.types import ReplicaState

_LOOK_SECONDS = 0.25
_UNSTEADY_PART = 0.15
_STEADY_SECONDS = 4.0


@dataclass(frozen=True)
class Grant:
    """A question may go to the replica at `url`."""

    waiter_id: UUID
    url: str


@dataclass(frozen=True)
class _Running:
    url: str
    since: float


@dataclass
class _Told:
    """What a question was told first, before correction, and when."""

    at: float
    seconds: float
    lane: Lane


class Desk:
    """One model's admission: who waits, who runs where, who goes next."""

    def __init__(self, institution_weights: Mapping[str, float] | None = None) -> None:
        """Start with nobody and no replica."""
        self._queue = FairQueue(institution_weights)
        self._running: dict[UUID, _Running] = {}
        self._counts: Counter[str] = Counter()
        self._replicas: tuple[ReplicaState, ...] = ()
        self._durations = Durations()
        self._corrections: dict[Lane, Correction] = {}
        self._told: dict[UUID, _Told] = {}
        self._capacity = 0
        self._unsteady_until = -1.0
        self._looked: tuple[float, list[tuple[float, float]]] | None = None

    @property
    def waiting(self) -> int:
        """How many questions wait."""
        return len(self._queue)

    @property
    def running(self) -> int:
        """How many questions run."""
        return len(self._running)

    def running_by_url(self) -> Mapping[str, int]:
        """How many questions run on each replica, by URL."""
        return self._counts

    def waiting_by_lane(self) -> Mapping[str, int]:
        """How many questions wait in each lane that has any."""
        return self._queue.by_lane()

    def replicas(self) -> list[ReplicaState]:
        """Return the replicas as the desk saw them last, with what runs there."""
        return self._counted()

    def share(self, institution_weights: Mapping[str, float]) -> None:
        """Take the institutions' weights (by id; 1 where none is said) from here on."""
        self._queue.share(institution_weights)

    def see(self, replicas: Sequence[ReplicaState]) -> None:
        """Take note of how the model's replicas stand; the desk counts itself what runs there."""
        self._replicas = tuple(replicas)

    def arrive(self, waiter: Waiter) -> None:
        """A question wants a place."""
        self._queue.add(waiter)

    def resume(self, waiter_id: UUID, url: str, now: float) -> None:
        """A question runs on the replica at `url` since `now`, granted here or elsewhere before."""
        if waiter_id not in self._running:
            self._running[waiter_id] = _Running(url, now)
            self._counts[url] += 1

    def is_waiting(self, waiter_id: UUID) -> bool:
        """Whether the question waits."""
        return waiter_id in self._queue

    def leave(self, waiter_id: UUID, now: float, *, whole: bool) -> str | None:
        """A question ends, waiting or running; returns the URL of the replica it ran on.

        `whole` answers teach how long answers take, those that were stopped or broke off do not.
        """
        self._queue.remove(waiter_id)
        self._told.pop(waiter_id, None)
        ended = self._running.pop(waiter_id, None)
        if ended is None:
            return None
        self._counts[ended.url] -= 1
        if whole:
            self._durations.learn(now - ended.since)
        return ended.url

    def grants(self, now: float) -> list[Grant]:
        """Seat as many as there is room for, in the queue's order, and return who goes where."""
        self._note_capacity(now)
        granted = []
        while (waiter := self._queue.peek()) is not None:
            url = self._seat(waiter)
            if url is None:
                break
            self._queue.take()
            self.resume(waiter.id, url, now)
            if (told := self._told.pop(waiter.id, None)) is not None:
                correction = self._corrections.setdefault(told.lane, Correction())
                correction.learn(told.seconds, now - told.at)
            granted.append(Grant(waiter.id, url))
        return granted

    def places(self, now: float) -> Iterator[tuple[UUID, Waiting]]:
        """Yield each waiting question's place (1 is next) and estimated seconds, in order."""
        turns = self._turns(now)
        for position, waiter in enumerate(self._queue.order(), start=1):
            seconds = None
            if turns is not None:
                raw = estimates.until(turns, position)
                self._told.setdefault(waiter.id, _Told(now, raw, waiter.lane))
                seconds = self._corrected(waiter.lane, raw)
            yield waiter.id, Waiting(position, seconds)

    def wait_of_next(self, lane: Lane, now: float) -> float | None:
        """Return about how long a question that came now would wait: 0 when it could start.

        None while it is not known how long answers take.
        """
        if not self._queue and any(self._has_room(each) for each in self._counted()):
            return 0.0
        turns = self._turns(now)
        if turns is None:
            return None
        return self._corrected(lane, estimates.until(turns, self._queue.ahead_of(lane) + 1))

    def _turns(self, now: float) -> list[tuple[float, float]] | None:
        """Return when places come free; looked at twice within a moment it is the same."""
        if self._looked is not None and 0 <= now - self._looked[0] < _LOOK_SECONDS:
            return self._looked[1]
        ages = [now - each.since for each in self._running.values()]
        curve = self._durations.curve(ages)
        if curve is None or not ages or now < self._unsteady_until:
            return None
        self._looked = (now, estimates.turns(curve, ages))
        return self._looked[1]

    def _note_capacity(self, now: float) -> None:
        """Say nothing of waits while it is being found out how many run at once."""
        capacity = sum(each.capacity or 0 for each in self._replicas)
        if abs(capacity - self._capacity) > _UNSTEADY_PART * self._capacity:
            if self._capacity:
                self._unsteady_until = now + _STEADY_SECONDS
            self._capacity = capacity

    def _corrected(self, lane: Lane, seconds: float) -> float:
        correction = self._corrections.get(lane)
        return seconds if correction is None else correction.corrected(seconds)

    def _counted(self) -> list[ReplicaState]:
        return [replace(each, running=self._counts[each.replica.url]) for each in self._replicas]

    def _has_room(self, each: ReplicaState) -> bool:
        return each.room is None or each.room > 0

    def _seat(self, waiter: Waiter) -> str | None:
        """Return the replica that has room, None to wait.

        A model that loads is waited for; one with no well replica at all gets questions all the
        same, never more than it holds, so that their askers learn so instead of waiting for
        nothing.
        """
        counted = self._counted()
        kept = [each for each in counted if not each.replica.draining] or counted
        well = [each for each in kept if each.state == "ready"]
        if not well:
            if any(each.state == "starting" for each in kept):
                return None
            well = kept
        ordered = routing.order(well, waiter.affinity)
        for each in sorted(ordered, key=lambda each: each.replica.url in waiter.avoiding):
            if self._has_room(each):
                return each.replica.url
        return None if ordered else ""
