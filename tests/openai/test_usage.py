"""A person sees what their own keys used, and nobody else's."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from openai import AsyncOpenAI

from argo.openai import usage
from argo.openai.errors import FieldFault
from tests.fixtures import NewPerson, Service, api_key
from tests.openai.asking import HELLO, LARGE, SMALL
from tests.support.engine import ScriptedEngine

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


async def used(http: aiohttp.ClientSession, requests: int, query: str = "") -> list[dict[str, Any]]:
    """Return the one day's results, as soon as the ledger holds so many requests."""
    async with asyncio.timeout(5):
        while True:
            async with http.get(f"usage{query}") as answer:
                assert answer.status == 200
                told = await answer.json()
            results = told["data"][0]["results"] if told["data"] else []
            if sum(each["num_model_requests"] for each in results) == requests:
                return list(results)


async def test_nothing_asked_is_nothing_used(http: aiohttp.ClientSession) -> None:
    async with http.get("usage") as answer:
        assert await answer.json() == {
            "object": "page",
            "data": [],
            "has_more": False,
            "next_page": None,
        }
        assert "x-ratelimit-remaining-requests" not in answer.headers


async def test_requests_and_tokens_are_added_up(
    http: aiohttp.ClientSession, client: AsyncOpenAI, engine: ScriptedEngine
) -> None:
    engine.says("un", " deux")
    engine.says("trois")
    engine.says("quatre")
    for model in (SMALL, SMALL, LARGE):
        await client.chat.completions.create(model=model, messages=HELLO)
    (whole,) = await used(http, 3)
    assert whole["output_tokens"] == 4
    assert whole["input_tokens"] > 0
    assert (whole["model"], whole["api_key_id"]) == (None, None)
    apart = await used(http, 3, "?group_by=model&group_by[]=api_key_id")
    assert {each["model"]: each["num_model_requests"] for each in apart} == {SMALL: 2, LARGE: 1}
    assert len({each["api_key_id"] for each in apart}) == 1


async def test_anothers_use_stays_theirs(
    http: aiohttp.ClientSession, service: Service, new_person: NewPerson, client: AsyncOpenAI
) -> None:
    await client.chat.completions.create(model=SMALL, messages=HELLO)
    await used(http, 1)
    headers = {"authorization": f"Bearer {await api_key(service, await new_person())}"}
    async with http.get("usage", headers=headers) as answer:
        assert (await answer.json())["data"] == []


async def test_without_a_key_it_is_refused(http: aiohttp.ClientSession) -> None:
    async with http.get("usage", headers={"authorization": "Bearer argo-nobody"}) as answer:
        assert answer.status == 401


def test_days_are_whole() -> None:
    wanted = usage.wanted([("start_time", str(int(NOW.timestamp()) - 60))], NOW)
    assert wanted.since == datetime(2026, 3, 1, tzinfo=UTC)
    assert wanted.until == datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ([("since", "1")], "since"),
        ([("start_time", "yesterday")], "start_time"),
        ([("start_time", "9" * 30)], "start_time"),
        ([("start_time", "-62135596800")], "start_time"),
        ([("end_time", "-62135596800")], "end_time"),
        ([("end_time", "253402300799")], "end_time"),
        ([("end_time", "1772368200000")], "end_time"),
        ([("end_time", "0"), ("start_time", "1")], "start_time"),
        ([("start_time", "1")], "start_time"),
        ([("bucket_width", "1m")], "bucket_width"),
        ([("group_by", "user_id")], "group_by"),
    ],
)
def test_a_fault_is_told_by_its_name(query: list[tuple[str, str]], param: str) -> None:
    with pytest.raises(FieldFault) as fault:
        usage.wanted(query, NOW)
    assert fault.value.param == param
