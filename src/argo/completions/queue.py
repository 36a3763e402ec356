"""Who goes next: fair between lanes, then institutions, then people, then first come. Pure.

Start-time fair queuing at each level (Goyal, Vin and Cheng, SIGCOMM 1996): whoever waits holds a
start tag; the smallest tag goes next, and its holder's next tag is one over its weight later. A
share nobody uses is lent at once and comes back with the next grant; who sends five hundred
questions at once holds one place in the round, like everybody.
"""

from __future__ import annotations

import heapq
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from argo.completions.types import Lane

LANE_WEIGHTS: Mapping[str, float] = {"interactive": 8.0, "api": 3.0, "batch": 1.0}
"""A full house gives each lane at least its part of twelve: none starves."""


@dataclass(frozen=True)
class Waiter:
    """A question that waits; `arrived` orders equals and survives a change of scheduler."""

    id: UUID
    institution_id: UUID
    person_id: UUID
    lane: Lane
    arrived: float
    affinity: bytes = b""
    avoiding: frozenset[str] = frozenset()
    """Replicas, by URL, that failed this question already."""
    patience_seconds: float | None = None
    """Rather refused at once than told to wait longer; None waits however long it takes."""

    @property
    def path(self) -> tuple[str, str, str]:
        """The way down the levels: lane, institution, person."""
        return (self.lane, str(self.institution_id), str(self.person_id))


_LEVELS = 3


class _Level:
    """One level's round: its members hold tags; the smallest goes next.

    A member is a level of its own, or at the bottom a person's own line of questions.
    """

    def __init__(self, weights: Mapping[str, float], depth: int) -> None:
        self._weights = weights
        self._depth = depth
        self._now = 0.0
        self._heap: list[tuple[float, float, str]] = []
        self._next_tag: dict[str, float] = {}
        self._members: dict[str, _Level | deque[Waiter]] = {}

    def __len__(self) -> int:
        return len(self._members)

    def add(self, waiter: Waiter, weights: Mapping[int, Mapping[str, float]]) -> None:
        name = waiter.path[self._depth]
        member = self._members.get(name)
        if member is None:
            below = self._depth + 1
            member = _Level(weights[below], below) if below < _LEVELS else deque()
            self._members[name] = member
            tag = max(self._now, self._next_tag.pop(name, 0.0))
            heapq.heappush(self._heap, (tag, waiter.arrived, name))
        if isinstance(member, _Level):
            member.add(waiter, weights)
        else:
            _insert(member, waiter)

    def remove(self, waiter: Waiter) -> None:
        name = waiter.path[self._depth]
        member = self._members[name]
        member.remove(waiter)
        if not member:
            del self._members[name]
            at = next(i for i, entry in enumerate(self._heap) if entry[2] == name)
            tag = self._heap[at][0]
            self._heap[at] = self._heap[-1]
            self._heap.pop()
            heapq.heapify(self._heap)
            self._remember(name, tag)

    def take(self) -> Waiter:
        tag, _, name = self._heap[0]
        member = self._members[name]
        waiter = member.take() if isinstance(member, _Level) else member.popleft()
        self._now = tag
        following = tag + 1.0 / self._weights.get(name, 1.0)
        if member:
            arrived = waiter.arrived if isinstance(member, _Level) else member[0].arrived
            heapq.heapreplace(self._heap, (following, arrived, name))
        else:
            heapq.heappop(self._heap)
            del self._members[name]
            self._remember(name, following)
        return waiter

    def peek(self) -> Waiter:
        member = self._members[self._heap[0][2]]
        return member.peek() if isinstance(member, _Level) else member[0]

    def copy(self) -> _Level:
        copied = _Level(self._weights, self._depth)
        copied._now = self._now
        copied._heap = self._heap.copy()
        copied._next_tag = self._next_tag.copy()
        copied._members = {name: member.copy() for name, member in self._members.items()}
        return copied

    def _remember(self, name: str, tag: float) -> None:
        """Who leaves and comes back keeps its turn, as long as that still lies ahead."""
        if tag > self._now:
            self._next_tag[name] = tag
        if len(self._next_tag) > 64 + 2 * len(self._members):
            self._next_tag = {who: at for who, at in self._next_tag.items() if at > self._now}


def _insert(line: deque[Waiter], waiter: Waiter) -> None:
    # Nearly always the newest; one handed over by a dead scheduler finds its old place.
    at = len(line)
    while at and line[at - 1].arrived > waiter.arrived:
        at -= 1
    line.insert(at, waiter)


class FairQueue:
    """The questions that wait for one model."""

    def __init__(self, institution_weights: Mapping[str, float] | None = None) -> None:
        """Start empty; institutions weigh 1 unless `institution_weights` (by id) says more."""
        self._institutions = dict(institution_weights or {})
        self._weights = {0: LANE_WEIGHTS, 1: self._institutions, 2: {}}
        self._lanes = _Level(self._weights[0], 0)
        self._waiters: dict[UUID, Waiter] = {}
        self._questions: Counter[tuple[str, str, str]] = Counter()
        self._askers: Counter[Lane] = Counter()

    def __len__(self) -> int:
        """How many questions wait."""
        return len(self._waiters)

    def __contains__(self, waiter_id: UUID) -> bool:
        """Whether the question waits."""
        return waiter_id in self._waiters

    def add(self, waiter: Waiter) -> None:
        """Have `waiter` wait; the same one twice waits once."""
        if waiter.id not in self._waiters:
            self._waiters[waiter.id] = waiter
            self._lanes.add(waiter, self._weights)
            self._questions[waiter.path] += 1
            self._askers[waiter.lane] += self._questions[waiter.path] == 1

    def remove(self, waiter_id: UUID) -> bool:
        """Take a question out that no longer waits; returns whether it did."""
        waiter = self._waiters.pop(waiter_id, None)
        if waiter is not None:
            self._lanes.remove(waiter)
            self._forget(waiter)
        return waiter is not None

    def peek(self) -> Waiter | None:
        """Return the next question and leave it waiting, None when nobody waits."""
        return self._lanes.peek() if self._waiters else None

    def take(self) -> Waiter | None:
        """Take the next question out, None when nobody waits."""
        if not self._waiters:
            return None
        waiter = self._lanes.take()
        del self._waiters[waiter.id]
        self._forget(waiter)
        return waiter

    def _forget(self, waiter: Waiter) -> None:
        self._questions[waiter.path] -= 1
        if not self._questions[waiter.path]:
            del self._questions[waiter.path]
            self._askers[waiter.lane] -= 1

    def share(self, institution_weights: Mapping[str, float]) -> None:
        """Have institutions (by id) weigh so much from the next grant on; 1 where none is said."""
        self._institutions.clear()
        self._institutions.update(institution_weights)

    def by_lane(self) -> Mapping[str, int]:
        """How many questions wait in each lane that has any."""
        return Counter(waiter.lane for waiter in self._waiters.values())

    def ahead_of(self, lane: Lane) -> int:
        """Return about how many go before somebody who came now, in `lane`, for the first time.

        One question of each who waits in that lane, and of the other lanes their part meanwhile.
        """
        askers = self._askers[lane]
        others = sum(
            LANE_WEIGHTS[each] for each, count in self._askers.items() if count and each != lane
        )
        return min(len(self._waiters), round(askers * (1.0 + others / LANE_WEIGHTS[lane])))

    def order(self) -> Iterator[Waiter]:
        """Yield all who wait in the order they would go if nobody came or left."""
        lanes = self._lanes.copy()
        while len(lanes):
            yield lanes.take()
