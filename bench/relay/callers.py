"""Callers: each asks one question over a connection of its own and reads the answer to its end."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from itertools import cycle
from typing import cast

import orjson


@dataclass(frozen=True)
class Target:
    """Whom to ask, in whose names, for which model."""

    port: int
    keys: tuple[str, ...] = ("",)
    model: str = "simulated"


@dataclass
class Heard:
    """What callers saw: seconds to each first token, and from the first question to the last end."""

    first_token_seconds: list[float] = field(default_factory=list)
    seconds: float = 0.0
    refused: int = 0


class Caller(asyncio.Protocol):
    """One question; keeps nothing of the answer but its end."""

    def __init__(self, question: bytes) -> None:
        loop = asyncio.get_running_loop()
        self.done: asyncio.Future[bool] = loop.create_future()
        self.first_at: float | None = None
        self.asked_at = 0.0
        self.status = 0
        self.refusal = ""
        self._question, self._tail = question, b""
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.asked_at = time.monotonic()
        self.transport.write(self._question)

    def data_received(self, data: bytes) -> None:
        if not self.status:
            self.status = int(data[9:12])
            if self.status != 200:
                self.refusal = data.partition(b"\r\n\r\n")[2][:300].decode()
                self._end(well=False)
                return
        if self.first_at is None and b"data: {" in data:
            self.first_at = time.monotonic()
        self._tail = (self._tail + data)[-32:]
        if b"[DONE]" in self._tail:
            self._end(well=True)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(well=False)

    def _end(self, *, well: bool) -> None:
        if not self.done.done():
            self.done.set_result(well)
            self.transport.abort()


def question(target: Target, key: str, tokens: int) -> bytes:
    body = orjson.dumps(
        {
            "model": target.model,
            "stream": True,
            "max_tokens": tokens,
            "messages": [{"role": "user", "content": "What is a glacier?"}],
        }
    )
    head = (
        "POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\n"
        f"authorization: Bearer {key}\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def call(target: Target, questions: int, tokens: int, window_seconds: float) -> Heard:
    """Ask `questions` evenly over `window_seconds` (0: all at once), and read them all."""
    callers = await begin(target, questions, tokens, window_seconds)
    return await end(callers)


async def begin(target: Target, questions: int, tokens: int, window_seconds: float) -> list[Caller]:
    """Ask; return the callers, who are reading."""
    loop, keys = asyncio.get_running_loop(), cycle(target.keys)
    began = loop.time()
    connecting = []
    for number in range(questions):
        due = began + window_seconds * number / questions
        if (pause := due - loop.time()) > 0:
            await asyncio.sleep(pause)
        asked = question(target, next(keys), tokens)
        connecting.append(asyncio.ensure_future(_connected(target.port, asked)))
    return list(await asyncio.gather(*connecting))


async def _connected(port: int, asked: bytes) -> Caller:
    began = time.monotonic()
    _, caller = await asyncio.get_running_loop().create_connection(
        lambda: Caller(asked), "127.0.0.1", port
    )
    # A connection that had to wait at the door counts as waiting for the first token.
    caller.asked_at = began
    return caller


async def end(callers: list[Caller]) -> Heard:
    """Wait for all ends; what ended without `[DONE]` counts as refused."""
    well = await asyncio.gather(*(caller.done for caller in callers))
    heard = Heard(refused=well.count(False))
    if refusals := {caller.refusal for caller in callers if caller.refusal}:
        print("refused:", *refusals)
    heard.first_token_seconds = [
        caller.first_at - caller.asked_at for caller in callers if caller.first_at is not None
    ]
    heard.seconds = time.monotonic() - min(caller.asked_at for caller in callers)
    return heard


def hang_up(callers: list[Caller]) -> None:
    """Have all callers leave."""
    for caller in callers:
        caller.transport.abort()
