"""One connection to PostgreSQL that is always in pipeline mode, and the transactions on it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg import AsyncConnection, OperationalError, abc, errors, pq
from psycopg.adapt import PyFormat, Transformer

Row = dict[str, Any]
Context = tuple[str, str, str]
"""The role a transaction takes, and the institution and the owner it speaks for."""

TAKE_CONTEXT = (
    "SELECT set_config('role', $1, true), "
    "set_config('argo.institution_id', $2, true), set_config('argo.owner_id', $3, true)"
)
PREPARE_AGAIN = (errors.InvalidSqlStatementName, errors.FeatureNotSupported)
"""A prepared statement was forgotten, or what it reads has changed its form under it."""

_CONNECT_SECONDS = 3.0
_AGAIN_SECONDS = 0.2
_ANSWER_SECONDS = 10.0
# One whose asker left may go on for long: others rather go elsewhere.
_LEFT_WEIGHT = 1000


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement with `$1`, `$2`… for `params`, whose types its text makes plain."""

    sql: str
    params: Sequence[object] = ()


@dataclass(eq=False, slots=True)
class Transaction:
    """Statements that are run together, and the future that is told their rows."""

    context: Context
    statements: Sequence[Statement]
    told: asyncio.Future[list[list[Row]]] | None
    """None for one that only prepares a statement."""
    needs: list[Transaction] = field(default_factory=list)
    """Those that prepare its statements."""
    error: Exception | None = None
    sent_at: float = 0.0
    left: bool = False
    results: list[pq.abc.PGresult] = field(default_factory=list)


