"""Writes the tokens: every few milliseconds, each stream's that are due, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from argo.simulation.decode import Wheel
from argo.simulation.frames import Cut, Frame, Half, Last, Stall
from argo.simulation.stream import State, Stream
from argo.simulation.wire import Connection, Reply

TICK_SECONDS = 0.005
LONGEST_TURN_SECONDS = 1.0
"""A process that was itself held up does not catch up on more than this."""

OVER = Last(b"")


class Decoder:
    """The streams that are being written, those that are held, and the clock of both."""

    def __init__(
        self,
        rate: Callable[[], float],
        held: Callable[[Stream], None],
        ended: Callable[[Connection, State], None],
    ) -> None:
        """Write at `rate()` tokens a second for each stream; tell of those held and ended."""
        self._rate = rate
        self._tell_held = held
        self._ended = ended
        self._wheel: Wheel[Stream] = Wheel()
        self._parked: dict[Stream, None] = {}
        self._held = False
        self._ticker: asyncio.TimerHandle | None = None
        self._turned_at_seconds = 0.0

    def write(self, stream: Stream) -> None:
        """Write a stream's next token now and the others in their time, unless all are held."""
        if self._held:
            self._park(stream)
            return
        stream.state = "running"
        loop = asyncio.get_running_loop()
        self._wheel.join(stream)
        if self._ticker is None:
            self._turned_at_seconds = loop.time()
            self._ticker = loop.call_later(TICK_SECONDS, self._tick)
        if stream.first_at_seconds is None:
            stream.first_at_seconds = loop.time()
        self._step(stream, 1)

    def leave(self, stream: Stream) -> None:
        """Write no more of this stream."""
        self._wheel.leave(stream)
        self._parked.pop(stream, None)

    def hold(self) -> None:
        """Write no more of any stream until `release`."""
        self._held = True
        for stream in self._wheel.sequences():
            self._park(stream)

    def release(self) -> None:
        """Write on, where streams were held or had stalled."""
        self._held = False
        parked, self._parked = list(self._parked), {}
        for stream in parked:
            self.write(stream)

    def _park(self, stream: Stream) -> None:
        self._wheel.leave(stream)
        self._parked[stream] = None
        stream.state = "held"
        self._tell_held(stream)

    def stop(self) -> None:
        """Stop the clock."""
        if self._ticker is not None:
            self._ticker.cancel()

    def _tick(self) -> None:
        """Write every token that is due by now."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        seconds = min(now - self._turned_at_seconds, LONGEST_TURN_SECONDS)
        self._turned_at_seconds = now
        for streams, steps in self._wheel.turn(seconds * self._rate()):
            if steps > 1:
                for stream in streams:
                    self._step(stream, steps)
                continue
            for stream in streams:
                connection = stream.connection
                if connection.slow:
                    continue
                frame = next(stream.frames, OVER)
                if frame.__class__ is not bytes:
                    self._act(stream, frame)
                    continue
                stream.steps += 1
                if frame:
                    connection.send(frame)
        self._ticker = loop.call_later(TICK_SECONDS, self._tick) if self._wheel else None

    def _step(self, stream: Stream, steps: int) -> None:
        """Write `steps` tokens of one stream, together."""
        if stream.connection.slow:
            return
        parts: list[bytes] = []
        happens: Frame = b""
        for _ in range(steps):
            happens = next(stream.frames, OVER)
            if not isinstance(happens, bytes):
                break
            stream.steps += 1
            if happens:
                parts.append(happens)
        if parts:
            stream.connection.send_several(parts)
        if not isinstance(happens, bytes):
            self._act(stream, happens)

    def _act(self, stream: Stream, happens: Frame) -> None:
        """Do what is not an ordinary token."""
        if isinstance(happens, Last):
            stream.steps += 1
            self._ended(stream.connection, "complete")
            if stream.question.stream:
                stream.connection.end(happens.data)
            else:
                stream.connection.reply(Reply(200, happens.data))
        elif isinstance(happens, Half):
            stream.connection.send(happens.data)
        elif isinstance(happens, Cut):
            self._ended(stream.connection, "broken")
            stream.connection.close()
        elif isinstance(happens, Stall):
            if happens.seconds is None:
                self._park(stream)
            else:
                self._wheel.leave(stream)
                loop = asyncio.get_running_loop()
                stream.timer = loop.call_later(happens.seconds, self.write, stream)
