"""The official SDK, pointed at a running ARGO over a scripted engine."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from openai import AsyncOpenAI

from tests.fixtures import NewPerson, Service, api_key


@pytest.fixture
async def key(service: Service, new_person: NewPerson) -> str:
    """A person's key."""
    return await api_key(service, await new_person())


@pytest.fixture
async def client(service: Service, key: str) -> AsyncIterator[AsyncOpenAI]:
    """The SDK as a person's program uses it; it does not try again by itself."""
    async with AsyncOpenAI(
        base_url=f"{service.url}/v1", api_key=key, max_retries=0, timeout=20
    ) as client:
        yield client


@pytest.fixture
async def http(service: Service, key: str) -> AsyncIterator[aiohttp.ClientSession]:
    """Plain HTTP with the same key, for what an SDK hides."""
    headers = {"authorization": f"Bearer {key}"}
    async with aiohttp.ClientSession(f"{service.url}/v1/", headers=headers) as session:
        yield session
