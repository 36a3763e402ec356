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
        self._timer: asyncio.TimerHandle | None = None
        self._beating: asyncio.Future[None] | None = None
        self.opened = False
        """Whether the head is out, so that an error can only be an event."""

    async def write(self, events: bytes) -> None:
        """Send whole events or comment lines."""
        if not self.opened:
            await self._open()
        self._written_at = asyncio.get_running_loop().time()
        await self._send({"type": "http.response.body", "body": events, "more_body": True})

    async def end(self, events: bytes) -> None:
        """Send the last events and end the answer, in one piece."""
        if not self.opened:
            await self._open()
        await self._send({"type": "http.response.body", "body": events, "more_body": False})

    @asynccontextmanager
    async def kept_alive(self) -> AsyncIterator[None]:
        """Send the head soon, and a comment line now and then, while the block waits."""
        self._beat_in(HEAD_SECONDS)
        try:
            yield
        finally:
            if self._timer is not None:
                self._timer.cancel()
            if self._beating is not None:
                self._beating.cancel()
                await asyncio.gather(self._beating, return_exceptions=True)

    async def _open(self) -> None:
        self.opened = True
        raw = [(name.encode(), value.encode()) for name, value in self._headers.items()]
        await self._send({"type": "http.response.start", "status": 200, "headers": raw})

    def _beat_in(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._beat)

    def _beat(self) -> None:
        """One timer a stream: a task is made only when there is silence to fill."""
        silent_seconds = asyncio.get_running_loop().time() - self._written_at
        if not self.opened or silent_seconds >= HEARTBEAT_SECONDS:
            self._beating = asyncio.ensure_future(self.write(_ALIVE))
            silent_seconds = 0.0
        self._beat_in(HEARTBEAT_SECONDS - silent_seconds)


def queued(place: Waiting) -> bytes:
    """Return the comment line that says where the question waits; clients skip it."""
    eta = "" if place.eta_seconds is None else f" eta={place.eta_seconds:.1f}"
    return comment(f"queued position={place.position}{eta}")
