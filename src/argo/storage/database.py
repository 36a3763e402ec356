"""PostgreSQL, reached only inside a context: in the name of a person, of sign-in, of the house.

The service's login role owns nothing and has no grants; each transaction first takes the role
of its context, so that a statement outside one fails, and a person's statement sees that
person's rows alone (docs/decisions/0003-database-contexts.md).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import AsyncConnection, sql
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout, TooManyRequests

from argo.storage.at_once import AtOnce, Context, Row, Statement
from argo.storage.errors import DatabaseAway, DiskFull
from argo.storage.gate import Gate
from argo.storage.types import Owner

Connection = AsyncConnection[Any]

_TAKE_CONTEXT = (
    "SELECT set_config('role', %s, true), "
    "set_config('argo.institution_id', %s, true), set_config('argo.owner_id', %s, true)"
)
_CONNECT_SECONDS = 3.0
_LISTEN_AGAIN_SECONDS = 1.0
# Of a worker's connections, those that carry transactions in one round trip.
_MOST_LINES = 4


@dataclass(frozen=True)
class DatabaseState:
    """How many connections a worker holds and how many questions wait for one."""

    connections: int
    idle: int
    waiting: int


class Database:
    """A pool of connections that only hands out transactions with a context."""

    def __init__(self, url: str, *, connections: int) -> None:
        """Prepare, without connecting, a pool of at most `connections` to the libpq `url`."""
        self._url = url
        lines = min(_MOST_LINES, max(1, connections // 2))
        pooled = max(1, connections - lines)
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            min_size=1,
            max_size=pooled,
            open=False,
            timeout=_CONNECT_SECONDS,
            # A database that comes back is found within seconds, however long it was away.
            reconnect_timeout=_CONNECT_SECONDS,
            kwargs={"autocommit": True, "connect_timeout": 3},
        )
        self._at_once = AtOnce(url, lines=lines)
        # One connection is left for the house: a crowd must not stop the workers' hearts.
        self._gate = Gate(max(1, pooled - 1))

    async def open(self) -> None:
        """Start the pool; a database that is not there yet is waited for in the background."""
        await self._pool.open(wait=False)

    async def close(self) -> None:
        """Close every connection."""
        self._at_once.close()
        await self._pool.close()

    @asynccontextmanager
    async def person(self, owner: Owner) -> AsyncIterator[Connection]:
        """Run one transaction in the name of `owner`: it sees and writes that person's rows only.

        Raises `DatabaseAway` or `DiskFull`.
        """
        async with self._context(
            "argo_person", str(owner.institution_id), str(owner.owner_id)
        ) as connection:
            yield connection

    @asynccontextmanager
    async def sign_in(self) -> AsyncIterator[Connection]:
        """Run one transaction that may only call the functions which take a hash.

        Raises `DatabaseAway` or `DiskFull`.
        """
        async with self._context("argo_sign_in", "", "") as connection:
            yield connection

    @asynccontextmanager
    async def house(self) -> AsyncIterator[Connection]:
        """Run one transaction of the house: content-free tables only.

        Raises `DatabaseAway` or `DiskFull`.
        """
        async with self._context("argo_house", "", "") as connection:
            yield connection

    async def person_at_once(self, owner: Owner, *statements: Statement) -> list[list[Row]]:
        """Run `statements` like `person`, in one round trip; return the rows of each.

        Raises `DatabaseAway`, `DiskFull`, or what psycopg raises for a statement that fails.
        """
        return await self._run_at_once(
            ("argo_person", str(owner.institution_id), str(owner.owner_id)), statements
        )

    async def sign_in_at_once(self, *statements: Statement) -> list[list[Row]]:
        """Run `statements` like `sign_in`, in one round trip; raises like `person_at_once`."""
        return await self._run_at_once(("argo_sign_in", "", ""), statements)

    async def house_at_once(self, *statements: Statement) -> list[list[Row]]:
        """Run `statements` like `house`, in one round trip; raises like `person_at_once`."""
        return await self._run_at_once(("argo_house", "", ""), statements)

    async def _run_at_once(
        self, context: Context, statements: Sequence[Statement]
    ) -> list[list[Row]]:
        with _mapped():
            return await self._at_once.run(context, statements)

    async def listen(self, channel: str) -> AsyncIterator[None]:
        """Yield when the connection stands, and at each NOTIFY on `channel`, until cancelled.

        It has a connection of its own, outside of any context: it hears that something happened,
        and can read nothing. While the database is away it is tried again each second.
        """
        while True:
            with contextlib.suppress(psycopg.OperationalError):
                async with await AsyncConnection.connect(
                    self._url, autocommit=True, connect_timeout=3
                ) as connection:
                    await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                    yield
                    async for _ in connection.notifies():
                        yield
            await asyncio.sleep(_LISTEN_AGAIN_SECONDS)

    async def answers(self) -> bool:
        """Whether the database answers now."""
        try:
            async with self.house() as house:
                await house.execute("SELECT 1")
        except (DatabaseAway, DiskFull):
            return False
        return True

    def state(self) -> DatabaseState:
        """Return how the connections stand now."""
        stats = self._pool.get_stats()
        return DatabaseState(
            connections=stats.get("pool_size", 0) + self._at_once.connections,
            idle=stats.get("pool_available", 0) + self._at_once.idle,
            waiting=stats.get("requests_waiting", 0) + self._gate.waiting,
        )

    @asynccontextmanager
    async def _connection(self, role: str) -> AsyncIterator[Connection]:
        async with AsyncExitStack() as stack:
            if role != "argo_house":
                await stack.enter_async_context(self._gate.passed())
            yield await stack.enter_async_context(self._pool.connection())

    @asynccontextmanager
    async def _context(self, role: str, institution: str, owner: str) -> AsyncIterator[Connection]:
        with _mapped():
            async with self._connection(role) as connection, connection.transaction():
                await connection.execute(_TAKE_CONTEXT, (role, institution, owner), prepare=True)
                yield connection


@contextmanager
def _mapped() -> Iterator[None]:
    try:
        yield
    except psycopg.errors.DiskFull as error:
        raise DiskFull(retry_after=60) from error
    except (PoolTimeout, PoolClosed, TooManyRequests) as error:
        raise DatabaseAway(retry_after=5) from error
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise DatabaseAway(retry_after=5) from error
