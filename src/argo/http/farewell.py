"""A worker's leave: who asks meanwhile is told that the connection ends with the answer.

A server that closes a connection just after an answer meets the client's next question halfway,
and that question is lost. Nobody is to be met: until the answers begun before have ended, the
worker goes on taking questions, and says with each that its connection will not be used again.
"""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LINGER_SECONDS = 2.0
"""How soon after an answer, that could not say farewell any more, its reader asks again."""


class Farewell:
    """Passes requests on; after `begin` with the word that the connection closes."""

    def __init__(self, asgi: ASGIApp) -> None:
        """Stand before `asgi`."""
        self._asgi = asgi
        self._leaving = False
        self._begun_before = 0
        self._ended = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if self._leaving:
            await self._asgi(scope, receive, _closing(send))
            return
        self._begun_before += 1
        try:
            await self._asgi(scope, receive, send)
        finally:
            self._begun_before -= 1
            self._ended.set()

    async def begin(self, most_seconds: float) -> None:
        """Say farewell from now on; return when what began before has ended, or in time.

        Who got the last of those answers knows nothing of the farewell, and may be asking again:
        they are waited for, and told with that answer.
        """
        self._leaving = True
        try:
            async with asyncio.timeout(most_seconds):
                while self._begun_before:
                    self._ended.clear()
                    await self._ended.wait()
                await asyncio.sleep(_LINGER_SECONDS)
        except TimeoutError:
            return


def _closing(send: Send) -> Send:
    async def closing(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [*message.get("headers", ()), (b"connection", b"close")]
            message = {**message, "headers": headers}
        await send(message)

    return closing
