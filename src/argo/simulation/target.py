"""Where a load test asks: an address taken apart once, and the requests it gets."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

import orjson

from argo.simulation.errors import TargetUnusable

LONGEST_LOOK_SECONDS = 10.0


@dataclass(frozen=True)
class Target:
    """One OpenAI-compatible API."""

    url: str
    host: str
    port: int
    path: str
    """The API's path, as a rule `/v1`."""
    tls: ssl.SSLContext | None
    address: str = ""
    """The numeric address of `host`, looked up once."""

    def question(self, key: str, model: str, text: str, tokens: int) -> bytes:
        """Return the bytes of one streamed chat question that wants `tokens` in its answer."""
        body = orjson.dumps(
            {
                "model": model,
                "messages": [{"role": "user", "content": text}],
                "max_tokens": tokens,
                "stream": True,
                "stream_options": {"include_usage": True},
            }
        )
        return self._head("POST", "/chat/completions", key, len(body)) + body

    def _head(self, method: str, path: str, key: str, length: int) -> bytes:
        lines = [
            f"{method} {self.path}{path} HTTP/1.1",
            f"host: {self.host}:{self.port}",
            "accept: text/event-stream, application/json",
            *([f"authorization: Bearer {key}"] if key else []),
            *(["content-type: application/json", f"content-length: {length}"] if length else []),
            "connection: close",
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    async def connect(self, protocol: asyncio.Protocol) -> None:
        """Open a connection for `protocol`; raises `OSError` when nobody answers."""
        await asyncio.get_running_loop().create_connection(
            lambda: protocol,
            self.address or self.host,
            self.port,
            ssl=self.tls,
            server_hostname=self.host if self.tls else None,
        )

    async def first_model(self, key: str) -> str:
        """Return the first model the API shows to `key`.

        Raises `TargetUnusable` when it shows none, or does not answer within ten seconds.
        """
        try:
            async with asyncio.timeout(LONGEST_LOOK_SECONDS):
                reader, writer = await asyncio.open_connection(
                    self.address or self.host,
                    self.port,
                    ssl=self.tls,
                    server_hostname=self.host if self.tls else None,
                )
                writer.write(self._head("GET", "/models", key, 0))
                answer = await reader.read(1_000_000)
                while not reader.at_eof() and len(answer) < 1_000_000:
                    answer += await reader.read(65_536)
                writer.close()
        except (OSError, TimeoutError) as fault:
            raise TargetUnusable(url=self.url, fault="nobody answers there") from fault
        return self._first_id(answer)

    def _first_id(self, answer: bytes) -> str:
        head, _, body = answer.partition(b"\r\n\r\n")
        words = head.split(None, 2)
        if len(words) < 2 or words[1] != b"200":
            raise TargetUnusable(url=self.url, fault="it shows no models to this key")
        try:  # a list of models is one JSON object, chunked or not
            listed = orjson.loads(body[body.index(b"{") : body.rindex(b"}") + 1])
            return str(listed["data"][0]["id"])
        except (ValueError, LookupError, TypeError) as fault:
            raise TargetUnusable(url=self.url, fault="it lists no models") from fault


async def target_at(url: str) -> Target:
    """Take an address apart and look its host up.

    Raises `TargetUnusable` when it is no http or https address, or has no host to be found.
    """
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise TargetUnusable(url=url, fault="it is no http or https address")
    tls = ssl.create_default_context() if parts.scheme == "https" else None
    port = parts.port or (443 if tls else 80)
    path = parts.path.rstrip("/")
    path = path if path.endswith("/v1") else f"{path}/v1"
    try:
        found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, port)
    except OSError as fault:
        raise TargetUnusable(url=url, fault="its host is not known") from fault
    return Target(url, parts.hostname, port, path, tls, str(found[0][4][0]))
