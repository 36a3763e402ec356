"""The way back: an engine's stream to its reader, first token at once, then frames of 50 ms.

What comes within 50 ms travels together: it costs less, and the sizes of the packets then tell
less about the words (Whisper Leak; shared SECURITY § 2).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from argo.completions.frames import Chunk, EventReader
from argo.engines.client import EngineFault, EngineStream

FRAME_SECONDS = 0.05


async def batches(
    stream: EngineStream, *, frame_seconds: float
) -> AsyncGenerator[list[Chunk], None]:
    """Yield what `stream` sends as batches of chunks, each but the first `frame_seconds` apart.

    Ends at `[DONE]`, or at the end of the connection once a choice has finished (some engines
    leave `[DONE]` out). Raises `EngineFault` "broke" when it ends before, or sends garbage.
    """
    reader = EventReader()
    loop = asyncio.get_running_loop()
    finished, next_at = False, 0.0
    while not reader.done:
        data = await stream.read(next_at - loop.time())
        if not data:
            if finished:
                return
            raise EngineFault("broke")
        next_at = loop.time() + frame_seconds
        batch = reader.read(data)
        if not batch:
            continue
        finished = finished or any(
            choice.get("finish_reason") for chunk in batch for choice in chunk["choices"]
        )
        yield batch
    # So that its connection serves the next question.
    await stream.finish()
