"""The official SDK, pointed at a running ARGO over a scripted engine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest
from openai import AsyncOpenAI

ApiKey = Callable[[], Awaitable[str]]


@pytest.fixture
async def client(service: str, api_key: ApiKey) -> AsyncIterator[AsyncOpenAI]:
    """The SDK as a person's program uses it; it does not try again by itself."""
    async with AsyncOpenAI(
        base_url=f"{service}/v1", api_key=await api_key(), max_retries=0, timeout=20
    ) as client:
        yield client


@pytest.fixture
async def http(service: str, api_key: ApiKey) -> AsyncIterator[aiohttp.ClientSession]:
    """Plain HTTP with a person's key, for what an SDK hides."""
    headers = {"authorization": f"Bearer {await api_key()}"}
    async with aiohttp.ClientSession(f"{service}/v1/", headers=headers) as session:
        yield session
