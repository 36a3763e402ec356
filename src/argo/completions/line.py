"""One connection between two workers and the calls on it: thousands share it.

A call begins with a message of the calling end; messages go both ways until one end hangs up, or
the connection breaks. Both ends say every second that they are there, so that a machine which
lost its power is missed as soon as a process that died.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from argo.completions.channel import Channel, Message
from argo.completions.errors import LinkBroken

WINDOW = 64
"""Messages that may be on their way to a reader who has not taken them yet."""

_LOOK_SECONDS = 1.0
_MOST_SILENCE_SECONDS = 4.0
_STALLED_SECONDS = 1.0

Hear = Callable[[Message | None], None]
"""Told of each message of the other end; None when it hung up or is gone."""


def _unheard(_message: Message | None) -> None:
    """Hear nothing."""


class Call:
    """One call, at either of its ends."""

    def __init__(self, line: Line, number: int) -> None:
        """Be the call `number` on `line`."""
        self.hear: Hear = _unheard
        self._line, self._number = line, number
        self._room = WINDOW
        self._more = asyncio.Event()

    def say(self, message: Message) -> None:
        """Send `message`; after the end it goes nowhere."""
        self._line.send({"n": self._number, "m": message})

    def hang_up(self) -> None:
        """End the call; nothing is heard of it any more."""
        self.hear = _unheard
        self._line.hang_up(self._number)

    async def room(self) -> None:
        """Return when the reader can take one more message; raises `LinkBroken`."""
        while self._room <= 0:
            self._more.clear()
            await self._more.wait()
        self._room -= 1
        await self._line.sent()

    def took(self, messages: int) -> None:
        """Tell the other end that its reader has taken so many."""
        self._line.send({"n": self._number, "took": messages})

    def give_room(self, messages: int) -> None:
        """Note that the other end's reader has taken so many."""
        self._room += messages
        self._more.set()


Answer = Callable[[Call, Message], None]
"""Takes a call that another worker begins, with its first message."""


class Line:
    """One connection; the end that opened it begins the calls, the other answers them."""

    def __init__(self, channel: Channel, answer: Answer | None) -> None:
        """Speak over `channel`; calls of the other end go to `answer` (None: there are none)."""
        self._channel, self._answer = channel, answer
        self._calls: dict[int, Call] = {}
        self._next = 0
        self._loop = asyncio.get_running_loop()
        self._heard_at = self._looked_at = self._loop.time()
        self._watch = self._loop.call_later(_LOOK_SECONDS, self._look)
        self.open = True
        """Whether calls can begin."""

    def begin(self, message: Message, hear: Hear) -> Call:
        """Begin a call with `message`; `hear` is told what comes. Raises `LinkBroken`."""
        if not self.open:
            raise LinkBroken(retry_after=2)
        self._next += 1
        call = self._calls[self._next] = Call(self, self._next)
        call.hear = hear
        call.say(message)
        return call

    async def run(self) -> None:
        """Hand out what comes until the connection breaks; then every call hears its end."""
        try:
            while True:
                self._take(await self._channel.receive())
        except LinkBroken:
            pass
        finally:
            self.close()

    def close(self) -> None:
        """Break the connection."""
        if not self.open:
            return
        self.open = False
        self._watch.cancel()
        self._channel.close()
        calls, self._calls = list(self._calls.values()), {}
        for call in calls:
            call.hear(None)

    def send(self, frame: Message) -> None:
        """Send a frame of a call that is not over."""
        if self.open and ("n" not in frame or frame["n"] in self._calls):
            self._channel.send(frame)

    async def sent(self) -> None:
        """Return when the other end keeps up; raises `LinkBroken`."""
        if not self.open:
            raise LinkBroken
        await self._channel.sent()

    def hang_up(self, number: int) -> None:
        """End a call, once."""
        if self._calls.pop(number, None) is not None and self.open:
            self._channel.send({"n": number})

    def _take(self, frame: Message) -> None:
        self._heard_at = self._loop.time()
        number = frame.get("n")
        if number is None:
            return
        call = self._calls.get(number)
        if call is None:
            if self._answer is not None and "m" in frame and number > self._next:
                self._next = number
                call = self._calls[number] = Call(self, number)
                self._answer(call, frame["m"])
        elif "m" in frame:
            call.hear(frame["m"])
        elif "took" in frame:
            call.give_room(frame["took"])
        else:
            del self._calls[number]
            call.hear(None)

    def _look(self) -> None:
        now = self._loop.time()
        if now - self._looked_at > _LOOK_SECONDS + _STALLED_SECONDS:
            # It was this worker that stood still; what the other said waits to be read.
            self._heard_at = now
        self._looked_at = now
        if now - self._heard_at > _MOST_SILENCE_SECONDS:
            self.close()
            return
        self._channel.send({})
        self._watch = self._loop.call_later(_LOOK_SECONDS, self._look)
