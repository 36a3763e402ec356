"""`/v1/rerank`: texts in the order in which they answer a question, where an engine can."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from argo.openai import rerank
from argo.openai.errors import FieldFault
from tests.fixtures import NewPerson, Serve, Service, api_key
from tests.openai.beside import RERANKER, sections
from tests.openai.test_ledger import line
from tests.support.engine import ScriptedEngine
from tests.support.postgres import Addresses

TEXTS = ["the canteen opens at noon", "a cat sleeps here", "the cat eats"]


@pytest.fixture
async def service(serve: Serve, engine: ScriptedEngine) -> AsyncIterator[Service]:
    async with serve(**sections(engine)) as service:
        yield service


async def ranked(http: aiohttp.ClientSession, **more: Any) -> dict[str, Any]:
    body = {"model": RERANKER, "query": "a cat sleeps", "documents": TEXTS, **more}
    async with http.post("rerank", json=body) as answer:
        assert answer.status == 200, await answer.text()
        assert "x-ratelimit-remaining-requests" in answer.headers
        told: dict[str, Any] = await answer.json()
        return told


async def test_the_best_text_comes_first(http: aiohttp.ClientSession) -> None:
    told = await ranked(http)
    assert told["results"][0]["index"] == 1
    assert told["results"][0]["document"] == {"text": TEXTS[1]}
    scores = [each["relevance_score"] for each in told["results"]]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == 3
    assert told["model"] == RERANKER


async def test_only_as_many_as_are_asked_for(http: aiohttp.ClientSession) -> None:
    documents = [{"text": text} for text in TEXTS]
    told = await ranked(http, top_n=1, return_documents=False, documents=documents)
    (only,) = told["results"]
    assert set(only) == {"index", "relevance_score"}


async def test_it_is_written_into_the_ledger(
    http: aiohttp.ClientSession, addresses: Addresses, institution: object
) -> None:
    told = await ranked(http)
    written = await line(addresses, institution)
    assert (written["model_id"], written["outcome"]) == (RERANKER, "complete")
    assert written["prompt_tokens"] == told["usage"]["total_tokens"] > 0


async def test_where_no_engine_ranks_it_is_refused_in_words(
    serve: Serve, new_person: NewPerson
) -> None:
    async with serve() as service, aiohttp.ClientSession() as session:
        headers = {"authorization": f"Bearer {await api_key(service, await new_person())}"}
        body = {"model": RERANKER, "query": "x", "documents": ["y"]}
        async with session.post(f"{service.url}/v1/rerank", json=body, headers=headers) as answer:
            assert answer.status == 404
            error = (await answer.json())["error"]
    assert error["code"] == "rerank_absent"
    assert "/v1/embeddings" in error["message"]


async def test_without_a_key_it_is_refused(service: Service) -> None:
    async with (
        aiohttp.ClientSession() as stranger,
        stranger.post(f"{service.url}/v1/rerank", json={}) as answer,
    ):
        assert answer.status == 401


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"documents": ["x"]}, "query"),
        ({"query": "x"}, "documents"),
        ({"query": "", "documents": ["x"]}, "query"),
        ({"query": "x", "documents": []}, "documents"),
        ({"query": "x", "documents": ["y", ""]}, "documents[1]"),
        ({"query": "x", "documents": [{"image": "y"}]}, "documents[0]"),
        ({"query": "x", "documents": [{"text": "y", "url": "z"}]}, "documents[0].url"),
        ({"query": "x", "documents": ["y"] * 1001}, "documents"),
        ({"query": "x" * 2000, "documents": ["y"] * 600}, "documents"),
        ({"query": "x", "documents": ["y"], "top_n": 0}, "top_n"),
        ({"query": "x", "documents": ["y"], "return_documents": 1}, "return_documents"),
        ({"query": "x", "documents": ["y"], "instruction": "z"}, "instruction"),
    ],
)
def test_what_does_not_fit_is_named(body: dict[str, Any], param: str) -> None:
    with pytest.raises(FieldFault) as fault:
        rerank.read({"model": RERANKER, **body})
    assert fault.value.param == param
