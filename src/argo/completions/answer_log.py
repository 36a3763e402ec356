"""The events of one answer, numbered, kept in memory while it is written and a minute after.

Readers follow from any number; each sees every event once, in order.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Literal

from argo.completions.types import EventNumbered

EventName = Literal["queued", "started", "reasoning", "delta", "done", "snapshot"]


class AnswerLog:
    """Append on one side, follow on the other."""

    def __init__(self, after: int = 0) -> None:
        """Start empty; the first event gets the number after `after`."""
        self._after = after
        self._events: list[EventNumbered] = []
        self._grown = asyncio.Event()
        self.closed = False

    @property
    def last(self) -> int:
        """The number of the newest event, before the first the number it starts after."""
        return self._after + len(self._events)

    def append(self, name: EventName, data: Mapping[str, object]) -> int:
        """Add an event and wake the readers; "done" is the last. Returns its number."""
        self._events.append(EventNumbered(self.last + 1, name, data))
        self.closed = name == "done"
        self._grown.set()
        self._grown = asyncio.Event()
        return self.last

    async def follow(self, after: int) -> AsyncIterator[EventNumbered]:
        """Yield the events with numbers above `after`, waiting for new ones, until "done"."""
        position = max(self._after, after)
        while True:
            grown = self._grown
            for event in self._events[position - self._after :]:
                position = event.number
                yield event
            if self.closed and position >= self.last:
                return
            if position >= self.last:
                await grown.wait()
