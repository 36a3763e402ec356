"""A child that hangs, is cancelled or dies costs its document; what waits is served in order."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from argo.extraction import errors
from argo.extraction.service import Extractor
from argo.extraction.types import ExtractionSettings
from tests.extraction import samples

pytestmark = pytest.mark.asyncio(loop_scope="session")


def processes_below(parent: int) -> list[int]:
    return [
        int(child) for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    ]


def nursery_of_this_test() -> int:
    """The newest process of ours that runs the nursery."""
    found = [
        each
        for each in processes_below(os.getpid())
        if b"nursery" in Path(f"/proc/{each}/cmdline").read_bytes()
    ]
    return max(found)


LONG = samples.pdf([[(11, 72, 800 - 5 * line, "word " * 40) for line in range(150)]] * 49)


async def test_what_takes_too_long_is_ended(extractor: Extractor) -> None:
    hasty = Extractor(ExtractionSettings(seconds=0.01, processes=1))
    try:
        await hasty.open()
        with pytest.raises(errors.TookTooLong):
            await hasty.extract(LONG, "a.pdf")
    finally:
        await hasty.close()


async def test_cancelling_ends_the_child_and_frees_its_place(extractor: Extractor) -> None:
    readings = [asyncio.create_task(extractor.extract(LONG, "a.pdf")) for _ in range(3)]
    while extractor.state().running < 2:
        await asyncio.sleep(0)
    assert extractor.state().waiting == 1
    for each in readings:
        each.cancel()
    outcomes = await asyncio.gather(*readings, return_exceptions=True)
    assert all(isinstance(each, asyncio.CancelledError) for each in outcomes)
    read = await extractor.extract(b"bonjour", "a.txt")
    assert read.blocks[0].text == "bonjour"
    assert extractor.state().waiting == 0


async def test_many_at_once_are_all_read(extractor: Extractor) -> None:
    names = [f"numéro {number}" for number in range(40)]
    read = await asyncio.gather(*(extractor.extract(each.encode(), "a.txt") for each in names))
    assert [each.blocks[0].text for each in read] == names
    assert extractor.state().waiting == 0


async def test_who_came_first_is_read_first() -> None:
    own = Extractor(ExtractionSettings(processes=1))
    ended: list[int] = []

    async def one(number: int) -> None:
        await own.extract(b"bonjour", "a.txt")
        ended.append(number)

    try:
        await asyncio.gather(*(one(number) for number in range(12)))
        assert ended == list(range(12))
    finally:
        await own.close()


async def test_a_dead_nursery_is_replaced() -> None:
    own = Extractor(ExtractionSettings(processes=1))
    try:
        await own.open()
        reading = asyncio.create_task(own.extract(LONG, "a.pdf"))
        while own.state().running == 0:
            await asyncio.sleep(0)
        os.kill(nursery_of_this_test(), signal.SIGKILL)
        with pytest.raises((errors.ReadingCrashed, errors.TookTooLong)):
            await reading
        assert (await own.extract(b"bonjour", "a.txt")).blocks[0].text == "bonjour"
    finally:
        await own.close()


async def test_nothing_is_left_after_closing() -> None:
    before = set(processes_below(os.getpid()))
    own = Extractor(ExtractionSettings(processes=1))
    await own.open()
    assert set(processes_below(os.getpid())) - before
    await own.close()
    assert set(processes_below(os.getpid())) <= before
