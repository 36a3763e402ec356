"""An address that takes other methods says which (RFC 9110, 15.5.6), whatever it is asked with."""

from __future__ import annotations

import aiohttp
import pytest

from tests.fixtures import Service


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/chat/completions", "POST"),
        ("GET", "/v1/responses", "POST"),
        ("PUT", "/v1/chat/completions", "POST"),
        ("POST", "/v1/usage", "GET"),
        ("GET", "/v1/messages", "POST"),
    ],
)
async def test_another_method_is_named(
    service: Service, method: str, path: str, allowed: str
) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, f"{service.url}{path}") as answer,
    ):
        assert answer.status == 405
        assert allowed in answer.headers["allow"].split(", ")
        assert "method" in (await answer.json())["error"]["message"]


@pytest.mark.parametrize("path", ["/v1/nothing", "/nothing", "/api/nothing"])
async def test_nothing_is_nothing(service: Service, path: str) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{service.url}{path}") as answer,
    ):
        assert answer.status == 404
