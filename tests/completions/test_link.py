"""Workers speak to each other, and to nobody else."""

from __future__ import annotations

import asyncio
import os

import pytest

from argo.completions.errors import LinkBroken
from argo.completions.link import Link, Message, Messages


async def counting(call: Message) -> Messages:
    for number in range(call["to"]):
        yield {"number": number}


async def test_a_call_is_answered_with_a_stream() -> None:
    secret = os.urandom(32)
    answering = Link(secret)
    address = await answering.open("127.0.0.1", counting)
    found = [message async for message in Link(secret).call(address, {"to": 3})]
    assert found == [{"number": 0}, {"number": 1}, {"number": 2}]
    await answering.close()


async def test_another_secret_gets_no_answer() -> None:
    answering = Link(os.urandom(32))
    address = await answering.open("127.0.0.1", counting)
    with pytest.raises(LinkBroken):
        async for _ in Link(os.urandom(32)).call(address, {"to": 1}):
            raise AssertionError
    await answering.close()


async def test_nothing_readable_goes_over_the_wire() -> None:
    secret = os.urandom(32)
    answering = Link(secret)
    address = await answering.open("127.0.0.1", counting)
    host, port = address.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(os.urandom(32) + b"\x00\x00\x00\x20" + os.urandom(32))
    assert b"number" not in await reader.read()
    writer.close()
    await answering.close()


async def test_a_caller_that_hangs_up_ends_the_answer() -> None:
    secret, ended = os.urandom(32), asyncio.Event()

    async def endless(_call: Message) -> Messages:
        try:
            yield {"first": True}
            await asyncio.Event().wait()
        finally:
            ended.set()

    answering = Link(secret)
    address = await answering.open("127.0.0.1", endless)
    answers = Link(secret).call(address, {})
    assert await anext(answers) == {"first": True}
    await answers.aclose()
    await asyncio.wait_for(ended.wait(), 2)
    await answering.close()


async def test_a_worker_that_is_gone_is_said_to_be() -> None:
    answering = Link(os.urandom(32))
    address = await answering.open("127.0.0.1", counting)
    await answering.close()
    with pytest.raises(LinkBroken):
        async for _ in answering.call(address, {"to": 1}):
            raise AssertionError
