"""A stream's source is closed once however it ends, and its silence is no end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from argo.http.events import EventStream, event, with_heartbeat


class Source:
    """A source that gives `parts` and then waits until `goes_on`."""

    def __init__(self, *parts: bytes) -> None:
        self.parts, self.closed = parts, 0
        self.goes_on = asyncio.Event()

    async def __call__(self) -> AsyncGenerator[bytes, None]:
        try:
            for part in self.parts:
                yield part
            await self.goes_on.wait()
            yield b"last"
        finally:
            self.closed += 1


async def test_an_event_is_written_as_browsers_read_it() -> None:
    written = event(7, "delta", {"text": "a\nb"})
    assert written == b'id: 7\nevent: delta\ndata: {"text":"a\\nb"}\n\n'


async def test_silence_is_covered_by_comments() -> None:
    source = Source(b"first")
    found = []
    async for part in with_heartbeat(source(), seconds=0.01):
        found.append(part)
        if found.count(b": \n\n") == 2:
            source.goes_on.set()
    assert found[0] == b"first"
    assert found[-1] == b"last"
    assert source.closed == 1


async def test_who_leaves_closes_the_source_at_once() -> None:
    source = Source(b"first")
    seen, left = asyncio.Event(), asyncio.Event()

    async def receive():
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        if message.get("body") == b"first":
            seen.set()

    answer = EventStream(with_heartbeat(source()))
    answering = asyncio.create_task(answer({"type": "http"}, receive, send))
    await seen.wait()
    assert source.closed == 0
    left.set()
    await answering
    assert source.closed == 1
