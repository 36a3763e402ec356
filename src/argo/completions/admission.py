"""May it start, and where: one model's waiting and running questions. Pure: no clock, no I/O.

Whoever holds a desk tells it what happens and what time it is, and carries out its grants.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from argo.completions import routing
from argo.completions.queue import FairQueue, Waiter
from argo.completions.types import Waiting
from argo.engines.types import ReplicaState

# How much the newest answer's duration weighs in the mean that estimates are made from.
_NEWEST_WEIGHT = 0.1


@dataclass(frozen=True)
class Grant:
    """A question may go to the replica at `url`."""

    waiter_id: UUID
    url: str


@dataclass(frozen=True)
class _Running:
    url: str
    since: float


class Desk:
    """One model's admission: who waits, who runs where, who goes next."""

    def __init__(self, institution_weights: Mapping[str, float] | None = None) -> None:
        """Start with nobody and no replica."""
        self._queue = FairQueue(institution_weights)
        self._running: dict[UUID, _Running] = {}
        self._counts: Counter[str] = Counter()
        self._replicas: tuple[ReplicaState, ...] = ()
        self._mean_seconds: float | None = None

    @property
    def waiting(self) -> int:
        """How many questions wait."""
        return len(self._queue)

    @property
    def running(self) -> int:
        """How many questions run."""
        return len(self._running)

    def see(self, replicas: Sequence[ReplicaState]) -> None:
        """Take note of how the model's replicas stand; the desk counts itself what runs there."""
        self._replicas = tuple(replicas)

    def arrive(self, waiter: Waiter) -> None:
        """A question wants a place."""
        self._queue.add(waiter)

    def resume(self, waiter_id: UUID, url: str, now: float) -> None:
        """A question runs on the replica at `url`, granted here or by a scheduler before."""
        self._running[waiter_id] = _Running(url, now)
        self._counts[url] += 1

    def leave(self, waiter_id: UUID, now: float, *, whole: bool) -> None:
        """A question ends, waiting or running; `whole` answers teach how long answers take."""
        self._queue.remove(waiter_id)
        ended = self._running.pop(waiter_id, None)
        if ended is not None:
            self._counts[ended.url] -= 1
        if ended is not None and whole:
            seconds = now - ended.since
            mean = self._mean_seconds
            self._mean_seconds = (
                seconds if mean is None else mean + _NEWEST_WEIGHT * (seconds - mean)
            )

    def grants(self, now: float) -> list[Grant]:
        """Seat as many as there is room for, in the queue's order, and return who goes where."""
        granted = []
        while (waiter := self._queue.peek()) is not None:
            url = self._seat(waiter)
            if url is None:
                break
            self._queue.take()
            self.resume(waiter.id, url, now)
            granted.append(Grant(waiter.id, url))
        return granted

    def places(self, now: float) -> Iterator[tuple[UUID, Waiting]]:
        """Yield each waiting question's place (1 is next) and estimated seconds, in order."""
        frees = self._seconds_until_free(now)
        for position, waiter in enumerate(self._queue.order(), start=1):
            yield waiter.id, Waiting(position, self._estimate(position, frees))

    def _seat(self, waiter: Waiter) -> str | None:
        """Return the replica that has room, None to wait.

        A model that loads is waited for; one with no well replica at all gets the question at
        once, so that its asker learns so instead of waiting for nothing.
        """
        counted = [replace(each, running=self._counts[each.replica.url]) for each in self._replicas]
        well = [each for each in counted if each.state == "ready"]
        if not well:
            if any(each.state == "starting" for each in counted):
                return None
            well = counted
        ordered = routing.order(well, waiter.affinity)
        for each in sorted(ordered, key=lambda each: each.replica.url in waiter.avoiding):
            if each.state != "ready" or each.room is None or each.room > 0:
                return each.replica.url
        return None if ordered else ""

    def _seconds_until_free(self, now: float) -> list[float]:
        mean = self._mean_seconds
        if mean is None:
            return []
        return sorted(max(0.0, mean - (now - each.since)) for each in self._running.values())

    def _estimate(self, position: int, frees: Sequence[float]) -> float | None:
        """The place's turn: as many rounds of the mean answer as are full before it."""
        if not frees or self._mean_seconds is None:
            return None
        rounds, seat = divmod(position - 1, len(frees))
        return frees[seat] + rounds * self._mean_seconds
