"""A browser without a screen: keeps its cookie, proves its origin, reads event streams."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import httpx2 as http


@dataclass(frozen=True)
class Answer:
    """One answer: status, headers, and its JSON if it has some."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def code(self) -> str:
        """The code of an error."""
        return str(self.body["error"]["code"])


@dataclass(frozen=True)
class Event:
    """One server-sent event."""

    number: int
    name: str
    data: dict[str, Any] = field(default_factory=dict)


class Browser:
    """One person's browser at one address."""

    def __init__(self, url: str, *, language: str = "en") -> None:
        self._client = http.AsyncClient(
            base_url=url,
            headers={"sec-fetch-site": "same-origin", "accept-language": language},
            timeout=30,
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies it holds."""
        return dict(self._client.cookies)

    def remember(self, cookies: Mapping[str, str]) -> None:
        """Take the cookies that another window of this browser held."""
        self._client.cookies.update(cookies)

    def forget(self) -> None:
        """Lose every cookie."""
        self._client.cookies.clear()

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Send a request and read its whole answer; header names have _ for -."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"json": body} if body is not None else {}
        found = await self._client.request(method, path, headers=named, **sent)
        kind = found.headers.get("content-type", "")
        is_json = bool(found.content) and kind.startswith("application/json")
        return Answer(found.status_code, found.headers, found.json() if is_json else found.text)

    async def get(self, path: str, **headers: str) -> Answer:
        """Send a GET."""
        return await self.ask("GET", path, None, **headers)

    async def post(self, path: str, body: object = None, **headers: str) -> Answer:
        """Send a POST."""
        return await self.ask("POST", path, body, **headers)

    async def patch(self, path: str, body: object) -> Answer:
        """Send a PATCH."""
        return await self.ask("PATCH", path, body)

    async def delete(self, path: str) -> Answer:
        """Send a DELETE."""
        return await self.ask("DELETE", path)

    @asynccontextmanager
    async def events(
        self, path: str, body: object = None, method: str = "GET"
    ) -> AsyncIterator[AsyncIterator[Event]]:
        """Open an event stream; leaving the block closes the connection."""
        sent = {"json": body} if body is not None else {}
        async with self._client.stream(method, path, **sent) as answer:
            assert answer.status_code == 200, await answer.aread()
            yield _events(answer.aiter_lines())


async def _events(lines: AsyncIterator[str]) -> AsyncIterator[Event]:
    number, name, data = 0, "", "{}"
    async for line in lines:
        if line.startswith("id: "):
            number = int(line[4:])
        elif line.startswith("event: "):
            name = line[7:]
        elif line.startswith("data: "):
            data = line[6:]
        elif not line and name:
            yield Event(number, name, json.loads(data))
            name = ""
