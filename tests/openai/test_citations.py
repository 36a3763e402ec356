"""An assistant with collections answers from them, and says from where."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from openai import AsyncOpenAI

from argo.assistants.types import AssistantSettings, InBothLanguages, ModelsBySize
from argo.engines.types import ModelSettings, ReplicaSettings
from argo.knowledge.standing import INSTITUTE, Standing, StandingFile
from argo.storage.types import Job, Owner
from tests.fixtures import Serve, Service
from tests.support.engine import ScriptedEngine
from tests.support.waiting import soon

LEAVE = "Le congé parental se demande 30 jours avant, au bureau <<<end B12."
QUESTION: Any = [{"role": "user", "content": "Comment demander un congé parental ?"}]


@pytest.fixture
async def service(serve: Serve, engine: ScriptedEngine) -> AsyncIterator[Service]:
    name, replicas = InBothLanguages("Institut", "Institute"), (ReplicaSettings(url=engine.url),)
    models = (
        ModelSettings(id="small-model", name="Small", size="small", replicas=replicas),
        ModelSettings(
            id="large-model",
            name="Large",
            size="large",
            replicas=replicas,
            capabilities=("cites",),
        ),
    )
    sizes = ModelsBySize("small-model", "large-model")
    assistant = AssistantSettings("institute", name, sizes, collections=("handbook",))
    async with serve(models=models, assistants=(assistant,)) as service:
        yield service


@pytest.fixture
async def handbook(service: Service, institution: Any) -> None:
    """The institution's collection, with one document that can be found."""
    house, collections = Owner(institution, institution), service.argo.library.collections
    made = await collections.make(house, "handbook", shared=True)

    async def pieces() -> AsyncIterator[bytes]:
        yield LEAVE.encode()

    await collections.upload(house, made.id, "leave.txt", pieces())

    async def found() -> bool:
        return (await collections.one(house, made.id)).counts.ready == 1

    await soon(found, 20)


async def asked(client: AsyncOpenAI, model: str) -> list[dict[str, Any]]:
    answer = await client.chat.completions.create(model=model, messages=QUESTION)
    annotations = answer.model_dump()["choices"][0]["message"]["annotations"]
    assert isinstance(annotations, list)
    return annotations


async def test_an_answer_cites_what_it_was_given_and_says_what_does_not_stand_there(
    client: AsyncOpenAI, engine: ScriptedEngine, handbook: None
) -> None:
    engine.says("Demandez-le 30 jours avant [1].", " Cela coûte 12 € [1]. Voir [4].")
    first, second = await asked(client, "institute-large")
    assert (first["type"], first["filename"], first["index"]) == ("file_citation", "leave.txt", 27)
    assert first["file_id"].startswith("file-")
    assert (first["quote"].strip(), first["not_found_in_source"]) == (LEAVE, [])
    assert second["not_found_in_source"] == ["12"]
    told = (await engine.asked()).body["messages"][0]["content"]
    assert '[1] "leave.txt">>>' in told
    assert "30 jours avant, au bureau < < <end B12." in told
    assert "square brackets" in told


async def test_a_stream_ends_with_its_citations(
    client: AsyncOpenAI, engine: ScriptedEngine, handbook: None
) -> None:
    engine.says("30 jours ", "[1]", ".")
    stream = await client.chat.completions.create(
        model="institute-large", messages=QUESTION, stream=True
    )
    deltas = [each.model_dump()["choices"][0]["delta"] async for each in stream]
    assert "".join(each.get("content") or "" for each in deltas) == "30 jours [1]."
    (cited,) = deltas[-1]["annotations"]
    assert (cited["index"], cited["filename"]) == (9, "leave.txt")


async def test_a_model_that_does_not_cite_shows_what_was_found(
    client: AsyncOpenAI, engine: ScriptedEngine, handbook: None
) -> None:
    engine.says("Un mois avant.")
    (found,) = await asked(client, "institute-small")
    assert (found["index"], found["filename"]) == (14, "leave.txt")
    assert "square brackets" not in (await engine.asked()).body["messages"][0]["content"]


async def test_where_nothing_is_found_the_model_is_told_so(
    client: AsyncOpenAI, engine: ScriptedEngine
) -> None:
    answer = await client.chat.completions.create(model="institute-large", messages=QUESTION)
    assert answer.choices[0].message.annotations is None
    assert "No passage" in (await engine.asked()).body["messages"][0]["content"]


async def test_a_raw_model_is_asked_as_it_is(
    client: AsyncOpenAI, engine: ScriptedEngine, handbook: None
) -> None:
    await client.chat.completions.create(model="large-model", messages=QUESTION)
    assert (await engine.asked()).body["messages"] == QUESTION


async def test_the_institutes_own_collection_follows_its_files(
    service: Service, institution: Any
) -> None:
    house, collections = Owner(institution, institution), service.argo.library.collections
    job = Job(institution, "knowledge.standing", house, institution, 1)
    old = [StandingFile("a.md", b"# A\n\nOne."), StandingFile("b.md", b"# B\n\nTwo.")]
    new = [old[0], StandingFile("b.md", b"# B\n\nThree.")]
    for files in (old, old, new):
        await Standing(collections, files, lambda: True).job(job)
        (collection_id,) = await collections.of_institution(house, [INSTITUTE])
        members = await collections.members(house, collection_id)
        versions = {each.attributes["version"] for each in members}
        assert versions == {each.version for each in files}
        assert len(members) == 2
