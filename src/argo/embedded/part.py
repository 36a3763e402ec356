"""One child process under watch: started, started again when it ends, stopped in good order."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from argo.clock import Clock
from argo.embedded.spawn import read_lines
from argo.embedded.types import Say

READY = "argo: ready"
"""The line by which one of our own programs says that it answers."""

_FIRST_PAUSE_SECONDS = 0.2
_MOST_PAUSE_SECONDS = 30.0
_STEADY_SECONDS = 5.0
_KILL_SECONDS = 5.0

Spawn = Callable[[], Awaitable[asyncio.subprocess.Process]]
Probe = Callable[[], Awaitable[None]]


class PartEnded(Exception):
    """A part ended before it ever answered; the text says how, with its last words.

    `code` is what it returned, negative for a signal, None when it could not be started.
    """

    def __init__(self, how: str, code: int | None, last_line: str) -> None:
        """Say how it ended."""
        super().__init__(how)
        self.code = code
        self.last_line = last_line


@dataclass(frozen=True)
class PartState:
    """How a part stands: `waiting` is between its end and its next start."""

    name: str
    state: Literal["starting", "ready", "waiting", "stopped"]
    pid: int | None
    starts: int


class Part:
    """A child process that shall run until `stop`."""

    def __init__(
        self,
        name: str,
        spawn: Spawn,
        *,
        hear: Callable[[bytes], None],
        say: Say,
        clock: Clock,
        goodbyes: Sequence[tuple[signal.Signals, float]],
        at_once: signal.Signals = signal.SIGKILL,
        probe: Probe | None = None,
    ) -> None:
        """Prepare to start it with `spawn`.

        `hear` gets each line it writes. `probe` returns when it answers; without one it writes
        `READY`. `goodbyes` are the signals that ask it to end, each with the seconds it has;
        `at_once` ends it now.
        """
        self.name = name
        self._spawn, self._probe = spawn, probe
        self._hear, self._say, self._clock = hear, say, clock
        self._goodbyes, self._at_once = goodbyes, at_once
        self._process: asyncio.subprocess.Process | None = None
        self._ready, self._ended, self._stop = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._how = self._last_line = ""
        self._starts = 0
        self._watching: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start it, and start it again whenever it ends."""
        self._watching = asyncio.create_task(self._watch(), name=f"watch {self.name}")

    async def answers(self) -> None:
        """Return when it answers for the first time; raises `PartEnded` when it ends before."""
        assert self._watching is not None
        waits = {asyncio.create_task(event.wait()) for event in (self._ready, self._ended)}
        try:
            await asyncio.wait({*waits, self._watching}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if not self._ready.is_set():
            code = None if self._process is None else self._process.returncode
            raise PartEnded(self._how, code, self._last_line)

    async def stop(self, goodbyes: Sequence[tuple[signal.Signals, float]] = ()) -> None:
        """Ask it to end, by `goodbyes` or its own, as often as it needs; return when it has."""
        self._stop.set()
        if self._watching is None:
            return
        last_words = ((self._at_once, _KILL_SECONDS), (signal.SIGKILL, _KILL_SECONDS))
        for number, seconds in (*(goodbyes or self._goodbyes), *last_words):
            self.send(number)
            done, _ = await asyncio.wait((self._watching,), timeout=seconds)
            if done:
                return
        # It is not there yet, or not even SIGKILL ends it: it dies with this process.
        self._watching.cancel()

    def end_now(self) -> None:
        """End it at once, without a last word."""
        self._stop.set()
        self.send(self._at_once)

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it runs."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

    def state(self) -> PartState:
        """Return how it stands now."""
        running = self._process is not None and self._process.returncode is None
        if self._watching is None or self._watching.done():
            return PartState(self.name, "stopped", None, self._starts)
        if not running or self._process is None:
            return PartState(self.name, "waiting", None, self._starts)
        ready = self._ready.is_set()
        return PartState(
            self.name, "ready" if ready else "starting", self._process.pid, self._starts
        )

    async def _watch(self) -> None:
        pause = _FIRST_PAUSE_SECONDS
        while not self._stop.is_set():
            began = self._clock.monotonic()
            self._how = await self._live()
            self._ended.set()
            if self._stop.is_set():
                return
            if self._clock.monotonic() - began > _STEADY_SECONDS:
                pause = _FIRST_PAUSE_SECONDS
            self._say(f"{self.name} ended ({self._how}); it starts again in {pause:g} s.")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), pause)
            pause = min(pause * 2, _MOST_PAUSE_SECONDS)

    async def _live(self) -> str:
        """Run it once, from start to end, and return how it ended."""
        try:
            process = self._process = await self._spawn()
        except (OSError, TimeoutError) as error:
            return str(error) or type(error).__name__
        self._starts += 1
        self._last_line = ""
        if self._stop.is_set():
            # The signal to stop came while it started and found nobody.
            self.send(self._at_once)
        helpers = [asyncio.create_task(read_lines(process, self._line_came))]
        if self._probe is not None:
            helpers.append(asyncio.create_task(self._probe_until_ready(self._probe)))
        code = await process.wait()
        self._ready.clear()
        # What it said last may still be on its way; what its own children say later may not.
        await asyncio.wait(helpers, timeout=0.2)
        for helper in helpers:
            helper.cancel()
        await asyncio.gather(*helpers, return_exceptions=True)
        last = f": {self._last_line}" if code > 0 and self._last_line else ""
        return f"signal {-code}{last}" if code < 0 else f"exit {code}{last}"

    async def _probe_until_ready(self, probe: Probe) -> None:
        await probe()
        self._ready.set()

    def _line_came(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace").strip()
        if text == READY:
            self._ready.set()
            return
        self._last_line = text[:300]
        self._hear(line)
