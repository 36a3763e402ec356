"""Wait for what a test can only look at."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

Found = TypeVar("Found")


async def soon(look: Callable[[], Awaitable[Found | None]], seconds: float = 10.0) -> Found:
    """Return what `look` finds first that counts, looking for at most `seconds`."""
    async with asyncio.timeout(seconds):
        while not (found := await look()):
            await asyncio.sleep(0.02)
    return found
