"""A whole transaction in one round trip, on connections that carry many of them at a time.

What every question needs of the database (who asks, may they, what it came to) would otherwise
cost more of a worker's time than the relay: four round trips a transaction, and a connection
taken from the pool and given back. libpq's pipeline sends all at once; PostgreSQL runs what stands
between two Syncs as one transaction, undone whole when a statement fails (PostgreSQL's
documentation, 32.5 and 54.2.4), and those of different questions one after the other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from argo.storage.line import PREPARE_AGAIN, Context, Line, Row, Statement, Transaction

__all__ = ["AtOnce", "Context", "Row", "Statement"]


class AtOnce:
    """Runs transactions on a few lines, each on the one that has the least to do."""

    def __init__(self, url: str, *, lines: int) -> None:
        """Prepare `lines` to the libpq `url`; each connects when it is first needed."""
        self._lines = [Line(url) for _ in range(lines)]

    async def run(self, context: Context, statements: Sequence[Statement]) -> list[list[Row]]:
        """Run `statements` as one transaction in `context`; return the rows of each, by column.

        Raises what psycopg raises for the first that fails. A caller that is cancelled meanwhile
        leaves the transaction to its end.
        """
        try:
            return await self._asked(context, statements)
        except PREPARE_AGAIN:
            return await self._asked(context, statements)

    def close(self) -> None:
        """Close every line."""
        for line in self._lines:
            line.close()

    @property
    def connections(self) -> int:
        """How many lines are connected."""
        return sum(line.connected for line in self._lines)

    @property
    def idle(self) -> int:
        """How many of these have nothing to do."""
        return sum(line.connected and not line.load for line in self._lines)

    async def _asked(self, context: Context, statements: Sequence[Statement]) -> list[list[Row]]:
        line = min(self._lines, key=_load)
        told: asyncio.Future[list[list[Row]]] = asyncio.get_running_loop().create_future()
        transaction = Transaction(context, statements, told)
        line.ask(transaction)
        try:
            return await told
        except asyncio.CancelledError:
            line.leave(transaction)
            raise


def _load(line: Line) -> int:
    return line.load
