"""A caller that leaves, in any phase, ends the work for it within a second."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import orjson
import pytest

from argo.engines.types import ModelSettings, ReplicaSettings
from tests.fixtures import NewPerson, Serve, Service, api_key
from tests.openai.asking import HELLO, SMALL
from tests.support.engine import ScriptedEngine


@asynccontextmanager
async def asking(
    service: Service, key: str, *, stream: bool
) -> AsyncIterator[asyncio.StreamReader]:
    """Ask over a bare connection, which leaving the block cuts."""
    address = urlsplit(service.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    body = orjson.dumps({"model": SMALL, "messages": HELLO, "stream": stream})
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: argo\r\nauthorization: Bearer {key}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    await writer.drain()
    try:
        yield reader
    finally:
        writer.transport.abort()


async def aborted_within_a_second(engine: ScriptedEngine, left_at: float) -> None:
    await engine.aborted()
    assert time.monotonic() - left_at < 1


@pytest.mark.parametrize("stream", [False, True])
async def test_before_the_first_token(
    service: Service, key: str, engine: ScriptedEngine, *, stream: bool
) -> None:
    engine.holds()
    async with asking(service, key, stream=stream):
        await engine.started()
    await aborted_within_a_second(engine, time.monotonic())


async def test_in_the_middle_of_a_stream(
    service: Service, key: str, engine: ScriptedEngine
) -> None:
    engine.says("un", " deux", " trois").holds_after(2)
    async with asking(service, key, stream=True) as answer:
        await answer.readuntil(b"deux")
    await aborted_within_a_second(engine, time.monotonic())


async def test_in_the_middle_of_a_whole_answer(
    service: Service, key: str, engine: ScriptedEngine
) -> None:
    engine.says("un", " deux", " trois").holds_after(2)
    async with asking(service, key, stream=False):
        await engine.held()
    await aborted_within_a_second(engine, time.monotonic())


async def test_while_it_waits_for_its_turn(
    serve: Serve, new_person: NewPerson, engine: ScriptedEngine
) -> None:
    one = (ReplicaSettings(url=engine.url, capacity=1),)
    async with serve(models=(ModelSettings(id=SMALL, replicas=one),)) as service:
        first, second, third = [await api_key(service, await new_person()) for _ in range(3)]
        engine.says("un", " deux").holds_after(1)
        async with asking(service, first, stream=True) as running:
            await engine.held()
            async with asking(service, second, stream=True) as waiting:
                queued = await waiting.readuntil(b": queued position=1")
                assert queued.startswith(b"HTTP/1.1 200 OK")
            # The one that left is forgotten: the next to come is first in the queue.
            async with asking(service, third, stream=True) as next_one:
                await next_one.readuntil(b": queued position=1")
                engine.releases()
                await running.readuntil(b"[DONE]")
                await next_one.readuntil(b"[DONE]")
        assert len(engine.requests) == 2