class Line:
    """A connection that is made when it is needed, and again when it broke."""

    def __init__(self, url: str) -> None:
        """Prepare, without connecting, a line to the libpq `url`."""
        self._url = url
        self._connection: AsyncConnection[Any] | None = None
        self._pgconn: pq.abc.PGconn | None = None
        self._descriptor = -1
        self._transformer: abc.Transformer = Transformer()
        self._prepared: dict[str, bytes] = {}
        self._made = 0
        self._queued: list[Transaction] = []
        self._running: deque[Transaction] = deque()
        self._connecting: asyncio.Task[None] | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._moved_at = 0.0
        self.load = 0
        """How much it has to do: transactions, and more for those that nobody waits for."""

    @property
    def connected(self) -> bool:
        """Whether the connection stands."""
        return self._pgconn is not None

    def ask(self, transaction: Transaction) -> None:
        """Run `transaction` after those that were asked before."""
        self.load += 1
        if self._pgconn is not None:
            self._send(self._pgconn, transaction)
            return
        self._queued.append(transaction)
        if self._connecting is None:
            self._connecting = asyncio.create_task(self._connect())

    def leave(self, transaction: Transaction) -> None:
        """Note that nobody waits for `transaction` any more; it runs to its end."""
        if not transaction.left and (transaction in self._running or transaction in self._queued):
            transaction.left = True
            self.load += _LEFT_WEIGHT

    def close(self) -> None:
        """Close the connection; what runs or waits on it fails."""
        if self._connecting is not None:
            self._connecting.cancel()
            self._connecting = None
        self._fail(OperationalError("the line is closed"))

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + _CONNECT_SECONDS
        while True:
            try:
                connection: AsyncConnection[Any] = await AsyncConnection.connect(
                    self._url, autocommit=True, connect_timeout=int(_CONNECT_SECONDS)
                )
                break
            except OperationalError as error:
                if loop.time() > until:
                    self._connecting = None
                    self._fail(error)
                    return
            await asyncio.sleep(_AGAIN_SECONDS)
        self._connecting = None
        self._connection, self._pgconn = connection, connection.pgconn
        self._transformer = Transformer(connection)
        self._prepared = {}
        self._descriptor = connection.pgconn.socket
        connection.pgconn.enter_pipeline_mode()
        loop.add_reader(self._descriptor, self._read)
        queued, self._queued = self._queued, []
        for transaction in queued:
            self.load -= 1
            self.ask(transaction)

    def _send(self, pgconn: pq.abc.PGconn, transaction: Transaction) -> None:
        loop = asyncio.get_running_loop()
        try:
            for sql in (TAKE_CONTEXT, *(each.sql for each in transaction.statements)):
                if sql not in self._prepared:
                    transaction.needs.append(self._prepare(pgconn, transaction.context, sql))
            self._take(pgconn, transaction.context)
            for statement in transaction.statements:
                self._query(pgconn, statement)
            self._sync(pgconn, transaction, loop.time())
        except OperationalError as error:
            self._running.append(transaction)
            self._fail(error)
            return
        if self._watch is None:
            self._watch = loop.call_later(_ANSWER_SECONDS, self._look)

    def _prepare(self, pgconn: pq.abc.PGconn, context: Context, sql: str) -> Transaction:
        """Prepare `sql` in a transaction of its own: others may count on it before it is done."""
        preparing = Transaction(context, (), None)
        if sql != TAKE_CONTEXT:
            self._take(pgconn, context)
        self._made += 1
        self._prepared[sql] = b"argo_%d" % self._made
        pgconn.send_prepare(self._prepared[sql], sql.encode())
        self.load += 1
        self._sync(pgconn, preparing, asyncio.get_running_loop().time())
        return preparing

    def _take(self, pgconn: pq.abc.PGconn, context: Context) -> None:
        """Take `context`: three texts, which need no adapting."""
        pgconn.send_query_prepared(
            self._prepared[TAKE_CONTEXT], [text.encode() for text in context]
        )

    def _query(self, pgconn: pq.abc.PGconn, statement: Statement) -> None:
        formats = [PyFormat.TEXT] * len(statement.params)
        params = self._transformer.dump_sequence(statement.params, formats)
        pgconn.send_query_prepared(self._prepared[statement.sql], params)

    def _sync(self, pgconn: pq.abc.PGconn, transaction: Transaction, now: float) -> None:
        transaction.sent_at = now
        pgconn.pipeline_sync()
        self._running.append(transaction)
        self._flush()

    def _flush(self) -> None:
        """Send what is queued, the rest as soon as the socket takes it."""
        if self._pgconn is None:
            return
        loop = asyncio.get_running_loop()
        if self._pgconn.flush():
            loop.add_writer(self._descriptor, self._flush)
        else:
            loop.remove_writer(self._descriptor)

    def _read(self) -> None:
        """Take what has come, and tell those whose transaction it ends."""
        pgconn, running = self._pgconn, self._running
        if pgconn is None:
            return
        try:
            pgconn.consume_input()
            while running and not pgconn.is_busy():
                result = pgconn.get_result()
                if result is None:
                    continue
                if result.status == pq.ExecStatus.PIPELINE_SYNC:
                    self._tell(running.popleft())
                else:
                    running[0].results.append(result)
        except OperationalError as error:
            self._fail(error)
            return
        if not running and pgconn.status == pq.ConnStatus.BAD:
            self._fail(OperationalError("the connection broke"))

    def _tell(self, transaction: Transaction) -> None:
        self._moved_at = asyncio.get_running_loop().time()
        self.load -= 1 + _LEFT_WEIGHT * transaction.left
        for result in transaction.results:
            if result.status == pq.ExecStatus.FATAL_ERROR:
                transaction.error = errors.error_from_result(result)
                break
        if isinstance(transaction.error, errors.InvalidSqlStatementName):
            # It was forgotten, or could not be prepared: then that is the fault to tell.
            faults = (each.error for each in transaction.needs if each.error is not None)
            transaction.error = next(faults, transaction.error)
        forgot = isinstance(transaction.error, PREPARE_AGAIN)
        if forgot or (transaction.error is not None and transaction.told is None):
            self._prepared.clear()
        if transaction.told is None or transaction.told.done():
            return
        if transaction.error is not None:
            transaction.told.set_exception(transaction.error)
            return
        transaction.told.set_result(
            [_rows(self._transformer, result) for result in transaction.results[1:]]
        )

    def _look(self) -> None:
        """Give the connection up when the database owes an answer for too long."""
        self._watch = None
        if not self._running:
            return
        loop = asyncio.get_running_loop()
        # A crowd may wait for long, as long as one after the other is answered.
        since = max(self._running[0].sent_at, self._moved_at)
        left = since + _ANSWER_SECONDS - loop.time()
        if left <= 0:
            self._fail(OperationalError("the database does not answer"))
        else:
            self._watch = loop.call_later(left, self._look)

    def _fail(self, error: Exception) -> None:
        """Let the connection go; those who wait learn of it, the next one connects anew."""
        connection, self._connection, self._pgconn = self._connection, None, None
        if connection is not None:
            loop = asyncio.get_running_loop()
            loop.remove_reader(self._descriptor)
            loop.remove_writer(self._descriptor)
            connection.pgconn.finish()
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        failed = (*self._running, *self._queued)
        self._running.clear()
        self._queued.clear()
        self.load = 0
        for transaction in failed:
            if transaction.told is not None and not transaction.told.done():
                transaction.told.set_exception(error)


def _rows(transformer: abc.Transformer, result: pq.abc.PGresult) -> list[Row]:
    if not result.ntuples:
        return []
    transformer.set_pgresult(result)
    names = [(result.fname(number) or b"").decode() for number in range(result.nfields)]
    rows = transformer.load_rows(0, result.ntuples, tuple)
    return [dict(zip(names, row, strict=True)) for row in rows]
