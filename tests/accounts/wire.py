"""Requests as they stand on the wire: any header, as often as a test likes."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

SAME_ORIGIN = ("sec-fetch-site", "same-origin")


@dataclass(frozen=True)
class Reply:
    """One answer, as it came."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def code(self) -> str:
        """The code of its error."""
        code: str = json.loads(self.body)["error"]["code"]
        return code

    def all(self, name: str) -> list[str]:
        """Every value of the header `name`."""
        return [value for each, value in self.headers if each == name]


async def asked(
    url: str, method: str, path: str, *headers: tuple[str, str], body: Any = None, form: str = ""
) -> Reply:
    """Send exactly these headers, besides those without which nobody would answer."""
    parts = urlsplit(url)
    sent = form.encode() if body is None else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    if not any(name.lower() == "host" for name, _ in headers):
        lines.append(f"host: {parts.netloc}")
    if sent:
        lines.append(f"content-length: {len(sent)}")
        if not any(name.lower() == "content-type" for name, _ in headers):
            lines.append("content-type: application/json")
    lines += ["connection: close", "", ""]
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        writer.write("\r\n".join(lines).encode() + sent)
        head, _, rest = (await reader.read(-1)).partition(b"\r\n\r\n")
    finally:
        writer.close()
    first, *named = head.decode("latin-1").split("\r\n")
    found = tuple(
        (name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in named)
    )
    if ("transfer-encoding", "chunked") in found:
        rest = _joined(rest)
    return Reply(int(first.split()[1]), found, rest)


def _joined(rest: bytes) -> bytes:
    parts = []
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        length = int(size, 16)
        parts.append(rest[:length])
        rest = rest[length + 2 :]
    return b"".join(parts)
