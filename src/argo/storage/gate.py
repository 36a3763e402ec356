"""The line before the database: a crowd waits as long as it moves, and no longer."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from argo.storage.errors import DatabaseAway

_STILL_SECONDS = 3.0


class Gate:
    """Lets so many at a time through to the pool of connections.

    The pool itself cannot tell thousands that wait for their turn from a database that is away.
    """

    def __init__(self, places: int) -> None:
        """Let `places` through at a time."""
        self._places = asyncio.Semaphore(places)
        self._moved_at = -math.inf
        self.waiting = 0

    @asynccontextmanager
    async def passed(self) -> AsyncIterator[None]:
        """Wait in line, and hold a place for the block.

        Raises `DatabaseAway` when nobody came through for some seconds.
        """
        self.waiting += 1
        try:
            while not await self._entered():
                if asyncio.get_running_loop().time() - self._moved_at > _STILL_SECONDS:
                    raise DatabaseAway(retry_after=5)
        finally:
            self.waiting -= 1
        try:
            yield
            self._moved_at = asyncio.get_running_loop().time()
        finally:
            self._places.release()

    async def _entered(self) -> bool:
        try:
            async with asyncio.timeout(_STILL_SECONDS):
                return await self._places.acquire()
        except TimeoutError:
            return False
