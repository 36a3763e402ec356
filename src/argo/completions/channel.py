"""One connection between two workers: both prove the installation's secret, all is sealed.

Keys are derived from the secret and from two fresh nonces: what is not one of ours is dropped at
its first frame, nothing can be read or replayed on the way. A frame is four bytes of length and
a sealed JSON object.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from argo.completions.errors import LinkBroken

_NONCE_BYTES = 32
_MOST_FRAME_BYTES = 16 * 1024 * 1024

Message = dict[str, Any]


class Channel:
    """A connection after the greeting: sealed frames both ways, counted against replay."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        reading: bytes,
        writing: bytes,
    ) -> None:
        """Open what comes with the key `reading`, seal what goes with `writing`."""
        self._reader, self._writer = reader, writer
        self._opens, self._seals = AESGCM(reading), AESGCM(writing)
        self._read = self._written = 0

    def send(self, message: Message) -> None:
        """Seal `message` and have it go; what the other end has not taken yet is kept."""
        sealed = self._seals.encrypt(self._written.to_bytes(12, "big"), orjson.dumps(message), None)
        self._written += 1
        self._writer.write(len(sealed).to_bytes(4, "big") + sealed)

    async def sent(self) -> None:
        """Return when not much is left to go; raises `LinkBroken`."""
        try:
            await self._writer.drain()
        except OSError as error:
            raise LinkBroken from error

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

    def close(self) -> None:
        """Break the connection."""
        self._writer.close()


async def greeted(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, secret: bytes, *, calling: bool
) -> Channel:
    """Exchange nonces and return the sealed channel; raises `LinkBroken`."""
    mine = os.urandom(_NONCE_BYTES)
    writer.write(mine)
    try:
        theirs = await reader.readexactly(_NONCE_BYTES)
    except (asyncio.IncompleteReadError, OSError) as error:
        raise LinkBroken from error
    nonces = mine + theirs if calling else theirs + mine
    keys = [
        hmac.digest(secret, side + nonces, hashlib.sha256) for side in (b"answering", b"calling")
    ]
    reading, writing = keys if calling else reversed(keys)
    return Channel(reader, writer, reading, writing)
