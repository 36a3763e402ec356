"""A caller that leaves, in any phase, ends the engine's work within a second; it is counted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import orjson
import pytest

from tests.openai.asking import HELLO, SIMULATED
from tests.openai.conftest import ApiKey
from tests.support.engine import ScriptedEngine


@asynccontextmanager
async def asking(service: str, key: str, *, stream: bool) -> AsyncIterator[asyncio.StreamReader]:
    """Ask over a bare connection, which leaving the block cuts."""
    address = urlsplit(service)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    body = orjson.dumps({"model": SIMULATED, "messages": HELLO, "stream": stream})
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
    service: str, api_key: ApiKey, engine: ScriptedEngine, *, stream: bool
) -> None:
    engine.holds()
    async with asking(service, await api_key(), stream=stream):
        await engine.started()
    await aborted_within_a_second(engine, time.monotonic())


async def test_in_the_middle_of_a_stream(
    service: str, api_key: ApiKey, engine: ScriptedEngine
) -> None:
    engine.says("un", " deux", " trois").holds_after(2)
    async with asking(service, await api_key(), stream=True) as answer:
        await answer.readuntil(b"deux")
    await aborted_within_a_second(engine, time.monotonic())


async def test_in_the_middle_of_a_whole_answer(
    service: str, api_key: ApiKey, engine: ScriptedEngine
) -> None:
    engine.says("un", " deux", " trois").holds_after(2)
    async with asking(service, await api_key(), stream=False):
        await engine.held()
    await aborted_within_a_second(engine, time.monotonic())
