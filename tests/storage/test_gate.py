"""A crowd before the database waits for its turn; before one that is away it does not wait."""

from __future__ import annotations

import asyncio

import psycopg
import pytest

from argo.storage.errors import DatabaseAway
from argo.storage.gate import Gate


async def test_a_crowd_goes_through_a_few_at_a_time() -> None:
    gate, inside, most = Gate(3), 0, 0

    async def go() -> None:
        nonlocal inside, most
        async with gate.passed():
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(go() for _ in range(500)))
    assert (most, gate.waiting) == (3, 0)


async def test_who_leaves_the_line_does_not_block_it() -> None:
    gate = Gate(1)
    async with gate.passed():
        leaver = asyncio.create_task(gate.passed().__aenter__())
        await asyncio.sleep(0)
        assert gate.waiting == 1
        leaver.cancel()
        await asyncio.gather(leaver, return_exceptions=True)
    async with gate.passed():
        assert gate.waiting == 0


async def test_a_line_whose_head_fails_is_told_so() -> None:
    gate = Gate(1)

    async def fail() -> None:
        async with gate.passed():
            waiting.set()
            await asyncio.to_thread(lambda: None)
            raise psycopg.OperationalError

    async def wait() -> None:
        async with gate.passed():
            await asyncio.Event().wait()

    waiting = asyncio.Event()
    failing = asyncio.create_task(fail())
    await waiting.wait()
    holding = asyncio.create_task(wait())
    await asyncio.gather(failing, return_exceptions=True)
    with pytest.raises(DatabaseAway):
        async with gate.passed():
            raise AssertionError
    holding.cancel()
    await asyncio.gather(holding, return_exceptions=True)
