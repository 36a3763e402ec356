"""HTTP/1.1 on a raw transport: as little work for a token as Python allows.

A web framework costs several times what writing a token to a socket costs; this engine must
not be what a measurement measures. Only what engines need is here: requests with a length or
in chunks, whole answers, streams in chunks, keep-alive, and noticing a client that leaves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol, cast

MAX_HEAD_BYTES = 65_536
MAX_BODY_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Request:
    """One request: header names in lower case, the body whole."""

    method: str
    path: str
    """Without the query."""
    headers: dict[str, str]
    body: bytes
    keep_alive: bool


@dataclass(frozen=True)
class Reply:
    """One whole answer."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()

    def head(self) -> bytes:
        """Return the status line and the headers, with their end."""
        headers = (("content-length", str(len(self.body))), *self.headers)
        return _head(self.status, self.content_type, headers)


def stream_head(content_type: str) -> bytes:
    """Return the status line and the headers of a stream in chunks."""
    return _head(200, content_type, (("transfer-encoding", "chunked"),))


def _head(status: int, content_type: str, headers: tuple[tuple[str, str], ...]) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", "server: argo-simulation"]
    lines += [f"content-type: {content_type}", *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class Answerer(Protocol):
    """Who answers what a connection reads."""

    def answer(self, connection: Connection, request: Request) -> None:
        """Answer `request` on `connection`, now or later."""

    def left(self, connection: Connection) -> None:
        """Learn that the client of `connection` is gone."""


class Malformed(Exception):
    """What came is not HTTP, or too large; the argument is the status to answer with."""


class Connection(asyncio.Protocol):
    """One client's connection: one request at a time, the next one after its answer's end."""

    def __init__(self, answerer: Answerer) -> None:
        """Answer through `answerer`."""
        self._answerer = answerer
        self._transport: asyncio.Transport
        self._received = bytearray()
        self._busy = False
        self._keep_alive = True
        self.slow = False
        """The client does not read as fast as it is written to."""
        self.gone = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport (asyncio calls this)."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass
        self._write: Callable[[bytes], None] = self._transport.write

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the answerer that the client is gone (asyncio calls this)."""
        self.gone = True
        self._answerer.left(self)

    def pause_writing(self) -> None:
        """Note a client that does not read (asyncio calls this)."""
        self.slow = True

    def resume_writing(self) -> None:
        """Note that it reads again (asyncio calls this)."""
        self.slow = False

    def data_received(self, data: bytes) -> None:
        """Gather a request and have it answered (asyncio calls this)."""
        self._received += data
        if len(self._received) > MAX_HEAD_BYTES + MAX_BODY_BYTES:
            self.close()
        elif not self._busy:
            self._read()

    def reply(self, reply: Reply) -> None:
        """Answer whole."""
        self._write(reply.head() + reply.body)
        self._over()

    def send_raw(self, data: bytes) -> None:
        """Write bytes as they are: a head, or half of one."""
        self._write(data)

    def send(self, data: bytes) -> None:
        """Write one chunk of a stream."""
        self._write(b"%x\r\n%b\r\n" % (len(data), data))

    def send_several(self, parts: list[bytes]) -> None:
        """Write several chunks of a stream at once."""
        self._write(b"".join([b"%x\r\n%b\r\n" % (len(part), part) for part in parts]))

    def end(self, data: bytes = b"") -> None:
        """Write the last chunk, if there is one more, and the end of the stream."""
        self._write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(data), data) if data else b"0\r\n\r\n")
        self._over()

    def close(self) -> None:
        """Break the connection after what was written, whatever the answer's state."""
        if not self.gone:
            self._transport.close()

    def abort(self) -> None:
        """Break the connection at once; what was not sent yet is dropped."""
        self._transport.abort()

    def _over(self) -> None:
        self._busy = False
        if not self._keep_alive:
            self.close()
        elif self._received and not self.gone:
            asyncio.get_running_loop().call_soon(self._read_next)

    def _read_next(self) -> None:
        if not self._busy and not self.gone:
            self._read()

    def _read(self) -> None:
        try:
            request = self._take()
        except Malformed as fault:
            self._keep_alive = False
            self.reply(Reply(int(str(fault)), b'{"error":{"message":"malformed request"}}'))
            return
        if request is not None:
            self._busy = True
            self._keep_alive = request.keep_alive
            self._answerer.answer(self, request)

    def _take(self) -> Request | None:
        """Cut one whole request off what was received; None while there is none."""
        end = self._received.find(b"\r\n\r\n")
        if end > MAX_HEAD_BYTES or (end < 0 and len(self._received) > MAX_HEAD_BYTES):
            raise Malformed("431")
        if end < 0:
            return None
        method, path, version, headers = _read_head(bytes(self._received[:end]))
        cut = _body(self._received, end + 4, headers)
        if cut is None:
            waits = headers.get("expect", "").lower() == "100-continue"
            if waits and len(self._received) == end + 4:
                self._write(b"HTTP/1.1 100 Continue\r\n\r\n")
            return None
        body, used = cut
        del self._received[:used]
        keep_alive = version == "HTTP/1.1" and headers.get("connection", "").lower() != "close"
        return Request(method, path.partition("?")[0], headers, body, keep_alive)


def _read_head(head: bytes) -> tuple[str, str, str, dict[str, str]]:
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3 or words[2] not in ("HTTP/1.1", "HTTP/1.0"):
        raise Malformed("400")
    headers = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon:
            raise Malformed("400")
        headers[name.lower()] = value.strip()
    return words[0], words[1], words[2], headers


def _body(received: bytearray, start: int, headers: dict[str, str]) -> tuple[bytes, int] | None:
    """Return a request's body and where it ends; None while it is not all there."""
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return _chunked_body(received, start)
    length = headers.get("content-length", "0")
    if not length.isdecimal():
        raise Malformed("400")
    if int(length) > MAX_BODY_BYTES:
        raise Malformed("413")
    end = start + int(length)
    return (bytes(received[start:end]), end) if len(received) >= end else None


def _chunked_body(received: bytearray, start: int) -> tuple[bytes, int] | None:
    parts, at = [], start
    while True:
        line = received.find(b"\r\n", at)
        if line < 0:
            return None
        try:
            size = int(bytes(received[at:line]).partition(b";")[0], 16)
        except ValueError:
            raise Malformed("400") from None
        if len(received) < line + 2 + size + 2:
            return None
        parts.append(bytes(received[line + 2 : line + 2 + size]))
        at = line + 2 + size + 2
        if size == 0:
            return b"".join(parts), at
