"""The private link between workers: one calls, the other answers with a stream of messages.

Both sides prove that they hold the same secret, by sealing everything with keys derived from it
and from two fresh nonces: what is not one of ours is dropped at its first frame, nothing can be
read or replayed on the way. A frame is four bytes of length and a sealed JSON object.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import os
from collections.abc import AsyncGenerator, Callable
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from argo.completions.errors import LinkBroken

_NONCE_BYTES = 32
_MOST_FRAME_BYTES = 16 * 1024 * 1024
_HELLO_SECONDS = 3.0

Message = dict[str, Any]
Messages = AsyncGenerator[Message, None]
Answers = Callable[[Message], Messages]


class _Channel:
    """One connection after the greeting: sealed frames both ways, counted against replay."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        reading: bytes,
        writing: bytes,
    ) -> None:
        self._reader, self._writer = reader, writer
        self._opens, self._seals = AESGCM(reading), AESGCM(writing)
        self._read = self._written = 0

    async def send(self, message: Message) -> None:
        sealed = self._seals.encrypt(self._written.to_bytes(12, "big"), orjson.dumps(message), None)
        self._written += 1
        self._writer.write(len(sealed).to_bytes(4, "big") + sealed)
        await self._writer.drain()

    async def receive(self) -> Message:
        """Return the next message; raises `LinkBroken` when there is none or it is not ours."""
        try:
            size = int.from_bytes(await self._reader.readexactly(4), "big")
            if size > _MOST_FRAME_BYTES:
                raise LinkBroken
            sealed = await self._reader.readexactly(size)
            plain = self._opens.decrypt(self._read.to_bytes(12, "big"), sealed, None)
        except (asyncio.IncompleteReadError, OSError, InvalidTag) as error:
            raise LinkBroken from error
        self._read += 1
        message: Message = orjson.loads(plain)
        return message


class Link:
    """This worker's end of the link."""

    def __init__(self, secret: bytes) -> None:
        """Hold the installation's link `secret` (32 bytes)."""
        self._secret = secret
        self._server: asyncio.Server | None = None

    async def open(self, host: str, answers: Answers) -> str:
        """Listen on a free port of `host` and return the address, "host:port".

        Each call is given to `answers`, whose messages are sent back until it ends; when the
        caller hangs up it is closed.
        """

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(LinkBroken, TimeoutError, OSError):
                async with asyncio.timeout(_HELLO_SECONDS):
                    channel = await self._greeted(reader, writer, calling=False)
                    call = await channel.receive()
                await _answer(channel, reader, answers(call))
            writer.close()

        self._server = await asyncio.start_server(answer, host, 0)
        name = self._server.sockets[0].getsockname()
        return f"{name[0]}:{name[1]}"

    async def close(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()

    async def call(self, address: str, message: Message) -> Messages:
        """Send `message` to the worker at `address` and yield its answers to their end.

        Raises `LinkBroken` when the worker is away, or stops before the end.
        """
        host, _, port = address.rpartition(":")
        try:
            async with asyncio.timeout(_HELLO_SECONDS):
                reader, writer = await asyncio.open_connection(host, int(port))
        except (OSError, TimeoutError) as error:
            raise LinkBroken(retry_after=2) from error
        try:
            async with asyncio.timeout(_HELLO_SECONDS):
                channel = await self._greeted(reader, writer, calling=True)
                await channel.send(message)
            while (answer := await channel.receive()).get("end") is None:
                yield answer
        except (OSError, TimeoutError) as error:
            raise LinkBroken(retry_after=2) from error
        finally:
            writer.close()

    async def _greeted(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, calling: bool
    ) -> _Channel:
        mine = os.urandom(_NONCE_BYTES)
        writer.write(mine)
        try:
            theirs = await reader.readexactly(_NONCE_BYTES)
        except (asyncio.IncompleteReadError, OSError) as error:
            raise LinkBroken from error
        nonces = mine + theirs if calling else theirs + mine
        keys = [
            hmac.digest(self._secret, side + nonces, hashlib.sha256)
            for side in (b"answering", b"calling")
        ]
        reading, writing = keys if calling else reversed(keys)
        return _Channel(reader, writer, reading, writing)


async def _answer(channel: _Channel, reader: asyncio.StreamReader, messages: Messages) -> None:
    """Send `messages`, and stop as soon as the caller hangs up."""

    async def send_all() -> None:
        async with contextlib.aclosing(messages) as open_messages:
            async for message in open_messages:
                await channel.send(message)
        await channel.send({"end": True})

    sending = asyncio.create_task(send_all())
    hung_up = asyncio.create_task(reader.read(1))
    await asyncio.wait((sending, hung_up), return_when=asyncio.FIRST_COMPLETED)
    for task in (sending, hung_up):
        task.cancel()
    for task in (sending, hung_up):
        with contextlib.suppress(asyncio.CancelledError, LinkBroken, OSError):
            await task
