"""`/v1/embeddings`: the SDK asks unchanged; quota and ledger count it like any question."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from openai import AsyncOpenAI, BadRequestError, NotFoundError, RateLimitError

from argo.openai import embeddings
from argo.openai.errors import FieldFault
from argo.quotas.types import QuotaSettings
from tests.fixtures import NewPerson, Serve, Service, api_key
from tests.openai.asking import HELLO
from tests.openai.beside import EMBEDDER, sections
from tests.openai.test_ledger import line
from tests.support.engine import ScriptedEngine
from tests.support.postgres import Addresses


@pytest.fixture
async def service(serve: Serve, engine: ScriptedEngine) -> AsyncIterator[Service]:
    async with serve(**sections(engine)) as service:
        yield service


async def test_texts_come_back_as_vectors_in_order(client: AsyncOpenAI) -> None:
    texts = ["le chat dort", "the cat sleeps", "le chat dort"]
    answer = await client.embeddings.create(model=EMBEDDER, input=texts)
    vectors = [each.embedding for each in answer.data]
    assert [each.index for each in answer.data] == [0, 1, 2]
    assert vectors[0] == vectors[2] != vectors[1]
    assert math.hypot(*vectors[0]) == pytest.approx(1, abs=1e-5)
    assert answer.model == EMBEDDER
    assert answer.usage.prompt_tokens == answer.usage.total_tokens > 0


async def test_both_encodings_say_the_same(client: AsyncOpenAI, http: Any) -> None:
    # The SDK asks for base64 by itself and unpacks it.
    packed = await client.embeddings.create(model=EMBEDDER, input="un texte")
    plain = await client.embeddings.create(
        model=EMBEDDER, input="un texte", encoding_format="float"
    )
    assert packed.data[0].embedding == pytest.approx(plain.data[0].embedding, abs=1e-7)


async def test_fewer_dimensions_are_the_beginning_at_length_one(client: AsyncOpenAI) -> None:
    whole = (await client.embeddings.create(model=EMBEDDER, input="un texte " * 40)).data[0]
    short = (
        await client.embeddings.create(model=EMBEDDER, input="un texte " * 40, dimensions=100)
    ).data[0]
    assert len(short.embedding) == 100
    scale = math.hypot(*whole.embedding[:100]) or 1
    assert [each * scale for each in short.embedding] == pytest.approx(
        whole.embedding[:100], abs=1e-6
    )


async def test_more_dimensions_than_there_are_are_refused(client: AsyncOpenAI) -> None:
    with pytest.raises(BadRequestError, match="dimensions"):
        await client.embeddings.create(model=EMBEDDER, input="x", dimensions=8000)


async def test_it_counts_against_the_quota_and_in_the_ledger(
    client: AsyncOpenAI, addresses: Addresses, institution: object
) -> None:
    answer = await client.embeddings.with_raw_response.create(model=EMBEDDER, input="x y z")
    assert answer.headers["x-ratelimit-remaining-requests"] == "9"
    written = await line(addresses, institution)
    assert (written["model_id"], written["source"]) == (EMBEDDER, "api")
    assert written["prompt_tokens"] == answer.parse().usage.prompt_tokens > 0
    assert (written["completion_tokens"], written["outcome"]) == (0, "complete")


async def test_beyond_the_quota_it_is_refused(
    serve: Serve, engine: ScriptedEngine, new_person: NewPerson
) -> None:
    quotas = QuotaSettings(requests_per_minute=1)
    async with serve(quotas=quotas, **sections(engine)) as service:
        key = await api_key(service, await new_person())
        async with AsyncOpenAI(base_url=f"{service.url}/v1", api_key=key, max_retries=0) as client:
            await client.embeddings.create(model=EMBEDDER, input="x")
            with pytest.raises(RateLimitError) as refused:
                await client.embeddings.create(model=EMBEDDER, input="x")
    assert int(refused.value.response.headers["retry-after"]) > 0


async def test_an_engine_that_is_away_is_said_in_words(
    http: aiohttp.ClientSession, engine: ScriptedEngine
) -> None:
    engine.goes_away()
    async with http.post("embeddings", json={"model": EMBEDDER, "input": "x"}) as answer:
        assert answer.status == 503
        assert (await answer.json())["error"]["code"] == "engine_away"
        assert int(answer.headers["retry-after"]) > 0
        assert answer.headers["x-ratelimit-remaining-requests"] == "9"


async def test_only_the_embedding_model_embeds_and_it_does_not_chat(client: AsyncOpenAI) -> None:
    with pytest.raises(NotFoundError):
        await client.embeddings.create(model="small-model", input="x")
    with pytest.raises(NotFoundError):
        await client.chat.completions.create(model=EMBEDDER, messages=HELLO)


async def test_the_model_is_listed_with_its_kind(client: AsyncOpenAI) -> None:
    listed = (await client.models.retrieve(EMBEDDER)).model_dump()
    assert (listed["type"], listed["context_window"]) == ("embedding", 8192)


async def test_without_a_key_it_is_refused(service: Service) -> None:
    async with (
        aiohttp.ClientSession() as stranger,
        stranger.post(f"{service.url}/v1/embeddings", json={}) as answer,
    ):
        assert answer.status == 401


async def test_without_an_embedding_model_it_says_so(serve: Serve, new_person: NewPerson) -> None:
    async with serve() as service, aiohttp.ClientSession() as session:
        headers = {"authorization": f"Bearer {await api_key(service, await new_person())}"}
        body = {"model": "x", "input": "x"}
        async with session.post(
            f"{service.url}/v1/embeddings", json=body, headers=headers
        ) as answer:
            assert answer.status == 503
            assert (await answer.json())["error"]["code"] == "embeddings_absent"


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "input"),
        ({"input": ""}, "input"),
        ({"input": []}, "input"),
        ({"input": ["x", ""]}, "input"),
        ({"input": [1, 2]}, "input"),
        ({"input": [[1, 2]]}, "input"),
        ({"input": ["x"] * 2049}, "input"),
        ({"input": "x" * 1_000_001}, "input"),
        ({"input": "x", "encoding_format": "int8"}, "encoding_format"),
        ({"input": "x", "dimensions": 0}, "dimensions"),
        ({"input": "x", "dimensions": 385}, "dimensions"),
        ({"input": "x", "input_type": "poem"}, "input_type"),
        ({"input": "x", "truncate": True}, "truncate"),
    ],
)
def test_what_does_not_fit_is_named(body: dict[str, Any], param: str) -> None:
    with pytest.raises(FieldFault) as fault:
        embeddings.read({"model": EMBEDDER, **body}, 384)
    assert fault.value.param == param


def test_token_ids_are_refused_with_the_way_out() -> None:
    with pytest.raises(FieldFault) as fault:
        embeddings.read({"model": EMBEDDER, "input": [[15, 27]]}, 384)
    assert "check_embedding_ctx_length=False" in fault.value.text("en")
