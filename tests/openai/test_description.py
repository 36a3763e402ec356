"""`/openapi.json` describes `/v1` although its bodies are read by hand."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from argo.openai import anthropic, embeddings, lists, rerank, responses, text_completions
from tests.fixtures import Service


@pytest.fixture
async def paths(service: Service) -> Any:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{service.url}/openapi.json") as answer,
    ):
        return (await answer.json())["paths"]


@pytest.mark.parametrize(
    ("path", "fields", "required"),
    [
        ("chat/completions", {**lists.PASSED, **lists.IGNORED}, ["model", "messages"]),
        (
            "completions",
            {**text_completions.PASSED, **text_completions.IGNORED},
            ["model", "prompt"],
        ),
        ("responses", {**responses.PASSED, **responses.IGNORED}, ["model", "input"]),
        (
            "messages",
            {**anthropic.PASSED, **anthropic.IGNORED},
            ["model", "max_tokens", "messages"],
        ),
        ("embeddings", {**embeddings.PASSED, **embeddings.IGNORED}, ["model", "input"]),
        ("rerank", {**rerank.PASSED, **rerank.IGNORED}, ["model", "query", "documents"]),
        (
            "messages/count_tokens",
            {**anthropic.PASSED, **anthropic.IGNORED},
            ["model", "messages"],
        ),
    ],
)
async def test_the_request_is_described_field_by_field(
    paths: Any, path: str, fields: dict[str, str], required: list[str]
) -> None:
    body = paths[f"/v1/{path}"]["post"]["requestBody"]["content"]["application/json"]
    assert set(body["schema"]["properties"]) == set(fields)
    assert body["schema"]["required"] == required


async def test_every_route_says_how_it_refuses(paths: Any) -> None:
    for path, method in (
        ("/v1/chat/completions", "post"),
        ("/v1/completions", "post"),
        ("/v1/responses", "post"),
        ("/v1/messages", "post"),
        ("/v1/messages/count_tokens", "post"),
        ("/v1/embeddings", "post"),
        ("/v1/rerank", "post"),
        ("/v1/files", "post"),
        ("/v1/vector_stores", "post"),
        ("/v1/vector_stores/{store_id}/search", "post"),
        ("/v1/usage", "get"),
        ("/v1/models", "get"),
        ("/v1/models/{model_id}", "get"),
    ):
        told = paths[path][method]["responses"]
        assert {"200", "401"} <= set(told)
        assert "422" not in told
