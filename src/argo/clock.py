"""Time, ids and randomness, passed in wherever a test needs to hold them still."""

from __future__ import annotations

import os
import secrets
import time
from datetime import UTC, datetime
from uuid import UUID


class Clock:
    """The machine's time and randomness; tests hand over a subclass that stands still."""

    def now(self) -> datetime:
        """Return the present instant, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never run backwards, for measuring waits."""
        return time.monotonic()

    def new_id(self) -> UUID:
        """Return a new identifier: UUID version 7 (RFC 9562), so that rows sort by time."""
        milliseconds = time.time_ns() // 1_000_000
        tail = int.from_bytes(os.urandom(10)) >> 6
        value = (milliseconds & (2**48 - 1)) << 80
        value |= 0x7 << 76 | (tail >> 62) << 64
        value |= 0b10 << 62 | (tail & (2**62 - 1))
        return UUID(int=value)

    def token(self) -> str:
        """Return 32 random bytes as URL-safe text (43 characters), for links and sessions."""
        return secrets.token_urlsafe(32)
