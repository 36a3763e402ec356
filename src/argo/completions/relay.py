"""The way back: an engine's stream to its reader, first token at once, then frames of 50 ms.

What comes within 50 ms travels together: it costs less, and the sizes of the packets then tell
less about the words (Whisper Leak; shared SECURITY § 2).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from argo.completions.chunks import Chunk, ChunkReader
from argo.engines.client import EngineFault, EngineStream

FRAME_SECONDS = 0.05
_STEP_SECONDS = 0.01
_EARLY_STEPS = 0.2

_Waiting = tuple[asyncio.Future[bytes], Callable[[], bytes]]


class Pace:
    """The beat that a worker's streams share: one timer wakes all whose frames fall together.

    Frames stand on a grid of 10 ms, so that a stream keeps its place on it, and thousands of
    streams ring a hundred timers a second, not twenty each.
    """

    def __init__(self) -> None:
        """Start with nobody waiting."""
        self._waiting: dict[int, list[_Waiting]] = {}

    def frame(self, now: float, take: Callable[[], bytes]) -> asyncio.Future[bytes]:
        """Return what `take` gives at the frame after the one sent at `now`, the loop's time.

        That is 40 to 50 ms later. All that fall together are taken first: then all send, and the
        server's own thread, which sleeps as soon as it has nothing to send, is woken once.
        """
        loop = asyncio.get_running_loop()
        # A timer may ring a little early; the next frame shall not come a step early for it.
        step = int((now + FRAME_SECONDS) / _STEP_SECONDS + _EARLY_STEPS)
        ringing: asyncio.Future[bytes] = loop.create_future()
        if (together := self._waiting.get(step)) is None:
            self._waiting[step] = [(ringing, take)]
            loop.call_at(step * _STEP_SECONDS, self._ring, step)
        else:
            together.append((ringing, take))
        return ringing

    def _ring(self, step: int) -> None:
        for ringing, take in self._waiting.pop(step):
            if not ringing.done():
                ringing.set_result(take())


class Answering:
    """What one engine's stream says, in batches of chunks at `pace` after the first.

    Between two frames nothing is read: what comes meanwhile is taken in one piece.
    """

    def __init__(self, stream: EngineStream, pace: Pace) -> None:
        """Read `stream`."""
        self._stream, self._pace = stream, pace
        self._reader = ChunkReader()
        self._loop = asyncio.get_running_loop()
        self._read_at: float | None = None
        self._finished = False
        self.ended = False
        """Whether the engine has said all, so that nothing comes after the last batch."""

    async def batch(self) -> list[Chunk]:
        """Return what comes next, [] at the end.

        That is `[DONE]`, or the end of the connection once a choice has finished (some engines
        leave `[DONE]` out). Raises `EngineFault` "broke" when it ends before, or sends garbage.
        """
        while not self.ended:
            data = b""
            if self._read_at is not None:
                data = await self._pace.frame(self._read_at, self._stream.take)
            data = data or await self._stream.read()
            if not data:
                if not self._finished:
                    raise EngineFault("broke")
                self.ended = True
                break
            self._read_at = self._loop.time()
            batch = self._reader.read(data)
            if self._reader.done:
                # So that its connection serves the next question.
                await self._stream.finish()
                self.ended = True
            if batch:
                self._finished = self._finished or any(map(_finishes, batch))
                return batch
        return []


def _finishes(chunk: Chunk) -> bool:
    return "run" not in chunk and any(choice.get("finish_reason") for choice in chunk["choices"])
