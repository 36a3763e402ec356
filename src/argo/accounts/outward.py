"""The one way to identity providers: small HTTPS answers from addresses that settings allow.

No proxy from the environment, no redirect, no cookie; an answer has a limit in bytes and the
whole exchange one in seconds (docs/decisions/0016-sign-on.md).
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httptools

MOST_ANSWER_BYTES = 512 * 1024
_MOST_READ_BYTES = 64 * 1024


class ProviderSilent(Exception):
    """Nobody answered within the time, or what came is not HTTP, or too much."""


@dataclass(frozen=True)
class Reply:
    """One answer."""

    status: int
    body: bytes


class _Reading:
    """An answer as llhttp finds it; httptools calls the `on_` methods."""

    def __init__(self) -> None:
        self.body = b""
        self.framed = self.headed = self.complete = False

    def on_header(self, name: bytes, value: bytes) -> None:
        self.framed |= name.lower() in (b"content-length", b"transfer-encoding")

    def on_headers_complete(self) -> None:
        self.headed = True

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.complete = True


class Outward:
    """Asks one provider, a connection an exchange."""

    def __init__(self, *, seconds: float, ca_file: Path | None = None) -> None:
        """Give each exchange `seconds`; trust `ca_file` in place of the machine's authorities."""
        self._seconds = seconds
        self._tls = ssl.create_default_context(cafile=ca_file)

    async def ask(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Reply:
        """Send a request and return its answer, whatever its status; raises `ProviderSilent`."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._exchange(method, url, headers, body)
        except (OSError, TimeoutError, httptools.HttpParserError, ValueError) as error:
            raise ProviderSilent from error

    async def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> Reply:
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        reader, writer = await asyncio.open_connection(
            parts.hostname, parts.port or (443 if secure else 80), ssl=self._tls if secure else None
        )
        try:
            writer.write(_request(method, url, headers, body))
            return await _answer(reader)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


async def _answer(reader: asyncio.StreamReader) -> Reply:
    """Read to the end of one answer; raises `ProviderSilent` beyond the limit or before its end."""
    reading, seen = _Reading(), 0
    parser = httptools.HttpResponseParser(reading)
    while not reading.complete:
        data = await reader.read(_MOST_READ_BYTES)
        seen += len(data)
        if seen > MOST_ANSWER_BYTES:
            raise ProviderSilent
        if not data:
            # An answer without a length ends with the connection (RFC 9112, 6.3).
            if reading.headed and not reading.framed:
                break
            raise ProviderSilent
        parser.feed_data(data)
    return Reply(parser.get_status_code(), reading.body)


def _request(method: str, url: str, headers: Mapping[str, str], body: bytes) -> bytes:
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [
        f"{method} {path} HTTP/1.1",
        f"host: {parts.netloc}",
        f"content-length: {len(body)}",
        "connection: close",
        "accept: application/json",
        "accept-encoding: identity",
        "user-agent: argo",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    if any(not line.isprintable() for line in lines):
        raise ValueError("a header of two lines")
    return "\r\n".join(lines).encode("ascii") + b"\r\n\r\n" + body
