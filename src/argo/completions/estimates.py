"""How long a place waits: from how long answers took and how old those are that run now. Pure.

What is known of an answer's length is the survival curve of those of late (Kaplan and Meier,
1958): answers that still run count as "at least so long", so that the first to end, which are
the short ones, do not promise too much. From it follows how many of those that run will have
ended after any time, and those that take their places after them; a place's turn is when as many
have ended as stand before it, itself counted.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Sequence

_KEPT = 256
_STEPS = 64
_HORIZON = 1.1
_FEWEST = 3
_SHORTEST_LONGEST_SECONDS = 1e-3
_NEWEST_WEIGHT = 0.03
_SHORTEST_SECONDS = 0.5


class Durations:
    """How long answers take, learned from those that came whole."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._whole: deque[float] = deque(maxlen=_KEPT)

    def learn(self, seconds: float) -> None:
        """Take in a whole answer."""
        self._whole.append(seconds)

    def curve(self, ages: Iterable[float]) -> Curve | None:
        """Return what is known, given the `ages` of answers that run; None before it is enough."""
        if len(self._whole) < _FEWEST:
            return None
        return Curve(sorted(self._whole), sorted(ages))


class Curve:
    """The part of all answers that has ended by an age, as a rising line through points."""

    def __init__(self, whole: Sequence[float], ages: Sequence[float]) -> None:
        """Estimate from sorted durations, and sorted ages that are not over yet."""
        self._at = [0.0]
        self._over = [0.0]
        living = 1.0
        total = len(whole) + len(ages)
        for number, seconds in enumerate(whole):
            at_risk = total - number - bisect_right(ages, seconds)
            living *= 1.0 - 1.0 / max(1, at_risk)
            self._at.append(seconds)
            self._over.append(1.0 - living)
        # The longest seen bounds nothing: what lies beyond goes on at the pace of the mean.
        self.longest = whole[-1]
        mean = math.fsum(
            (1.0 - (self._over[number - 1] + self._over[number]) / 2)
            * (self._at[number] - self._at[number - 1])
            for number in range(1, len(self._at))
        )
        self._tail_seconds = max(mean / 4, 1e-3)
        self.mean = max(mean + living * self._tail_seconds, 1e-3)

    def over(self, age: float) -> float:
        """Return the part that has ended by `age`, from 0 to 1."""
        if age >= self.longest:
            left = 1.0 - self._over[-1]
            return 1.0 - left * math.exp(-(age - self.longest) / self._tail_seconds)
        at = bisect_right(self._at, age)
        before, after = self._at[at - 1], self._at[at]
        part = (age - before) / (after - before) if after > before else 1.0
        return self._over[at - 1] + part * (self._over[at] - self._over[at - 1])

    def ending(self, age: float, within: float) -> float:
        """Return the chance that an answer of `age` ends within so many more seconds."""
        left = 1.0 - self.over(age)
        if left <= 1e-9:
            return 1.0 - math.exp(-within / self._tail_seconds)
        return min(1.0, 1.0 - (1.0 - self.over(age + within)) / left)


def turns(curve: Curve, ages: Sequence[float], free: int = 0) -> list[tuple[float, float]]:
    """Return points (seconds, places) of a rising line: how many places have come free by then.

    `ages` are those of the answers that run; the last two points say how it goes on.
    """
    step = max(curve.longest, _SHORTEST_LONGEST_SECONDS) * _HORIZON / _STEPS
    first = [curve.over((each + 1) * step) - curve.over(each * step) for each in range(_STEPS)]
    grouped: dict[int, int] = {}
    for age in ages:
        grouped[int(age / step)] = grouped.get(int(age / step), 0) + 1
    begun: list[float] = []
    points, freed = [(0.0, float(free))], float(free)
    ended_before = dict.fromkeys(grouped, 0.0)
    for number in range(_STEPS):
        within = (number + 1) * step
        ended = 0.0
        for group, count in grouped.items():
            chance = curve.ending((group + 0.5) * step, within)
            ended += count * (chance - ended_before[group])
            ended_before[group] = chance
        ended += sum(begun[number - back] * first[back] for back in range(1, number + 1))
        begun.append(ended)
        freed += ended
        points.append((within, freed))
    points.append((points[-1][0] + curve.mean, freed + max(len(ages), 1)))
    return points


def until(points: Sequence[tuple[float, float]], place: int) -> float:
    """Return after how many seconds `place` places have come free."""
    low, high = 0, len(points) - 2
    while low < high:
        middle = (low + high) // 2
        if points[middle + 1][1] >= place:
            high = middle
        else:
            low = middle + 1
    (before, freed_before), (after, freed_after) = points[low], points[low + 1]
    if freed_after <= freed_before:
        return after
    return max(
        0.0, before + (after - before) * (place - freed_before) / (freed_after - freed_before)
    )


class Correction:
    """What waits turned out to be against what was said: others who overtake, places given up."""

    def __init__(self) -> None:
        """Correct nothing yet."""
        self._log = 0.0
        self._learned = 0

    def corrected(self, seconds: float) -> float:
        """Return the estimate as experience has it."""
        return seconds * math.exp(self._log)

    def learn(self, estimated: float, waited: float) -> None:
        """Take in one wait and what had been estimated for it before correction."""
        if estimated >= _SHORTEST_SECONDS and waited > 0:
            off = math.log(waited / estimated)
            self._learned += 1
            self._log += max(_NEWEST_WEIGHT, 1.0 / (self._learned + 3)) * (
                max(-2.0, min(2.0, off)) - self._log
            )
            self._log = max(-1.5, min(1.5, self._log))
