"""`/openapi.json` describes `/v1` although its bodies are read by hand."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from argo.openai.lists import IGNORED, PASSED
from tests.fixtures import Service


@pytest.fixture
async def paths(service: Service) -> Any:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{service.url}/openapi.json") as answer,
    ):
        return (await answer.json())["paths"]


async def test_the_request_is_described_field_by_field(paths: Any) -> None:
    body = paths["/v1/chat/completions"]["post"]["requestBody"]["content"]["application/json"]
    assert set(body["schema"]["properties"]) == set(PASSED) | set(IGNORED)
    assert body["schema"]["required"] == ["model", "messages"]


async def test_every_route_says_how_it_refuses(paths: Any) -> None:
    for path, method in (
        ("/v1/chat/completions", "post"),
        ("/v1/models", "get"),
        ("/v1/models/{model_id}", "get"),
    ):
        told = paths[path][method]["responses"]
        assert {"200", "401"} <= set(told)
        assert "422" not in told
