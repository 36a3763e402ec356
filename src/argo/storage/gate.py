"""The line before the database: a crowd waits its turn, unless the database is away."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg

from argo.storage.errors import DatabaseAway

_LOOK_SECONDS = 3.0


class Gate:
    """Lets so many at a time through to the pool of connections.

    The pool itself cannot tell thousands that wait for their turn from a database that is away.
    A crowd, or a machine that is busy, makes the line slow; only what fails at its head means
    that the database is away.
    """

    def __init__(self, places: int) -> None:
        """Let `places` through at a time."""
        self._places = asyncio.Semaphore(places)
        self._moved_at = self._failed_at = -math.inf
        self.waiting = 0

    @asynccontextmanager
    async def passed(self) -> AsyncIterator[None]:
        """Wait in line, and hold a place for the block.

        Raises `DatabaseAway` when those at its head fail.
        """
        self.waiting += 1
        try:
            while not await self._entered():
                if self._failed_at > self._moved_at:
                    raise DatabaseAway(retry_after=5)
        finally:
            self.waiting -= 1
        try:
            yield
            self._moved_at = asyncio.get_running_loop().time()
        except (psycopg.OperationalError, psycopg.InterfaceError):
            self._failed_at = asyncio.get_running_loop().time()
            raise
        finally:
            self._places.release()

    async def _entered(self) -> bool:
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                return await self._places.acquire()
        except TimeoutError:
            return False
