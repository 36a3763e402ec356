"""A client that sees bytes: what a fault looks like before any library has smoothed it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import orjson

PATIENCE_SECONDS = 10.0


@dataclass
class RawAnswer:
    """What came, read by read."""

    reads: list[bytes] = field(default_factory=list)

    @property
    def all(self) -> bytes:
        """Return everything, head included."""
        return b"".join(self.reads)

    @property
    def status(self) -> int:
        """Return the HTTP status."""
        return int(self.all.split(b" ", 2)[1])

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers, names in lower case."""
        lines = self.all.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
        return {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}

    @property
    def body(self) -> bytes:
        """Return the body, its chunks joined as far as they came."""
        body = self.all.partition(b"\r\n\r\n")[2]
        if self.headers.get("transfer-encoding") != "chunked":
            return body
        joined = b""
        while body:
            size, _, body = body.partition(b"\r\n")
            joined += body[: int(size, 16)]
            body = body[int(size, 16) + 2 :]
        return joined

    @property
    def ended_well(self) -> bool:
        """Tell whether the stream's last chunk came."""
        return self.all.endswith(b"0\r\n\r\n")

    @property
    def texts(self) -> list[str]:
        """Return the words of the stream's chunks, one for each chunk that has some."""
        events = [event[6:] for event in self.body.split(b"\n\n") if event.startswith(b"data: {")]
        deltas = [choice["delta"] for event in events for choice in orjson.loads(event)["choices"]]
        return [delta["content"] for delta in deltas if delta.get("content")]


async def ask(url: str, **body: Any) -> RawAnswer:
    """Ask one chat question and read until the connection ends."""
    answer = RawAnswer()
    async with connected(url, **body) as (reader, _), asyncio.timeout(PATIENCE_SECONDS):
        with suppress(ConnectionResetError):
            while data := await reader.read(1_000_000):
                answer.reads.append(data)
    return answer


@asynccontextmanager
async def connected(
    url: str, **body: Any
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Send one chat question, streamed unless `body` says otherwise; leave when the block ends."""
    at = urlsplit(url)
    reader, writer = await asyncio.open_connection(at.hostname, at.port, limit=2**24)
    question = {"messages": [{"role": "user", "content": "Bonjour"}], "stream": True} | body
    sent = orjson.dumps(question)
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: {at.netloc}\r\nconnection: close\r\n"
    writer.write(f"{head}content-length: {len(sent)}\r\n\r\n".encode() + sent)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
