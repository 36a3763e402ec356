"""The decode model, pure: who runs, who waits, and when each sequence's next token is due.

Every running sequence advances at the same speed (continuous batching), so one number, the
tokens each has advanced since the start, times them all. A wheel of slots over one token's
worth of that number holds the sequences: passing a slot is one token for all that lie in it,
and nothing is ever looked at that is not due.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

Sequence = TypeVar("Sequence", bound=Hashable)

SLOTS = 64


class Wheel(Generic[Sequence]):
    """Tells, as it is turned, which sequences have tokens due."""

    def __init__(self) -> None:
        """Start empty, at zero tokens."""
        self._slots: list[dict[Sequence, None]] = [{} for _ in range(SLOTS)]
        self._slot_of: dict[Sequence, int] = {}
        self._turned = 0.0
        self._passed = 0

    def __len__(self) -> int:
        """Return how many sequences lie in the wheel."""
        return len(self._slot_of)

    def join(self, sequence: Sequence) -> None:
        """Lay in a sequence that just got a token: its next is due one token's time later."""
        slot = self._passed % SLOTS
        self._slots[slot][sequence] = None
        self._slot_of[sequence] = slot

    def leave(self, sequence: Sequence) -> None:
        """Take a sequence out; one that is not in is no error."""
        slot = self._slot_of.pop(sequence, None)
        if slot is not None:
            del self._slots[slot][sequence]

    def sequences(self) -> tuple[Sequence, ...]:
        """Return all that lie in the wheel."""
        return tuple(self._slot_of)

    def turn(self, tokens: float) -> list[tuple[tuple[Sequence, ...], int]]:
        """Advance every sequence by `tokens` (a fraction is kept) and return what is due.

        Each entry holds sequences and the tokens due to each of them, in order of time.
        """
        self._turned += tokens * SLOTS
        steps = int(self._turned) - self._passed
        rounds, rest = divmod(steps, SLOTS)
        due = []
        for step in range(1, SLOTS + 1 if rounds else rest + 1):
            slot = self._slots[(self._passed + step) % SLOTS]
            if slot:
                due.append((tuple(slot), rounds + (step <= rest)))
        self._passed += steps
        return due


class Places(Generic[Sequence]):
    """The engine's running places and its own queue, first come first served."""

    def __init__(self, capacity: int) -> None:
        """Offer `capacity` places."""
        self.capacity = capacity
        self.taken = 0
        self._held: dict[Sequence, int] = {}
        self._waiting: dict[Sequence, int] = {}

    @property
    def running(self) -> int:
        """Return how many questions hold places."""
        return len(self._held)

    @property
    def waiting(self) -> int:
        """Return how many questions wait."""
        return len(self._waiting)

    def ask(self, sequence: Sequence, places: int = 1) -> bool:
        """Take places for `sequence`, or queue it; tell whether it may start.

        More places than the engine has count as all of them.
        """
        self._waiting[sequence] = min(places, self.capacity)
        return sequence in self._admit()

    def leave(self, sequence: Sequence) -> list[Sequence]:
        """Give back what `sequence` holds or its turn in the queue; return who starts now.

        Leaving twice gives nothing back twice.
        """
        self._waiting.pop(sequence, None)
        self.taken -= self._held.pop(sequence, 0)
        return self._admit()

    def _admit(self) -> list[Sequence]:
        admitted: list[Sequence] = []
        while self._waiting:
            first = next(iter(self._waiting))
            places = self._waiting[first]
            if self.taken + places > self.capacity:
                break
            del self._waiting[first]
            self._held[first] = places
            self.taken += places
            admitted.append(first)
        return admitted
