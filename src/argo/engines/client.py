"""The one HTTP client to engines. Nothing else of the service opens an HTTP connection.

It reaches only the addresses of the settings: no proxy from the environment, no redirect, no
cookie. What an engine writes in an error never leaves this module.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

import orjson

from argo.embedded.dialect import in_dialect
from argo.engines.types import EngineSettings, Replica
from argo.engines.wire import Connection, Wire, WireBroke

_OK, _BROKEN = 200, 500
_ERROR_BYTES = 64 * 1024
_TOO_LONG = (b"context length", b"context size", b"context_length", b"exceed_context")
_WHOLE_BYTES = 32 * 1024 * 1024
_PROBE_SECONDS = 3.0
_LAST_BYTES_SECONDS = 0.05
_TURN_TOKENS = 8
"""What a template adds to a message, at most, where the engine counts text alone."""

# What vLLM says when it cannot read what the model itself wrote (its issues 22515, 51977, 46464).
_UNPARSED = (b"HarmonyError", b"harmony", b"tokens remaining in message header", b"start token")

Fault = Literal["away", "full", "refused", "too_long", "slow", "broke", "unparsed"]


class EngineFault(Exception):
    """What went wrong with one replica, in one word; `retry_after` is the engine's, in seconds."""

    def __init__(self, fault: Fault, retry_after: float | None = None) -> None:
        """Name the fault."""
        super().__init__(fault)
        self.fault: Fault = fault
        self.retry_after = retry_after


@dataclass(frozen=True)
class Probe:
    """What a replica says of itself: whether it answers, and which unsafe doors stand open."""

    status: int | None
    open_doors: tuple[str, ...] = ()


class EngineStream:
    """The bytes of one streaming answer, as the engine sends them."""

    def __init__(self, connection: Connection, idle_seconds: float) -> None:
        """Read from `connection`; `idle_seconds` bounds each silence after the head."""
        self._connection = connection
        self._idle_seconds = idle_seconds
        self._loop = asyncio.get_running_loop()
        self._asked_at = self._loop.time()
        self._slow = self._reading = False
        self._watch = self._loop.call_later(idle_seconds, self._look)

    def take(self) -> bytes:
        """Return what has come since the last read, without waiting; b"" when nothing has."""
        return self._connection.take()

    async def read(self) -> bytes:
        """Return what has come since the last read, at least a byte; b"" at the end.

        Raises `EngineFault` "slow" on a long silence, "broke" when the connection breaks.
        """
        self._asked_at, self._reading = self._loop.time(), True
        try:
            return await self._connection.read()
        except WireBroke:
            raise EngineFault("slow" if self._slow else "broke") from None
        finally:
            self._reading = False

    def close(self) -> None:
        """Watch for silences no more."""
        self._watch.cancel()

    def _look(self) -> None:
        """One timer a stream, not one a read: most reads end long before it."""
        left = self._asked_at + self._idle_seconds - self._loop.time()
        if not self._reading:
            left = self._idle_seconds
        elif left <= 0:
            self._slow = True
            self._connection.expire()
            return
        self._watch = self._loop.call_later(left, self._look)

    async def finish(self) -> None:
        """Take the last bytes of an answer that has said all, if they come at once."""
        try:
            async with asyncio.timeout(_LAST_BYTES_SECONDS):
                while await self._connection.read():
                    pass
        except (TimeoutError, WireBroke):
            return


