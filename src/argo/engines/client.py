"""The one HTTP client to engines. Nothing else of the service opens an HTTP connection.

It reaches only the addresses of the settings: no proxy from the environment, no redirect, no
cookie. What an engine writes in an error never leaves this module.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

import aiohttp
import orjson

from argo.engines.types import EngineSettings, Replica

_ERROR_BYTES = 4096
_WHOLE_BYTES = 32 * 1024 * 1024
_PROBE_SECONDS = 3.0

Fault = Literal["away", "full", "refused", "too_long", "slow", "broke"]


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

    def __init__(self, response: aiohttp.ClientResponse, idle_seconds: float) -> None:
        """Read from `response`; `idle_seconds` bounds each silence after the first byte."""
        self._response = response
        self._idle_seconds = idle_seconds

    async def read(self) -> bytes:
        """Return what has come since the last read, at least a byte; b"" at the end.

        Raises `EngineFault` "slow" on a long silence, "broke" when the connection breaks.
        """
        try:
            async with asyncio.timeout(self._idle_seconds):
                return await self._response.content.readany()
        except TimeoutError:
            raise EngineFault("slow") from None
        except (aiohttp.ClientError, OSError):
            raise EngineFault("broke") from None


class EngineClient:
    """Speaks OpenAI's HTTP to replicas."""

    def __init__(self, settings: EngineSettings) -> None:
        """Prepare without connecting; `open` before use."""
        self._settings = settings
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Make the connection pool."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=30, ttl_dns_cache=30),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._settings.connect_seconds),
            trust_env=False,
            auto_decompress=False,
            headers={"accept-encoding": "identity", "user-agent": "argo"},
        )

    async def close(self) -> None:
        """Close every connection, running answers with them."""
        if self._session is not None:
            await self._session.close()

    @asynccontextmanager
    async def stream(
        self, replica: Replica, endpoint: str, body: Mapping[str, object]
    ) -> AsyncIterator[EngineStream]:
        """Ask `replica` and give its stream; leaving the block aborts what still runs there.

        Raises `EngineFault`.
        """
        response = await self._post(replica, endpoint, body)
        try:
            if not response.content_type.startswith("text/event-stream"):
                raise EngineFault("broke")
            yield EngineStream(response, self._settings.idle_seconds)
        finally:
            response.close()

    async def whole(
        self, replica: Replica, endpoint: str, body: Mapping[str, object]
    ) -> dict[str, object]:
        """Ask `replica` for a whole answer and return its JSON object; raises `EngineFault`."""
        response = await self._post(replica, endpoint, body)
        try:
            async with asyncio.timeout(self._settings.first_token_seconds):
                answer = orjson.loads(await _bounded(response, _WHOLE_BYTES))
        except TimeoutError:
            raise EngineFault("slow") from None
        except (aiohttp.ClientError, OSError, orjson.JSONDecodeError):
            raise EngineFault("broke") from None
        finally:
            response.close()
        if not isinstance(answer, dict):
            raise EngineFault("broke")
        return answer

    async def probe(self, replica: Replica, doors: tuple[str, ...]) -> Probe:
        """Ask whether `replica` is well and which of `doors` (paths) it leaves open."""
        status = await self._status(f"{_root(replica)}/health", replica)
        if status in (404, 405, 501):
            status = await self._status(f"{replica.url}/models", replica)
        if status is None or not doors:
            return Probe(status)
        # A server that answers everything alike tells nothing by answering a door.
        nowhere = await self._status(f"{_root(replica)}/argo-looks-for-nothing", replica)
        found = {door: await self._status(f"{_root(replica)}{door}", replica) for door in doors}
        return Probe(
            status,
            tuple(door for door, code in found.items() if _stands_open(code) and code != nowhere),
        )

    async def text(self, replica: Replica, path: str) -> str | None:
        """Return the body of GET `path` at the engine's root (its metrics), None when it fails."""
        try:
            async with self._get(f"{_root(replica)}{path}", replica) as response:
                body = await _bounded(response, _WHOLE_BYTES)
                return body.decode("utf-8", "replace") if response.status == 200 else None
        except (aiohttp.ClientError, OSError, TimeoutError, EngineFault):
            return None

    async def _post(
        self, replica: Replica, endpoint: str, body: Mapping[str, object]
    ) -> aiohttp.ClientResponse:
        assert self._session is not None
        try:
            async with asyncio.timeout(self._settings.first_token_seconds):
                response = await self._session.post(
                    f"{replica.url}/{endpoint}",
                    data=orjson.dumps(body),
                    headers=_headers(replica, {"content-type": "application/json"}),
                    allow_redirects=False,
                )
        except TimeoutError as error:
            # aiohttp's own connect timeouts are TimeoutErrors too: those say "away".
            fault: Fault = "away" if isinstance(error, aiohttp.ServerTimeoutError) else "slow"
            raise EngineFault(fault) from None
        except (aiohttp.ClientError, OSError):
            raise EngineFault("away") from None
        if response.status == 200:
            return response
        try:
            raise await _fault(response)
        finally:
            response.close()

    async def _status(self, url: str, replica: Replica) -> int | None:
        try:
            async with self._get(url, replica) as response:
                return response.status
        except (aiohttp.ClientError, OSError, TimeoutError):
            return None

    @asynccontextmanager
    async def _get(self, url: str, replica: Replica) -> AsyncIterator[aiohttp.ClientResponse]:
        assert self._session is not None
        async with (
            asyncio.timeout(_PROBE_SECONDS),
            self._session.get(url, headers=_headers(replica), allow_redirects=False) as response,
        ):
            yield response


def _root(replica: Replica) -> str:
    return replica.url.removesuffix("/v1")


def _headers(replica: Replica, more: Mapping[str, str] | None = None) -> dict[str, str]:
    headers = dict(more or {})
    if replica.api_key is not None:
        headers["authorization"] = f"Bearer {replica.api_key}"
    return headers


def _stands_open(status: int | None) -> bool:
    return status is not None and (200 <= status < 300 or status in (400, 405, 415, 422))


async def _bounded(response: aiohttp.ClientResponse, most_bytes: int) -> bytes:
    body = bytearray()
    async for part in response.content.iter_any():
        body += part
        if len(body) > most_bytes:
            raise EngineFault("broke")
    return bytes(body)


async def _fault(response: aiohttp.ClientResponse) -> EngineFault:
    """Judge an error answer by its status; its text decides only whether it was too long."""
    if response.status in (429, 503):
        seconds = response.headers.get("retry-after", "")
        return EngineFault("full", float(seconds) if seconds.isdecimal() else None)
    if response.status in (400, 413, 422):
        try:
            async with asyncio.timeout(_PROBE_SECONDS):
                text = await response.content.read(_ERROR_BYTES)
        except (aiohttp.ClientError, OSError, TimeoutError):
            text = b""
        too_long = b"context length" in text or b"context size" in text or b"context_length" in text
        return EngineFault("too_long" if too_long or response.status == 413 else "refused")
    return EngineFault("away")
