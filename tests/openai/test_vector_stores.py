"""Programs keep files and vector stores, and search them, with the official SDK as it is."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import openai
import pytest
from openai import AsyncOpenAI

from argo.openai import vector_filters, vector_search, vector_stores
from argo.openai.errors import FieldFault
from tests.fixtures import NewPerson, Service, api_key
from tests.openai.test_ledger import line
from tests.support.postgres import Addresses
from tests.support.waiting import soon

HERD = "L'élevage extensif des brebis laitières occupe les causses depuis le Moyen Âge."
STARS = "The telescope observes distant galaxies in the infrared."


async def file_of(client: AsyncOpenAI, text: str, name: str = "note.txt") -> str:
    sent = await client.files.create(file=(name, text.encode()), purpose="user_data")
    return sent.id


async def ready(client: AsyncOpenAI, store_id: str) -> None:
    async def done() -> bool:
        return (await client.vector_stores.retrieve(store_id)).status == "completed"

    await soon(done, 20)


async def filled(client: AsyncOpenAI) -> str:
    """Return a store in which both texts can be found, each with its attributes."""
    store = await client.vector_stores.create(name="Notes")
    for text, name, year in ((HERD, "herd.txt", 1998), (STARS, "stars.txt", 2024)):
        await client.vector_stores.files.create(
            store.id,
            file_id=await file_of(client, text, name),
            attributes={"year": year, "public": True},
        )
    await ready(client, store.id)
    return store.id


async def test_a_file_comes_and_goes(client: AsyncOpenAI) -> None:
    file_id = await file_of(client, STARS, "étoiles «1».txt")
    told = await client.files.retrieve(file_id)
    assert (told.filename, told.bytes, told.purpose) == ("étoiles «1».txt", 56, "user_data")
    assert (await client.files.content(file_id)).content == STARS.encode()
    second = await file_of(client, HERD)
    page = await client.files.list(limit=1)
    assert [each.id for each in page.data] == [second]
    assert [each.id async for each in client.files.list(limit=1)] == [second, file_id]
    assert (await client.files.delete(file_id)).deleted
    with pytest.raises(openai.NotFoundError):
        await client.files.retrieve(file_id)


async def test_a_small_file_is_soon_found_and_says_how_it_stands(client: AsyncOpenAI) -> None:
    store = await client.vector_stores.create(
        name="Notes",
        file_ids=[await file_of(client, HERD)],
        metadata={"team": "herds"},
        expires_after={"anchor": "last_active_at", "days": 3},
    )
    await ready(client, store.id)
    told = await client.vector_stores.retrieve(store.id)
    assert (told.file_counts.completed, told.file_counts.total) == (1, 1)
    assert told.usage_bytes == len(HERD.encode())
    assert told.metadata == {"team": "herds"}
    assert told.expires_at is not None
    assert told.expires_at - told.created_at >= 3 * 86400 - 1


async def test_a_search_finds_by_words_and_says_where(client: AsyncOpenAI) -> None:
    store_id = await filled(client)
    page = await client.vector_stores.search(
        store_id, query="élevage de brebis", rewrite_query=True, max_num_results=1
    )
    (found,) = page.data
    assert (found.filename, found.content[0].text.strip()) == ("herd.txt", HERD)
    assert found.attributes == {"year": 1998, "public": True}
    assert 0 < found.score <= 1
    both = await client.vector_stores.search(store_id, query=["brebis", "telescope"])
    assert {each.filename for each in both.data} == {"herd.txt", "stars.txt"}


async def test_a_filter_leaves_the_other_files_out_and_a_search_counts_as_a_question(
    client: AsyncOpenAI, addresses: Addresses, institution: object
) -> None:
    store_id = await filled(client)
    page = await client.vector_stores.search(
        store_id,
        query="brebis telescope",
        filters={"type": "and", "filters": [{"type": "gte", "key": "year", "value": 2000}]},
        ranking_options={"score_threshold": 0.1},
    )
    assert [each.filename for each in page.data] == ["stars.txt"]
    written = await line(addresses, institution)
    assert (written["model_id"], written["outcome"]) == ("vector-store-search", "complete")
    assert written["prompt_tokens"] > 0


async def test_files_are_listed_described_read_and_taken_out(client: AsyncOpenAI) -> None:
    store_id = await filled(client)
    files = client.vector_stores.files
    listed = [each async for each in files.list(store_id, limit=1, order="asc")]
    assert len(listed) == 2
    assert (await files.list(store_id, filter="failed")).data == []
    first = listed[0]
    changed = await files.update(
        first.id, vector_store_id=store_id, attributes={"year": 1999, "kind": "note"}
    )
    assert changed.attributes == {"year": 1999, "kind": "note"}
    content = await files.content(first.id, vector_store_id=store_id)
    assert content.data[0].text == HERD
    assert (await files.delete(first.id, vector_store_id=store_id)).deleted
    with pytest.raises(openai.NotFoundError):
        await files.retrieve(first.id, vector_store_id=store_id)
    assert (await client.files.retrieve(first.id)).id == first.id
    page = await client.vector_stores.search(store_id, query="brebis")
    assert all(each.filename != "herd.txt" for each in page.data)


async def test_a_batch_says_how_its_own_files_stand(client: AsyncOpenAI) -> None:
    store_id = await filled(client)
    ids = [await file_of(client, HERD, "one.txt"), await file_of(client, STARS, "two.txt")]
    batch = await client.vector_stores.file_batches.create_and_poll(
        store_id, file_ids=ids, poll_interval_ms=50
    )
    assert (batch.status, batch.file_counts.completed) == ("completed", 2)
    listed = await client.vector_stores.file_batches.list_files(batch.id, vector_store_id=store_id)
    assert {each.id for each in listed.data} == set(ids)


async def test_a_store_is_changed_listed_and_deleted(client: AsyncOpenAI) -> None:
    stores = [await client.vector_stores.create(name=str(n)) for n in range(3)]
    changed = await client.vector_stores.update(
        stores[0].id, name="First", metadata=None, expires_after=None
    )
    assert (changed.name, changed.expires_after) == ("First", None)
    names = [each.name async for each in client.vector_stores.list(limit=2)]
    assert names == ["2", "1", "First"]
    before = await client.vector_stores.list(before=stores[0].id, limit=1)
    assert [each.name for each in before.data] == ["1"]
    assert (await client.vector_stores.delete(stores[1].id)).deleted
    assert len((await client.vector_stores.list()).data) == 2


async def test_what_cannot_be_read_says_why(client: AsyncOpenAI) -> None:
    sent = await client.files.create(file=("x.bin", b"\x00\x01\x02" * 99), purpose="assistants")
    store = await client.vector_stores.create()
    file = await client.vector_stores.files.create_and_poll(
        sent.id, vector_store_id=store.id, poll_interval_ms=50
    )
    assert file.status == "failed"
    assert file.last_error is not None
    assert file.last_error.code == "unsupported_file"


async def test_a_stranger_sees_and_finds_nothing(
    client: AsyncOpenAI, service: Service, new_person: NewPerson
) -> None:
    store_id = await filled(client)
    file_id = (await client.vector_stores.files.list(store_id)).data[0].id
    key = await api_key(service, await new_person())
    async with AsyncOpenAI(base_url=f"{service.url}/v1", api_key=key, max_retries=0) as stranger:
        stores = stranger.vector_stores
        own = await stores.create()
        for refused in (
            stores.retrieve(store_id),
            stores.update(store_id, name="mine"),
            stores.delete(store_id),
            stores.search(store_id, query="brebis"),
            stores.files.list(store_id),
            stores.files.create(own.id, file_id=file_id),
            stores.create(file_ids=[file_id]),
            stranger.files.retrieve(file_id),
            stranger.files.delete(file_id),
            stranger.files.content(file_id),
        ):
            with pytest.raises(openai.NotFoundError):
                await refused
        assert (await stranger.files.list()).data == []
        assert [each.id for each in (await stores.list()).data] == [own.id]


@pytest.mark.parametrize("path", ["vector_stores", "vector_stores/vs_1/search", "files"])
async def test_without_a_key_or_with_a_malformed_id_it_is_refused(
    service: Service, http: aiohttp.ClientSession, path: str
) -> None:
    async with (
        aiohttp.ClientSession() as stranger,
        stranger.post(f"{service.url}/v1/{path}", json={}) as answer,
    ):
        assert answer.status == 401
    for malformed in ("vector_stores/vs_1", "files/file-1", "vector_stores/vs_1/files/file-1"):
        async with http.get(malformed) as answer:
            assert answer.status == 404


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ([("purpose", "batch"), ("file", b"x")], "invalid_value"),
        ([("file", b"x"), ("purpose", "user_data")], "invalid_value"),
        ([("purpose", "user_data")], "missing_required_parameter"),
        ([("expires_after[seconds]", "3600")], "unsupported_parameter"),
        ([("colour", "red")], "unknown_parameter"),
        ([("purpose", "x" * 2000)], "form_invalid"),
    ],
)
async def test_a_form_that_is_not_as_it_should_be_is_refused(
    http: aiohttp.ClientSession, fields: list[tuple[str, Any]], code: str
) -> None:
    form = aiohttp.FormData(default_to_multipart=True)
    for name, value in fields:
        form.add_field(name, value, filename="x.txt" if isinstance(value, bytes) else None)
    async with http.post("files", data=form) as answer:
        assert answer.status == 400
        assert (await answer.json())["error"]["code"] == code


@pytest.mark.parametrize(
    ("given", "holds"),
    [
        ({"type": "eq", "key": "year", "value": 1998}, True),
        ({"type": "eq", "key": "year", "value": True}, False),
        ({"type": "ne", "key": "absent", "value": 1}, True),
        ({"type": "gt", "key": "year", "value": 1998}, False),
        ({"type": "lte", "key": "year", "value": 1998.0}, True),
        ({"type": "lt", "key": "year", "value": "2"}, False),
        ({"type": "gt", "key": "absent", "value": 0}, False),
        ({"type": "in", "key": "kind", "value": ["a", "b"]}, True),
        ({"type": "nin", "key": "kind", "value": ["a"]}, False),
        (
            {
                "type": "or",
                "filters": [
                    {"type": "eq", "key": "kind", "value": "z"},
                    {"type": "gte", "key": "year", "value": 1998},
                ],
            },
            True,
        ),
    ],
)
def test_a_filter_holds_or_does_not(given: dict[str, Any], holds: bool) -> None:
    matches = vector_filters.read(given)
    assert matches({"year": 1998, "kind": "a", "public": True}) is holds


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "query"),
        ({"query": " "}, "query"),
        ({"query": ["x"] * 9}, "query"),
        ({"query": "x", "max_num_results": 51}, "max_num_results"),
        ({"query": "x", "filters": {"type": "like"}}, "filters.type"),
        ({"query": "x", "filters": {"type": "eq", "key": "a"}}, "filters.value"),
        ({"query": "x", "ranking_options": {"score_threshold": 2}}, None),
        ({"query": "x", "model": "y"}, "model"),
    ],
)
def test_a_search_that_does_not_fit_is_named(body: dict[str, Any], param: str | None) -> None:
    with pytest.raises(FieldFault) as fault:
        vector_search.read(body)
    assert fault.value.param == (param or "ranking_options.score_threshold")


def test_too_much_about_a_store_is_refused() -> None:
    for body in (
        {"metadata": {str(n): "x" for n in range(17)}},
        {"metadata": {"a": 1}},
        {"metadata": {"a" * 65: "x"}},
        {"expires_after": {"anchor": "created_at", "days": 1}},
        {"expires_after": {"anchor": "last_active_at", "days": 0}},
        {"name": "x" * 256},
        {"file_ids": ["file-" + "0" * 32] * 501},
    ):
        with pytest.raises(FieldFault):
            vector_stores.made(body)


async def test_files_that_are_attached_while_they_are_read_are_all_found(
    client: AsyncOpenAI,
) -> None:
    store = await client.vector_stores.create()
    sent = [await file_of(client, f"{STARS} Number {n}.", f"{n}.txt") for n in range(6)]
    await asyncio.gather(
        *(client.vector_stores.files.create(store.id, file_id=each) for each in sent)
    )
    await ready(client, store.id)
    assert (await client.vector_stores.retrieve(store.id)).file_counts.completed == 6
