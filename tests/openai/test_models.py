"""`GET /v1/models` lists what may be asked: raw models, and assistants under an alias."""

from __future__ import annotations

import aiohttp
import pytest
from openai import AsyncOpenAI, NotFoundError

from tests.openai.asking import SMALL


async def test_models_and_assistants_are_listed_with_what_they_can(client: AsyncOpenAI) -> None:
    listed = {model.id: model async for model in client.models.list()}
    assert {SMALL, "generalist-small"} <= set(listed)
    raw = listed[SMALL].model_dump()
    assert raw["object"] == "model"
    assert raw["context_tokens"] == raw["max_model_len"] > 0
    assert raw["state"] == "ready"
    assert "tools" in raw["capabilities"]
    alias = listed["generalist-small"].model_dump()
    assert alias["root"] == SMALL
    assert alias["context_tokens"] == raw["context_tokens"]


@pytest.mark.parametrize("name", [SMALL, "generalist-small"])
async def test_one_model_can_be_looked_up(client: AsyncOpenAI, name: str) -> None:
    assert (await client.models.retrieve(name)).id == name


@pytest.mark.parametrize("name", ["gpt-9", "institute-small", "a/b"])
async def test_an_unknown_model_is_not_found(client: AsyncOpenAI, name: str) -> None:
    with pytest.raises(NotFoundError) as missing:
        await client.models.retrieve(name)
    assert missing.value.code == "model_not_found"


async def test_listing_models_counts_against_no_quota(http: aiohttp.ClientSession) -> None:
    for _ in range(15):
        async with http.get("models") as answer:
            assert answer.status == 200
            assert "x-ratelimit-limit-requests" not in answer.headers
