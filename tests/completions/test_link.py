"""Workers speak to each other, and to nobody else."""

from __future__ import annotations

import asyncio
import os

import pytest

from argo.completions.channel import Message
from argo.completions.errors import LinkBroken
from argo.completions.line import WINDOW, Answer
from argo.completions.link import Answers, Link, Messages, streamed


async def counting(call: Message) -> Messages:
    for number in range(call["to"]):
        yield {"number": number}


def answered(answers: Answers) -> Answer:
    return streamed(answers, set())


async def test_a_call_is_answered_with_a_stream() -> None:
    secret = os.urandom(32)
    answering = Link(secret)
    address = await answering.open("127.0.0.1", answered(counting))
    found = [message async for message in Link(secret).call(address, {"to": 3})]
    assert found == [{"number": 0}, {"number": 1}, {"number": 2}]
    await answering.close()


async def test_another_secret_gets_no_answer() -> None:
    answering = Link(os.urandom(32))
    address = await answering.open("127.0.0.1", answered(counting))
    with pytest.raises(LinkBroken):
        async for _ in Link(os.urandom(32)).call(address, {"to": 1}):
            raise AssertionError
    await answering.close()


async def test_nothing_readable_goes_over_the_wire() -> None:
    secret = os.urandom(32)
    answering = Link(secret)
    address = await answering.open("127.0.0.1", answered(counting))
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
    address = await answering.open("127.0.0.1", answered(endless))
    answers = Link(secret).call(address, {})
    assert await anext(answers) == {"first": True}
    await answers.aclose()
    await asyncio.wait_for(ended.wait(), 2)
    await answering.close()


async def test_a_worker_that_is_gone_is_said_to_be() -> None:
    answering = Link(os.urandom(32))
    address = await answering.open("127.0.0.1", answered(counting))
    await answering.close()
    with pytest.raises(LinkBroken):
        async for _ in answering.call(address, {"to": 1}):
            raise AssertionError


async def test_thousands_of_calls_share_one_connection() -> None:
    secret = os.urandom(32)
    answering, calling = Link(secret), Link(secret)
    address = await answering.open("127.0.0.1", answered(counting))

    async def one(number: int) -> int:
        return len([each async for each in calling.call(address, {"to": number % 5})])

    assert await asyncio.gather(*map(one, range(1000))) == [n % 5 for n in range(1000)]
    assert await calling.line(address) is await calling.line(address)
    await calling.close()
    await answering.close()


async def test_a_reader_that_does_not_take_holds_its_own_call_back_and_no_other() -> None:
    secret, said = os.urandom(32), 0

    async def endless(call: Message) -> Messages:
        nonlocal said
        while True:
            said += 1
            yield {"said": said}
            await asyncio.sleep(0)

    async def either(call: Message) -> Messages:
        async for message in endless(call) if "endless" in call else counting(call):
            yield message

    answering, calling = Link(secret), Link(secret)
    address = await answering.open("127.0.0.1", answered(either))
    slow = calling.call(address, {"endless": True})
    assert await anext(slow) == {"said": 1}
    for _ in range(50):
        assert len([each async for each in calling.call(address, {"to": 4})]) == 4
    assert said <= WINDOW + 1
    for number in range(2, 300):
        assert await anext(slow) == {"said": number}
    await slow.aclose()
    await calling.close()
    await answering.close()
