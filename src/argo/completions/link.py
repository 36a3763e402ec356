"""The private link between workers: each keeps one line to every other that it calls."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable

from argo.completions.channel import Message, greeted
from argo.completions.errors import LinkBroken
from argo.completions.line import WINDOW, Answer, Call, Hear, Line

_HELLO_SECONDS = 3.0

Messages = AsyncGenerator[Message, None]
Answers = Callable[[Message], Messages]
"""Answers a call with a stream of messages; closed when the caller hangs up."""


class Link:
    """This worker's end of the link."""

    def __init__(self, secret: bytes) -> None:
        """Hold the installation's link `secret` (32 bytes)."""
        self._secret = secret
        self._server: asyncio.Server | None = None
        self._lines: dict[str, Line] = {}
        self._opening: dict[str, asyncio.Task[Line]] = {}
        self._running: set[asyncio.Task[None]] = set()

    async def open(self, host: str, answer: Answer) -> str:
        """Listen on a free port of `host` and return the address, "host:port".

        Each call of another worker is given to `answer`.
        """

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(LinkBroken, TimeoutError, OSError):
                async with asyncio.timeout(_HELLO_SECONDS):
                    channel = await greeted(reader, writer, self._secret, calling=False)
                self._run(Line(channel, answer))
                return
            writer.close()

        self._server = await asyncio.start_server(serve, host, 0)
        name = self._server.sockets[0].getsockname()
        return f"{name[0]}:{name[1]}"

    async def close(self) -> None:
        """Stop listening and break every line."""
        if self._server is not None:
            self._server.close()
        tasks = [*self._running, *self._opening.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def begin(self, address: str, message: Message, hear: Hear) -> Call | None:
        """Begin a call where a line is open, else None: `line` opens one."""
        line = self._lines.get(address)
        return line.begin(message, hear) if line is not None and line.open else None

    async def line(self, address: str) -> Line:
        """Return the line to the worker at `address`; raises `LinkBroken` when it is away."""
        line = self._lines.get(address)
        if line is not None and line.open:
            return line
        opening = self._opening.get(address)
        if opening is None:
            opening = self._opening[address] = asyncio.create_task(self._opened(address))
            opening.add_done_callback(lambda _: self._opening.pop(address, None))
        # Others wait for the same line: one who gives up must not take it from them.
        return await asyncio.shield(opening)

    async def call(self, address: str, message: Message) -> Messages:
        """Send `message` to the worker at `address` and yield its answers to their end.

        Raises `LinkBroken` when the worker is away, or stops before the end.
        """
        heard: asyncio.Queue[Message | None] = asyncio.Queue()
        call = (await self.line(address)).begin({"call": message}, heard.put_nowait)
        try:
            taken = 0
            while (answer := await heard.get()) is not None:
                if "end" in answer:
                    return
                yield answer["said"]
                taken += 1
                if taken % (WINDOW // 2) == 0:
                    call.took(WINDOW // 2)
            raise LinkBroken(retry_after=2)
        finally:
            call.hang_up()

    async def _opened(self, address: str) -> Line:
        host, _, port = address.rpartition(":")
        writer = None
        try:
            async with asyncio.timeout(_HELLO_SECONDS):
                reader, writer = await asyncio.open_connection(host, int(port))
                channel = await greeted(reader, writer, self._secret, calling=True)
        except (OSError, TimeoutError, LinkBroken) as error:
            if writer is not None:
                writer.close()
            raise LinkBroken(retry_after=2) from error
        line = self._lines[address] = Line(channel, None)
        self._run(line, address)
        return line

    def _run(self, line: Line, address: str | None = None) -> None:
        running = asyncio.create_task(line.run())
        self._running.add(running)

        def over(task: asyncio.Task[None]) -> None:
            self._running.discard(task)
            line.close()
            if address is not None and self._lines.get(address) is line:
                del self._lines[address]

        running.add_done_callback(over)


def streamed(answers: Answers, tasks: set[asyncio.Task[None]]) -> Answer:
    """Return what answers calls of `Link.call` with `answers`; `tasks` holds those under way."""

    def answer(call: Call, message: Message) -> None:
        task = asyncio.create_task(_answered(call, answers(message["call"])))

        def hear(heard: Message | None) -> None:
            if heard is None:
                task.cancel()

        call.hear = hear
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    return answer


async def _answered(call: Call, messages: Messages) -> None:
    with contextlib.suppress(LinkBroken):
        async with contextlib.aclosing(messages) as answers:
            async for message in answers:
                await call.room()
                call.say({"said": message})
        call.say({"end": True})
    call.hang_up()
