"""A reader that is slow holds its own engine back: nothing gathers here, and nobody else waits."""

from __future__ import annotations

import asyncio

from openai import AsyncOpenAI

from tests.fixtures import Service
from tests.openai.asking import HELLO, SMALL
from tests.openai.test_leaving import asking
from tests.support.engine import ScriptedEngine
from tests.support.waiting import soon

PIECE, PIECES = "mot " * 5_000, 2_500


async def test_a_slow_reader_holds_its_engine_back_and_nobody_else(
    service: Service, key: str, client: AsyncOpenAI, engine: ScriptedEngine
) -> None:
    engine.says(*[PIECE] * PIECES)
    async with asking(service, key, stream=True) as reading:
        stream = await engine.started()

        async def held_back() -> bool:
            return stream.connection.slow

        # 50 MB wait at the engine; what is on the way is what the kernel's buffers hold.
        await soon(held_back)
        for _ in range(3):
            engine.says("un", " deux")
            quick = await client.chat.completions.create(
                model=SMALL, messages=HELLO, stream=True, timeout=5
            )
            said = [chunk.choices[0].delta.content or "" async for chunk in quick]
            assert "".join(said) == "un deux"
        await soon(held_back)
        assert stream.state == "running"
        assert stream.steps < PIECES * 3 // 4
        # Read at last, it is whole.
        heard = 0
        async with asyncio.timeout(20):
            tail = b""
            while not tail.endswith(b"0\r\n\r\n"):
                read = await reading.read(1 << 20)
                heard += read.count(b"mot")
                tail = (tail + read)[-16:]
        assert abs(heard - PIECES * 5_000) < PIECES