class EngineClient:
    """Speaks OpenAI's HTTP to replicas."""

    def __init__(self, settings: EngineSettings) -> None:
        """Prepare without connecting."""
        self._settings = settings
        self._wire = Wire(connect_seconds=settings.connect_seconds)

    def close(self) -> None:
        """Close the connections that wait for a next question."""
        self._wire.close()

    @asynccontextmanager
    async def stream(
        self, replica: Replica, endpoint: str, body: Mapping[str, object]
    ) -> AsyncIterator[EngineStream]:
        """Ask `replica` and give its stream; leaving the block aborts what still runs there.

        Raises `EngineFault`.
        """
        async with self._asked(replica, endpoint, body) as connection:
            if not connection.headers.get(b"content-type", b"").startswith(b"text/event-stream"):
                raise EngineFault("broke")
            stream = EngineStream(connection, self._settings.idle_seconds)
            try:
                yield stream
            finally:
                stream.close()

    async def whole(
        self, replica: Replica, endpoint: str, body: Mapping[str, object]
    ) -> dict[str, object]:
        """Ask `replica` for a whole answer and return its JSON object; raises `EngineFault`."""
        try:
            async with (
                self._asked(replica, endpoint, body) as connection,
                asyncio.timeout(self._settings.first_token_seconds),
            ):
                answer = orjson.loads(await _bounded(connection, _WHOLE_BYTES))
        except TimeoutError:
            raise EngineFault("slow") from None
        except (WireBroke, orjson.JSONDecodeError):
            raise EngineFault("broke") from None
        if not isinstance(answer, dict):
            raise EngineFault("broke")
        return answer

    async def probe(self, replica: Replica, doors: tuple[str, ...]) -> Probe:
        """Ask whether `replica` is well and which of `doors` (paths) it leaves open."""
        root = replica.url.removesuffix("/v1")
        status = await self._status(replica, f"{root}/health")
        if status in (404, 405, 501):
            status = await self._status(replica, f"{replica.url}/models")
        if status is None or not doors:
            return Probe(status)
        # A server that answers everything alike tells nothing by answering a door.
        nowhere = await self._status(replica, f"{root}/argo-looks-for-nothing")
        found = {door: await self._status(replica, root + door) for door in doors}
        return Probe(
            status,
            tuple(door for door, code in found.items() if _stands_open(code) and code != nowhere),
        )

    async def tokens(
        self, replica: Replica, model_id: str, messages: Sequence[Mapping[str, str]]
    ) -> int | None:
        """Return how many tokens `messages` are to `replica`, None when it does not count.

        vLLM counts messages with their template; llama.cpp counts `content` without one.
        """
        content = "\n".join(each["content"] for each in messages)
        body = {"model": model_id, "messages": list(messages), "content": content}
        url = replica.url.removesuffix("/v1") + "/tokenize"
        headers = {**_authorization(replica), "content-type": "application/json"}
        try:
            async with asyncio.timeout(_PROBE_SECONDS):
                connection = await self._wire.exchange("POST", url, headers, orjson.dumps(body))
                try:
                    status, text = connection.status, await _bounded(connection, _WHOLE_BYTES)
                finally:
                    self._wire.release(url, connection)
            counted = orjson.loads(text) if status == _OK else None
        except (WireBroke, TimeoutError, EngineFault, orjson.JSONDecodeError):
            return None
        match counted:
            case {"count": int(count)}:
                return count
            case {"tokens": [_, *_] as tokens}:
                return len(tokens) + _TURN_TOKENS * len(messages)
        return None

    async def text(self, replica: Replica, path: str) -> str | None:
        """Return the body of GET `path` at the engine's root (its metrics), None when it fails."""
        try:
            status, body = await self._fetched(replica, replica.url.removesuffix("/v1") + path)
        except (WireBroke, TimeoutError, EngineFault):
            return None
        return body.decode("utf-8", "replace") if status == _OK else None

    @asynccontextmanager
    async def _asked(
        self, replica: Replica, endpoint: str, body: Mapping[str, object]
    ) -> AsyncIterator[Connection]:
        """Post a question; the block has a connection whose answer is a 200."""
        if replica.embedded:
            body = in_dialect(body, replica.tool_call_opening)
        url = f"{replica.url}/{endpoint}"
        headers = {**_authorization(replica), "content-type": "application/json"}
        try:
            async with asyncio.timeout(self._settings.first_token_seconds):
                connection = await self._wire.exchange("POST", url, headers, orjson.dumps(body))
        except TimeoutError:
            raise EngineFault("slow") from None
        except WireBroke:
            raise EngineFault("away") from None
        try:
            if connection.status != _OK:
                raise await _fault(connection, with_tools="tools" in body)
            yield connection
        finally:
            self._wire.release(url, connection)

    async def _status(self, replica: Replica, url: str) -> int | None:
        try:
            status, _ = await self._fetched(replica, url)
        except EngineFault:
            return _OK
        except (WireBroke, TimeoutError):
            return None
        return status

    async def _fetched(self, replica: Replica, url: str) -> tuple[int, bytes]:
        async with asyncio.timeout(_PROBE_SECONDS):
            connection = await self._wire.exchange("GET", url, _authorization(replica))
            try:
                return connection.status, await _bounded(connection, _WHOLE_BYTES)
            finally:
                self._wire.release(url, connection)


def _authorization(replica: Replica) -> dict[str, str]:
    return {} if replica.api_key is None else {"authorization": f"Bearer {replica.api_key}"}


def _stands_open(status: int | None) -> bool:
    return status is not None and (200 <= status < 300 or status in (400, 405, 415, 422))


async def _bounded(connection: Connection, most_bytes: int) -> bytes:
    body = bytearray()
    while part := await connection.read():
        body += part
        if len(body) > most_bytes:
            raise EngineFault("broke")
    return bytes(body)


def says_unparsed(text: bytes) -> bool:
    """Whether an engine's error says that it could not read what its model wrote."""
    return any(words in text for words in _UNPARSED)


async def _fault(connection: Connection, *, with_tools: bool) -> EngineFault:
    """Judge an error answer by its status; its text decides only what the status leaves open.

    A 500 to a question with tools is most often a call that the engine could not read: the
    replica is well, and the next try reads another.
    """
    if connection.status == _BROKEN and with_tools:
        return EngineFault("unparsed")
    if connection.status in (429, 503):
        seconds = connection.headers.get(b"retry-after", b"").decode("ascii", "replace")
        return EngineFault("full", float(seconds) if seconds.isdecimal() else None)
    if connection.status in (400, 413, 422):
        try:
            async with asyncio.timeout(_PROBE_SECONDS):
                text = await _bounded(connection, _ERROR_BYTES)
        except (WireBroke, TimeoutError, EngineFault):
            text = b""
        too_long = any(words in text for words in _TOO_LONG) or connection.status == 413
        return EngineFault("too_long" if too_long else "refused")
    return EngineFault("away")
