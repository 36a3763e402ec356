"""How many answers a replica writes at once: what is set, what the engine holds, what flows. Pure.

The least of three counts. *Set* by the operator. *The engine's*: llama.cpp says its slots; vLLM
is watched, and gets a few more as long as nothing waits inside it, and no more than it runs as
soon as something does. *The target's*: where answers shall flow at `target_tokens_per_second`,
the speed of each stream is measured as their number varies, and the number is moved towards
where that speed is met.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from argo.engines.gauges import Gauges

Why = Literal["set", "slots", "engine", "target", "refused", "unknown"]

_START = 64
_GROWTH = 1.25
_CAREFUL_GROWTH = 1.03
_CAREFUL_SECONDS = 30.0
_FULL = 0.9
_WAITING_PART = 0.02
_DAMPING = 0.5
_MOST_STEP = 1.3
_TARGET_SLACK = 0.97
_MOST_LOST_PART = 0.15
_SLOWER_PART = 0.7
_NEAR_PART = 0.97
_LOOKS_UNTIL_TRIED_AGAIN = 300
_FLAT_PART = 0.95
_OF_FLAT_PART = 0.9
_DIP = 0.75
_SHORTEST_LOOK_SECONDS = 0.5
_LONGEST_LOOK_SECONDS = 15.0
_FEWEST_TOKENS = 16


@dataclass(frozen=True)
class Capacity:
    """How many answers at once, None while nothing bounds them; and which count it was."""

    count: int | None
    why: Why


class _Curve:
    """What is known of an engine's speed by the number of streams, as far as it matters.

    `most` is the tokens a second it was seen to write in all; `flat` the speed of a stream where
    fewer streams were no faster, 0 while it was never seen with room to spare.
    """

    def __init__(self) -> None:
        self.most = self.flat = 0.0
        self._most_running = 0.0
        self._looks = 0

    @property
    def is_old(self) -> bool:
        return self._looks > _LOOKS_UNTIL_TRIED_AGAIN

    def saw(self, speed: float, running: float, *, busy: bool) -> None:
        self._looks += 1
        total = speed * running
        if running >= 0.9 * self._most_running and total < _SLOWER_PART * self.most and busy:
            # The engine itself became slower: what was known of it is known no more.
            self.most, self.flat, self._most_running, self._looks = total, 0.0, running, 0
        if total >= _NEAR_PART * self.most:
            self._most_running = running
        self.most = max(self.most, total)
        if not busy or total < _OF_FLAT_PART * self.most:
            self.flat = max(self.flat, speed)

    def forget_flat(self) -> None:
        self.flat, self._looks = 0.0, 0


class CapacityFinder:
    """One replica's capacity, as settings, looks and answers tell."""

    def __init__(self, set_count: int | None, target_tokens_per_second: float | None) -> None:
        """Start from the settings."""
        self._set, self._target = set_count, target_tokens_per_second
        self._slots: int | None = None
        self._found: float | None = None
        self._ceiling: float | None = None
        self._grown_at = 0.0
        self._aimed: float | None = None
        self._curve = _Curve()
        self._refused: float | None = None
        self._last: tuple[float, Gauges] | None = None
        self._waited = False

    @property
    def capacity(self) -> Capacity:
        """The least of what is known."""
        counts: list[tuple[float, Why]] = []
        if self._set is not None:
            counts.append((self._set, "set"))
        if self._slots is not None:
            counts.append((self._slots, "slots"))
        elif self._found is not None and self._set is None:
            counts.append((self._found, "engine"))
        if self._aimed is not None:
            counts.append((self._aimed, "target"))
        if self._refused is not None:
            counts.append((self._refused, "refused"))
        if not counts:
            return Capacity(None, "unknown")
        count, why = min(counts, key=lambda each: each[0])
        return Capacity(max(1, int(count)), why)

    def has_slots(self, slots: int) -> None:
        """The engine says how many answers it writes at once."""
        self._slots = slots

    def look(self, now: float, seen: Gauges, ours: int) -> None:
        """Take in the engine's own figures at `now`; `ours` is how many ARGO runs there."""
        before, self._last = self._last, (now, seen)
        self._find(now, seen, ours, before[1] if before else None)
        if before is None:
            return
        seconds = now - before[0]
        if not _SHORTEST_LOOK_SECONDS <= seconds <= _LONGEST_LOOK_SECONDS:
            return
        running = (seen.running + before[1].running) / 2
        tokens = seen.tokens - before[1].tokens
        if min(seen.running, before[1].running) >= 1 and tokens > 0:
            self._aim(tokens / seconds / running, running, ours)

    def wrote(self, tokens: int, seconds: float, running: int) -> None:
        """Take in an answer's own speed, where the engine shows no figures."""
        if self._last is None and tokens >= _FEWEST_TOKENS and seconds > 0:
            self._aim(tokens / seconds, running, running, weight=1.0 / max(4, running))

    def refused(self, running: int) -> None:
        """The engine took no more when it ran so many of ours."""
        self._refused = float(max(1, running - 1))

    def went_well(self) -> None:
        """An answer came whole: what was refused once may be tried again, a little at a time."""
        if self._refused is not None:
            self._refused += 1.0 / max(8.0, self._refused)

    def _find(self, now: float, seen: Gauges, ours: int, before: Gauges | None) -> None:
        """Keep the engine's own queue near empty, and it busy."""
        if self._found is None:
            self._found = float(max(_START, seen.running))
        waits = seen.waiting > max(1.0, _WAITING_PART * seen.running)
        starved = before is not None and seen.preemptions > before.preemptions
        if (waits and self._waited) or starved:
            self._found = self._ceiling = max(1.0, float(seen.running))
            self._grown_at, self._waited = now, False
            return
        self._waited = waits
        if waits or ours < _FULL * self._found:
            return
        if self._ceiling is None or self._found * _GROWTH < self._ceiling:
            self._found = self._found * _GROWTH + 1
        elif now - self._grown_at >= _CAREFUL_SECONDS:
            self._found = max(self._found + 1, self._found * _CAREFUL_GROWTH)
            self._ceiling = max(self._ceiling, self._found)
            self._grown_at = now

    def _aim(self, speed: float, running: float, ours: int, weight: float = 1.0) -> None:
        """Move the number towards where each stream has the speed that is wanted.

        Near the engine's limit speed times number stays the same, so the number that meets the
        target is the present one times speed over target; below the limit that is a step in the
        right direction. Where even few streams are slower than the target, nine tenths of their
        speed are aimed at instead: no engine is held back for what it cannot do. From time to
        time it is then given fewer for a moment, to learn whether it still cannot.
        """
        if self._target is None:
            return
        if self._aimed is None:
            self._aimed = float(max(_START, round(running)))
        busy, curve = ours >= _FULL * self.capacity_now, self._curve
        curve.saw(speed, running, busy=busy)
        if not busy:
            return
        wanted, least = self._target / _TARGET_SLACK, (1 - _MOST_LOST_PART) * curve.most / speed
        if 0 < curve.flat < wanted:
            wanted, least = _OF_FLAT_PART * curve.flat, 1.0
            if curve.is_old:
                curve.forget_flat()
                self._aimed = _DIP * running
                return
        step = max(1 / _MOST_STEP, min(_MOST_STEP, speed / wanted))
        if speed >= wanted and speed >= _FLAT_PART * curve.flat > 0:
            # Still as fast as alone: the limit is not near.
            self._aimed = max(self._aimed, running * (1 + (_MOST_STEP - 1) * weight))
            return
        aim = max(running * step, least)
        self._aimed = max(1.0, self._aimed + _DAMPING * weight * (aim - self._aimed))

    @property
    def capacity_now(self) -> int:
        """The capacity, or as many as there may ever be while nothing bounds it."""
        count = self.capacity.count
        return 1_000_000 if count is None else count
