"""Connections to engines are kept between questions, and never carry one answer into another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from argo.engines.wire import Connection, Wire, WireBroke

CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


def whole(text: bytes) -> bytes:
    """Return a whole answer that says `text`."""
    return CHUNKED + b"%x\r\n%s\r\n0\r\n\r\n" % (len(text), text)


class BareEngine:
    """Answers each request with the next of `answers`, byte for byte; b"" closes instead."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.connections = 0
        self.requests = 0
        self.url = ""
        self.closed = asyncio.Event()
        self._port = 0
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}/v1/chat/completions"

    async def stop(self) -> None:
        """Close the door and every connection, as an engine that ends."""
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.append(writer)
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n{}")
                self.requests += 1
                answer = self.answers.pop(0)
                writer.write(answer)
                await writer.drain()
                if not answer or b"connection: close" in answer:
                    writer.close()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
            self.closed.set()


@asynccontextmanager
async def engine_saying(*answers: bytes) -> AsyncIterator[tuple[BareEngine, Wire]]:
    """Run a bare engine and a wire to it."""
    engine, wire = BareEngine(*answers), Wire(connect_seconds=2)
    await engine.start()
    try:
        yield engine, wire
    finally:
        wire.close()
        await engine.stop()


async def opened(engine: BareEngine, wire: Wire) -> Connection:
    return await wire.exchange("POST", engine.url, {}, b"{}")


async def asked(engine: BareEngine, wire: Wire) -> bytes:
    """Ask, and read the answer to its end."""
    connection = await opened(engine, wire)
    said = b""
    while part := await connection.read():
        said += part
    wire.release(engine.url, connection)
    return said


async def test_an_answer_read_whole_leaves_its_connection_to_the_next_question() -> None:
    async with engine_saying(whole(b"one"), whole(b"two"), whole(b"three")) as (engine, wire):
        said = [await asked(engine, wire) for _ in range(3)]
    assert said == [b"one", b"two", b"three"]
    assert engine.connections == 1


async def test_an_answer_with_a_length_does_too() -> None:
    answer = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\none"
    async with engine_saying(answer, whole(b"two")) as (engine, wire):
        assert [await asked(engine, wire) for _ in range(2)] == [b"one", b"two"]
    assert engine.connections == 1


async def test_two_questions_at_once_have_a_connection_each() -> None:
    async with engine_saying(whole(b"one"), whole(b"two")) as (engine, wire):
        first = await opened(engine, wire)
        assert await asked(engine, wire) == b"two"
        assert await first.read() == b"one"
        wire.release(engine.url, first)
    assert engine.connections == 2


async def test_a_half_read_answer_takes_its_connection_along() -> None:
    half = CHUNKED + b"5\r\nsecre\r\n"
    async with engine_saying(half, whole(b"two")) as (engine, wire):
        left = await opened(engine, wire)
        assert await left.read() == b"secre"
        wire.release(engine.url, left)
        assert await asked(engine, wire) == b"two"
    assert engine.connections == 2


async def test_an_answer_that_came_whole_but_was_not_read_does_too() -> None:
    async with engine_saying(whole(b"secret"), whole(b"two")) as (engine, wire):
        left = await opened(engine, wire)
        wire.release(engine.url, left)
        assert await asked(engine, wire) == b"two"
    assert engine.connections == 2


@pytest.mark.parametrize("surplus", [whole(b"secret"), b"secret", b"HTTP/1.1 100 \r\n"])
async def test_what_nobody_asked_for_is_never_an_answer(surplus: bytes) -> None:
    async with engine_saying(whole(b"one") + surplus, whole(b"two")) as (engine, wire):
        assert await asked(engine, wire) == b"one"
        assert await asked(engine, wire) == b"two"
    assert engine.connections == 2


async def test_an_engine_that_says_close_is_taken_at_its_word() -> None:
    closing = whole(b"one").replace(b"transfer", b"connection: close\r\ntransfer")
    async with engine_saying(closing, whole(b"two")) as (engine, wire):
        assert [await asked(engine, wire) for _ in range(2)] == [b"one", b"two"]
    assert engine.connections == 2


async def test_a_connection_that_the_engine_closed_meanwhile_is_replaced_unseen() -> None:
    async with engine_saying(whole(b"one"), b"", whole(b"two")) as (engine, wire):
        assert await asked(engine, wire) == b"one"
        # The engine closes the kept connection instead of answering on it.
        assert await asked(engine, wire) == b"two"
    assert (engine.connections, engine.requests) == (2, 3)


async def test_an_engine_that_starts_anew_is_asked_over_a_new_connection() -> None:
    async with engine_saying(whole(b"one"), whole(b"two")) as (engine, wire):
        assert await asked(engine, wire) == b"one"
        await engine.stop()
        await engine.start()
        assert await asked(engine, wire) == b"two"
    assert engine.connections == 2


async def test_a_question_whose_answer_had_begun_is_not_asked_again() -> None:
    begun = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-le"
    async with engine_saying(whole(b"one"), begun, whole(b"two")) as (engine, wire):
        assert await asked(engine, wire) == b"one"
        with pytest.raises(WireBroke):
            await asked(engine, wire)
    assert engine.requests == 2
