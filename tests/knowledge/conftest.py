"""Collections in a service whose embeddings are the scripted engine's."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import pytest

from argo.documents.types import Document
from argo.knowledge.service import Collections
from argo.knowledge.types import Found
from argo.storage.types import Owner
from tests.fixtures import Service
from tests.support.waiting import soon

Put = Callable[..., Awaitable[Document]]


@pytest.fixture
def collections(service: Service) -> Collections:
    """The verbs of collections, in a running service."""
    return service.argo.library.collections


async def pieces(text: str) -> AsyncIterator[bytes]:
    yield text.encode()


@pytest.fixture
def put(service: Service, collections: Collections) -> Put:
    """Uploads a text into a collection and waits until it can be found by its words."""

    async def put(owner: Owner, collection_id: UUID, text: str, name: str = "note.txt") -> Document:
        document = await collections.upload(owner, collection_id, name, pieces(text))

        async def ready() -> bool | None:
            members = await collections.members(owner, collection_id)
            states = [each.state for each in members if each.document_id == document.id]
            counted = states == ["ready"] and await _counted(service, owner, document.id)
            return counted or None

        await soon(ready)
        return document

    return put


async def _counted(service: Service, owner: Owner, document_id: UUID) -> bool:
    async with service.argo.database.person(owner) as person:
        cursor = await person.execute(
            "SELECT 1 FROM counted_documents WHERE document_id = %s", (document_id,)
        )
        return await cursor.fetchone() is not None


@pytest.fixture
def find(service: Service) -> Callable[..., Awaitable[list[Found]]]:
    """Searches collections in somebody's name."""

    async def find(reader: Owner, question: str, *collection_ids: UUID) -> list[Found]:
        return await service.argo.library.search.find(reader, collection_ids, question, 10)

    return find
