"""The bytes of a streaming answer: a head when it is time, events, and signs of life."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from starlette.types import Send

from argo.completions.types import Waiting
from argo.http.events import HEARTBEAT_SECONDS, comment

HEAD_SECONDS: Final = 0.5
"""How long an early error may still become a status of its own."""
DONE: Final = b"data: [DONE]\n\n"
_ALIVE: Final = comment("waiting")
_HEADERS: Final = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
}


class AnswerStream:
    """Writes events to one caller; the head goes out with the first of them."""

    def __init__(self, send: Send, headers: Mapping[str, str]) -> None:
        """Prepare; nothing is sent before the first `write`."""
        self._send = send
        self._headers = {**_HEADERS, **headers}
        self._written_at = 0.0
        self.opened = False
        """Whether the head is out, so that an error can only be an event."""

    async def write(self, events: bytes) -> None:
        """Send whole events or comment lines."""
        if not self.opened:
            self.opened = True
            raw = [(name.encode(), value.encode()) for name, value in self._headers.items()]
            await self._send({"type": "http.response.start", "status": 200, "headers": raw})
        self._written_at = asyncio.get_running_loop().time()
        await self._send({"type": "http.response.body", "body": events, "more_body": True})

    async def close(self) -> None:
        """End the answer."""
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    @asynccontextmanager
    async def kept_alive(self) -> AsyncIterator[None]:
        """Send the head soon, and a comment line now and then, while the block waits."""
        beating = asyncio.create_task(self._beat())
        try:
            yield
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)

    async def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(HEAD_SECONDS)
        if not self.opened:
            await self.write(_ALIVE)
        while True:
            silent_seconds = loop.time() - self._written_at
            if silent_seconds >= HEARTBEAT_SECONDS:
                await self.write(_ALIVE)
                silent_seconds = 0.0
            await asyncio.sleep(HEARTBEAT_SECONDS - silent_seconds)


def queued(place: Waiting) -> bytes:
    """Return the comment line that says where the question waits; clients skip it."""
    eta = "" if place.eta_seconds is None else f" eta={place.eta_seconds:.1f}"
    return comment(f"queued position={place.position}{eta}")
