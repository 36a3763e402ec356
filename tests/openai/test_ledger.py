"""Every question leaves one line of counts in the ledger, also when its caller leaves."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg
import pytest
from openai import APIError, AsyncOpenAI
from psycopg.rows import dict_row

from tests.openai.asking import HELLO, SMALL
from tests.support.engine import ScriptedEngine
from tests.support.postgres import Addresses


async def line(addresses: Addresses, institution: object) -> dict[str, Any]:
    """Return the one line of this test's institution, as soon as it is written."""
    connecting = psycopg.AsyncConnection.connect(
        addresses.superuser, row_factory=dict_row, autocommit=True
    )
    async with asyncio.timeout(5), await connecting as connection:
        while True:
            rows = await connection.execute(
                "SELECT * FROM usage WHERE institution_id = %s", (institution,)
            )
            if found := await rows.fetchall():
                assert len(found) == 1
                return found[0]
            await asyncio.sleep(0.02)


async def test_a_whole_answer_is_counted(
    client: AsyncOpenAI, engine: ScriptedEngine, addresses: Addresses, institution: object
) -> None:
    engine.says("un", " deux")
    answer = await client.chat.completions.create(model="generalist-small", messages=HELLO)
    assert answer.usage is not None
    written = await line(addresses, institution)
    assert written["source"] == written["lane"] == "api"
    assert written["model_id"] == SMALL
    assert written["assistant_id"] == "generalist"
    assert written["key_id"] is not None
    assert written["prompt_tokens"] == answer.usage.prompt_tokens
    assert written["completion_tokens"] == 2
    assert written["exact"]
    assert written["outcome"] == "complete"


async def test_what_came_before_the_caller_left_is_counted(
    client: AsyncOpenAI, engine: ScriptedEngine, addresses: Addresses, institution: object
) -> None:
    engine.says("un", " deux", " trois", " quatre").holds_after(2)
    stream = await client.chat.completions.create(model=SMALL, messages=HELLO, stream=True)
    text = ""
    async for chunk in stream:
        text += chunk.choices[0].delta.content or ""
        if text == "un deux":
            break
    await stream.close()
    await engine.aborted()
    written = await line(addresses, institution)
    assert written["outcome"] == "stopped"
    assert 2 <= written["completion_tokens"] <= 3
    assert not written["exact"]


@pytest.mark.parametrize("stream", [False, True])
async def test_a_question_no_engine_answered_is_a_line_without_tokens(
    client: AsyncOpenAI,
    engine: ScriptedEngine,
    addresses: Addresses,
    institution: object,
    *,
    stream: bool,
) -> None:
    engine.does("html_500")
    with pytest.raises(APIError):
        await client.chat.completions.create(model=SMALL, messages=HELLO, stream=stream)
    written = await line(addresses, institution)
    assert written["outcome"] == "failed"
    assert written["completion_tokens"] == 0


async def test_an_answer_that_broke_off_is_counted_as_far_as_it_came(
    client: AsyncOpenAI, engine: ScriptedEngine, addresses: Addresses, institution: object
) -> None:
    engine.says("un", " deux", " trois").breaks_after(2)
    stream = await client.chat.completions.create(model=SMALL, messages=HELLO, stream=True)
    with pytest.raises(APIError):
        async for _ in stream:
            pass
    written = await line(addresses, institution)
    assert written["outcome"] == "interrupted"
    assert written["completion_tokens"] >= 2
