"""Server-sent events (WHATWG HTML, 9.2), and the answer that carries them.

The source is closed exactly once, whichever way the answer ends; a source that is silent is
covered by comments, so that no proxy takes the silence for an end.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Mapping

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from argo.http.json_body import CallerLeft
from argo.http.presence import while_present

HEARTBEAT_SECONDS = 15.0
_HEARTBEAT = b": \n\n"


def event(number: int, name: str, data: Mapping[str, object]) -> bytes:
    """Return one event of the page's streams, with its number."""
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (number, name.encode(), orjson.dumps(dict(data)))


def comment(text: str) -> bytes:
    """Return a comment line, which clients skip; `text` must be one line."""
    return f": {text}\n\n".encode()


async def with_heartbeat(
    source: AsyncGenerator[bytes, None], seconds: float = HEARTBEAT_SECONDS
) -> AsyncGenerator[bytes, None]:
    """Yield what `source` yields, and a comment after each `seconds` of its silence."""
    async with contextlib.aclosing(source):
        waiting = asyncio.ensure_future(anext(source))
        try:
            while True:
                done, _ = await asyncio.wait((waiting,), timeout=seconds)
                if not done:
                    yield _HEARTBEAT
                    continue
                try:
                    part = waiting.result()
                except StopAsyncIteration:
                    return
                yield part
                waiting = asyncio.ensure_future(anext(source))
        finally:
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)


class EventStream(Response):
    """An answer of server-sent events; when the caller leaves, its source is closed at once."""

    media_type = "text/event-stream"

    def __init__(
        self, source: AsyncGenerator[bytes, None], headers: Mapping[str, str] | None = None
    ) -> None:
        """Answer with what `source` yields."""
        self.source = source
        self.status_code = 200
        self.background = None
        self.body = b""
        quiet = {"cache-control": "no-store", "x-accel-buffering": "no", **(headers or {})}
        self.init_headers(quiet)
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events until the source or the caller ends."""
        with contextlib.suppress(CallerLeft):
            await while_present(receive, self._send(send))

    async def _send(self, send: Send) -> None:
        async with contextlib.aclosing(self.source) as parts:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            async for part in parts:
                await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
