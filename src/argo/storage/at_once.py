"""A whole transaction in one round trip: context and statements sent together, answers read together.

What every question needs of the database (who asks, may they, what it came to) would otherwise
cost more of a worker's time than the relay: four round trips a transaction, each with its own
wake-up. libpq's pipeline sends all at once; PostgreSQL runs what comes before a Sync as one
transaction, undone whole when a statement fails (PostgreSQL's documentation, 55.2.4).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from psycopg import AsyncConnection, abc, errors, pq
from psycopg.adapt import PyFormat, Transformer

Row = dict[str, Any]
Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement with `$1`, `$2`… for `params`, whose types its text makes plain."""

    sql: str
    params: Sequence[object] = ()


class AtOnce:
    """Runs statements as one transaction; remembers which connection knows which of them."""

    def __init__(self) -> None:
        """Start with none prepared."""
        self._prepared: WeakKeyDictionary[Connection, dict[str, bytes]] = WeakKeyDictionary()
        self._made = 0

    async def run(self, connection: Connection, statements: Sequence[Statement]) -> list[list[Row]]:
        """Run `statements` on an idle `connection`; return the rows of each, by column.

        Raises what psycopg raises for the first that fails. A caller that is cancelled meanwhile
        costs the connection: nobody knows what it has yet to say.
        """
        try:
            return await self._run(connection, statements)
        except errors.InvalidSqlStatementName:
            # psycopg deallocates everything after a rollback of its own; nothing has run.
            self._prepared.pop(connection, None)
            return await self._run(connection, statements)

    async def _run(
        self, connection: Connection, statements: Sequence[Statement]
    ) -> list[list[Row]]:
        prepared, new = self._prepared.setdefault(connection, {}), dict[str, bytes]()
        pgconn, transformer = connection.pgconn, Transformer(connection)
        whole = False
        try:
            pgconn.enter_pipeline_mode()
            for statement in statements:
                name = prepared.get(statement.sql) or new.get(statement.sql)
                if name is None:
                    self._made += 1
                    name = new[statement.sql] = b"argo_%d" % self._made
                    pgconn.send_prepare(name, statement.sql.encode())
                formats = [PyFormat.TEXT] * len(statement.params)
                params = transformer.dump_sequence(statement.params, formats)
                pgconn.send_query_prepared(name, params)
            pgconn.pipeline_sync()
            results = await _results(pgconn)
            pgconn.exit_pipeline_mode()
            whole = True
        finally:
            if not whole:
                pgconn.finish()
        for result in results:
            if result.status == pq.ExecStatus.FATAL_ERROR:
                raise errors.error_from_result(result)
        prepared.update(new)
        return _told(statements, new, results, transformer)


def _told(
    statements: Sequence[Statement],
    new: dict[str, bytes],
    results: list[pq.abc.PGresult],
    transformer: abc.Transformer,
) -> list[list[Row]]:
    told, rows = iter(results), []
    for statement in statements:
        if new.pop(statement.sql, None) is not None:
            # One that was just prepared answers to that first.
            next(told)
        rows.append(_rows(transformer, next(told)))
    return rows


async def _results(pgconn: pq.abc.PGconn) -> list[pq.abc.PGresult]:
    """Send what is queued and return everything that is answered to it."""
    loop = asyncio.get_running_loop()
    descriptor, news = pgconn.socket, asyncio.Event()
    results: list[pq.abc.PGresult] = []
    while pgconn.flush():
        await _writable(loop, descriptor, pgconn, news)
    loop.add_reader(descriptor, news.set)
    try:
        while True:
            await news.wait()
            news.clear()
            pgconn.consume_input()
            while not pgconn.is_busy():
                result = pgconn.get_result()
                if result is None:
                    continue
                if result.status == pq.ExecStatus.PIPELINE_SYNC:
                    return results
                results.append(result)
    finally:
        loop.remove_reader(descriptor)


async def _writable(
    loop: asyncio.AbstractEventLoop, descriptor: int, pgconn: pq.abc.PGconn, news: asyncio.Event
) -> None:
    """Wait until more can be sent; take what comes meanwhile, so that neither side is stuck."""
    loop.add_writer(descriptor, news.set)
    loop.add_reader(descriptor, news.set)
    try:
        await news.wait()
        news.clear()
        pgconn.consume_input()
    finally:
        loop.remove_writer(descriptor)
        loop.remove_reader(descriptor)


def _rows(transformer: abc.Transformer, result: pq.abc.PGresult) -> list[Row]:
    if not result.ntuples:
        return []
    transformer.set_pgresult(result)
    names = [(result.fname(number) or b"").decode() for number in range(result.nfields)]
    rows = transformer.load_rows(0, result.ntuples, tuple)
    return [dict(zip(names, row, strict=True)) for row in rows]
