"""The way back: an engine's stream to its reader, first token at once, then frames of 50 ms.

What comes within 50 ms travels together: it costs less, and the sizes of the packets then tell
less about the words (Whisper Leak; shared SECURITY § 2).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from argo.completions.chunks import Chunk, ChunkReader
from argo.engines.client import EngineFault, EngineStream

FRAME_SECONDS = 0.05
_STEP_SECONDS = 0.01
_EARLY_STEPS = 0.2


class Pace:
    """The beat that a worker's streams share: one timer wakes all whose frames fall together.

    Frames stand on a grid of 10 ms, so that a stream keeps its place on it, and thousands of
    streams ring a hundred timers a second, not twenty each.
    """

    def __init__(self) -> None:
        """Start with nobody waiting."""
        self._waiting: dict[int, list[asyncio.Future[None]]] = {}

    async def frame(self, now: float) -> None:
        """Wait until the frame after the one sent at `now`, the loop's time: 40 to 50 ms."""
        loop = asyncio.get_running_loop()
        # A timer may ring a little early; the next frame shall not come a step early for it.
        step = int((now + FRAME_SECONDS) / _STEP_SECONDS + _EARLY_STEPS)
        ringing = loop.create_future()
        if (together := self._waiting.get(step)) is None:
            self._waiting[step] = [ringing]
            loop.call_at(step * _STEP_SECONDS, self._ring, step)
        else:
            together.append(ringing)
        await ringing

    def _ring(self, step: int) -> None:
        for ringing in self._waiting.pop(step):
            if not ringing.done():
                ringing.set_result(None)


async def batches(stream: EngineStream, pace: Pace) -> AsyncGenerator[list[Chunk], None]:
    """Yield what `stream` sends as batches of chunks, at `pace` after the first.

    Between two frames nothing is read: what comes meanwhile is taken in one piece. Ends at
    `[DONE]`, or at the end of the connection once a choice has finished (some engines leave
    `[DONE]` out). Raises `EngineFault` "broke" when it ends before, or sends garbage.
    """
    reader = ChunkReader()
    loop = asyncio.get_running_loop()
    finished = False
    while not reader.done:
        data = await stream.read()
        if not data:
            if finished:
                return
            raise EngineFault("broke")
        now = loop.time()
        if batch := reader.read(data):
            finished = finished or any(map(_finishes, batch))
            # All that fall together read first, then all send: the server's own thread, which
            # sleeps as soon as it has nothing to send, is woken once for all of them.
            await asyncio.sleep(0)
            yield batch
        if not reader.done:
            await pace.frame(now)
    # So that its connection serves the next question.
    await stream.finish()


def _finishes(chunk: Chunk) -> bool:
    return "run" not in chunk and any(choice.get("finish_reason") for choice in chunk["choices"])
