"""Whoever follows an answer, from wherever, sees each event once and in order."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from argo.completions.answer_log import AnswerLog


@given(st.lists(st.text(), max_size=20), st.integers(0, 25))
async def test_any_cut_and_resume_gives_the_whole(words: list[str], cut: int) -> None:
    log = AnswerLog()
    late = asyncio.create_task(_numbers(log, cut))
    for word in words:
        log.append("delta", {"text": word})
        await asyncio.sleep(0)
    log.append("done", {})
    assert await late == list(range(cut + 1, log.last + 1))
    assert await _numbers(log, 0) == list(range(1, log.last + 1))


async def _numbers(log: AnswerLog, after: int) -> list[int]:
    return [event.number async for event in log.follow(after)]
