"""Texts become vectors by the engine of the settings, whatever form it answers in."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from typing import Any

import pytest

from argo.engines import register
from argo.engines.client import EngineClient
from argo.engines.embeddings import Embeddings, shortened
from argo.engines.errors import EmbeddingsAbsent
from argo.engines.types import EmbeddingsSettings, EngineSettings
from tests.support.engine import ScriptedEngine


@pytest.fixture
async def client() -> AsyncIterator[EngineClient]:
    client = EngineClient(EngineSettings())
    yield client
    client.close()


def reached(engine: ScriptedEngine, client: EngineClient, **more: Any) -> Embeddings:
    settings = EmbeddingsSettings(url=engine.url, model="bge-m3", **more)
    return Embeddings(register.embedding_source(settings, None, {}), client, EngineSettings())


async def test_many_texts_come_back_in_order_and_of_length_one(
    engine: ScriptedEngine, client: EngineClient
) -> None:
    embeddings = reached(engine, client)
    texts = [f"texte {n}" for n in range(70)]
    found = await embeddings.embed(texts, "passage")
    alone = await embeddings.embed([texts[69]], "passage")
    assert found.vectors[69] == alone.vectors[0]
    assert all(math.hypot(*each) == pytest.approx(1, abs=1e-5) for each in found.vectors)
    assert found.exact and found.tokens > 70
    # No request is so long that another asker's single text waits for a thousand.
    assert len(engine.probes) == 4


async def test_each_kind_has_the_beginning_its_model_wants(
    engine: ScriptedEngine, client: EngineClient
) -> None:
    embeddings = reached(engine, client, query_prefix="query: ", passage_prefix="passage: ")
    query, passage = [
        (await embeddings.embed(["chat"], kind)).vectors[0] for kind in ("query", "passage")
    ]
    as_it_stands = (await embeddings.embed(["query: chat"], None)).vectors[0]
    assert query == as_it_stands != passage


async def test_the_dimension_is_learned_from_the_engine(
    engine: ScriptedEngine, client: EngineClient
) -> None:
    embeddings = reached(engine, client, version="2026-03")
    assert embeddings.dimension is None
    model = await embeddings.model()
    assert (model.id, model.version) == ("bge-m3", "2026-03")
    assert model.dimension == len((await embeddings.embed(["x"], "query")).vectors[0])


async def test_without_an_engine_it_says_so(client: EngineClient) -> None:
    embeddings = Embeddings(None, client, EngineSettings())
    assert embeddings.state() == "away"
    with pytest.raises(EmbeddingsAbsent):
        await embeddings.embed(["x"], "query")


async def test_a_shortened_vector_keeps_its_beginning_and_length_one(
    engine: ScriptedEngine, client: EngineClient
) -> None:
    vector = (await reached(engine, client).embed(["un texte"], "query")).vectors[0]
    short = shortened(vector, 8)
    assert len(short) == 8
    assert math.hypot(*short) == pytest.approx(1, abs=1e-5) or not any(vector[:8])
