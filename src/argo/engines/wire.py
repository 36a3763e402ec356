"""HTTP/1.1 to engines, lean: a connection is read only when its reader asks.

Between two reads the transport is paused, so that what an engine sends token by token is taken
from the kernel in one piece, parsed once and relayed once; and a reader that is slow holds the
engine back instead of filling memory. llhttp (httptools) parses.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import cast
from urllib.parse import urlsplit

import httptools

_MOST_HEAD_BYTES = 64 * 1024
# Below what malloc maps anew each time: a larger buffer costs five times the read itself.
_MOST_READ_BYTES = 64 * 1024
_MOST_READS = 4
_IDLE_SECONDS = 15.0
_IDLE_CONNECTIONS = 256


class WireBroke(Exception):
    """The connection could not be made, broke, or did not carry HTTP."""


@dataclass(frozen=True)
class Origin:
    """Where a connection goes."""

    host: str
    port: int
    secure: bool

    @staticmethod
    @lru_cache(maxsize=256)
    def of(url: str) -> Origin:
        """Return the origin of `url`."""
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        return Origin(parts.hostname or "", parts.port or (443 if secure else 80), secure)

    @property
    def header(self) -> str:
        """The `Host` header (RFC 9110, 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port in (80, 443) else f"{host}:{self.port}"


class Connection(asyncio.Protocol):
    """One connection; carries one exchange at a time. httptools calls the `on_` methods."""

    def __init__(self) -> None:
        """Wait for the transport."""
        self.status = 0
        self.headers: dict[bytes, bytes] = {}
        self.complete = False
        self.answered = False
        """Whether a byte of the present answer has come."""
        self._transport: asyncio.Transport | None = None
        self._descriptor: int | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._body: list[bytes] = []
        self._head_bytes = 0
        self._head_done = False
        self._keeps = False
        self._lost = False
        self._news: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport, and read nothing yet."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.pause_reading()
        if transport.get_extra_info("sslcontext") is None:
            # A descriptor of its own: the transport's number may be another's once it closes.
            self._descriptor = os.dup(transport.get_extra_info("socket").fileno())

    def data_received(self, data: bytes) -> None:
        """Parse what came and wake the reader; what nobody asked for ends the connection."""
        if self.complete:
            self.abort()
            return
        self.answered = True
        if not self._head_done:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
            if not self._head_done and self._head_bytes > _MOST_HEAD_BYTES:
                self.abort()
        except httptools.HttpParserError:
            self.abort()
        self._tell()

    def eof_received(self) -> None:
        """An answer without a length ends with the connection (RFC 9112, 6.3)."""
        if self._head_done and not self.complete and not self._framed():
            self.complete = True

    def connection_lost(self, exc: Exception | None) -> None:
        """Wake the reader: nothing more comes."""
        self._lost = True
        self._let_go()
        self._tell()

    def on_message_begin(self) -> None:
        """Stop at a second answer: nobody asked for it. One may be announced (RFC 9110, 15.2)."""
        if self.complete:
            raise WireBroke

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header, its name in lower case."""
        self.headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        """The head has come."""
        self.status = self._parser.get_status_code()
        self._head_done = self.status >= 200

    def on_body(self, body: bytes) -> None:
        """Keep a piece of the body for the reader."""
        self._body.append(body)

    def on_message_complete(self) -> None:
        """The answer is whole."""
        if self._head_done and not self.complete:
            self.complete = True
            # Asked here: llhttp forgets what the answer said once it has told of its end.
            self._keeps = bool(self._parser.should_keep_alive())

    def send(self, request: bytes) -> None:
        """Send a request and make ready for its answer."""
        assert self._transport is not None
        self.status, self.headers, self._head_bytes = 0, {}, 0
        self.complete = self.answered = self._head_done = self._keeps = False
        self._parser = httptools.HttpResponseParser(self)
        self._transport.write(request)

    async def head(self) -> None:
        """Wait until the head of the answer has come; raises `WireBroke`."""
        while not self._head_done:
            if self._lost:
                raise WireBroke
            await self._more()

    def take(self) -> bytes:
        """Return what has come of the body so far, without waiting; b"" when nothing has.

        Where nothing is encrypted it is taken straight from the kernel: to have the transport
        read it costs three system calls more.
        """
        if not self._body:
            for _ in range(_MOST_READS):
                if not self._read_full():
                    break
        if not self._body:
            return b""
        body = b"".join(self._body)
        self._body.clear()
        return body

    def _read_full(self) -> bool:
        """Read once from the kernel; returns whether that filled the buffer, and more may wait."""
        if self._descriptor is None or self.complete or self._lost:
            return False
        try:
            data = os.read(self._descriptor, _MOST_READ_BYTES)
        except OSError:
            return False
        if data:
            self.data_received(data)
        return len(data) == _MOST_READ_BYTES

    async def read(self) -> bytes:
        """Return what has come of the body, at least a byte; b"" at its end.

        Raises `WireBroke` when the connection ends before the answer does, or `expire` is called.
        """
        while not (body := self.take()):
            if self.complete:
                return b""
            if self._lost:
                raise WireBroke
            await self._more()
        return body

    def expire(self) -> None:
        """Have the reader, who waits in vain, give up."""
        self._lost = True
        self._tell()
        self.abort()

    def abort(self) -> None:
        """Close at once; the engine sees its caller leave."""
        self._keeps = False
        self._let_go()
        if self._transport is not None:
            self._transport.abort()

    @property
    def reusable(self) -> bool:
        """Whether another exchange may follow this one: all was read, and nothing more came."""
        return self.complete and not self._body and self._keeps and not self._lost

    @property
    def lost(self) -> bool:
        """Whether the connection is gone."""
        return self._lost

    def watch(self) -> None:
        """Notice, while idle, that the other side closes."""
        self._open_tap()

    def rest(self) -> None:
        """Read no more until asked."""
        if self._transport is not None and not self._lost:
            self._transport.pause_reading()

    def _framed(self) -> bool:
        return b"transfer-encoding" in self.headers or b"content-length" in self.headers

    async def _more(self) -> None:
        """Let the transport read until something comes."""
        self._news = asyncio.get_running_loop().create_future()
        self._open_tap()
        try:
            await self._news
        finally:
            self._news = None
            self.rest()

    def _let_go(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _open_tap(self) -> None:
        if self._transport is not None and not self._lost:
            self._transport.resume_reading()

    def _tell(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)


class Wire:
    """Connections to engines, kept a while between exchanges."""

    def __init__(self, *, connect_seconds: float) -> None:
        """Give each connection `connect_seconds` to be made."""
        self._connect_seconds = connect_seconds
        self._idle: dict[Origin, list[tuple[float, Connection]]] = {}
        self._tls = ssl.create_default_context()

    def close(self) -> None:
        """Close the idle connections."""
        for kept in self._idle.values():
            for _, connection in kept:
                connection.abort()
        self._idle.clear()

    async def exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Connection:
        """Send a request and return its connection once the head of the answer has come.

        Give it back with `release`. A kept connection that the engine had closed meanwhile is
        replaced once, unseen. Raises `WireBroke`.
        """
        origin = Origin.of(url)
        request = _request(method, url, origin, headers, body)
        kept = self._kept(origin)
        if kept is not None:
            try:
                return await self._answered(kept, request)
            except WireBroke:
                if kept.answered:
                    raise
        return await self._answered(await self._connect(origin), request)

    def release(self, url: str, connection: Connection) -> None:
        """Keep `connection` for the next exchange if its answer was read whole, else close it."""
        origin = Origin.of(url)
        kept = self._idle.setdefault(origin, [])
        if connection.reusable and len(kept) < _IDLE_CONNECTIONS:
            connection.watch()
            kept.append((asyncio.get_running_loop().time(), connection))
        else:
            connection.abort()

    async def _answered(self, connection: Connection, request: bytes) -> Connection:
        try:
            connection.send(request)
            await connection.head()
        except BaseException:
            connection.abort()
            raise
        return connection

    def _kept(self, origin: Origin) -> Connection | None:
        kept = self._idle.get(origin, [])
        now = asyncio.get_running_loop().time()
        while kept:
            since, connection = kept.pop()
            if not connection.lost and now - since < _IDLE_SECONDS:
                connection.rest()
                return connection
            connection.abort()
        return None

    async def _connect(self, origin: Origin) -> Connection:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._connect_seconds):
                _, connection = await loop.create_connection(
                    Connection,
                    origin.host,
                    origin.port,
                    ssl=self._tls if origin.secure else None,
                )
        except (OSError, TimeoutError) as error:
            raise WireBroke from error
        return connection


def _request(
    method: str, url: str, origin: Origin, headers: Mapping[str, str], body: bytes
) -> bytes:
    parts = urlsplit(url)
    lines = [
        f"{method} {parts.path or '/'} HTTP/1.1",
        f"host: {origin.header}",
        f"content-length: {len(body)}",
        "accept-encoding: identity",
        "user-agent: argo",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(lines).encode("ascii") + b"\r\n\r\n" + body
