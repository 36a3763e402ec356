"""What the benches of retrieval stand on: a PostgreSQL, keys, the embedded embedding model."""

from __future__ import annotations

import asyncio
import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from obstore.store import MemoryStore

from argo import migrations
from argo.clock import Clock
from argo.documents import store as documents_store
from argo.documents.rows import sealed_passage
from argo.embedded.embeddings import Embedder
from argo.embedded.folder import DataFolder
from argo.embedded.identity import identity_for
from argo.engines import register
from argo.engines.client import EngineClient
from argo.engines.embeddings import Embeddings
from argo.engines.types import EngineSettings
from argo.extraction.types import Passage
from argo.knowledge import compared, store
from argo.knowledge.search import KnowledgeSearch
from argo.knowledge.service import _name_place
from argo.storage import lexemes
from argo.storage.database import Database
from argo.storage.files import Written
from argo.storage.keystore import KeyStore
from argo.storage.sealing import Place
from argo.storage.types import Owner
from tests.support import postgres


@dataclass(frozen=True)
class House:
    """One person with one collection."""

    addresses: postgres.Addresses
    database: Database
    key_store: KeyStore
    embeddings: Embeddings
    search: KnowledgeSearch
    owner: Owner
    collection_id: UUID


@asynccontextmanager
async def house() -> AsyncIterator[House]:
    """Start everything, with an empty collection; stop and forget it at the end."""
    clock, folder = Clock(), DataFolder(Path(tempfile.mkdtemp()) / "data")
    embedder = Embedder(
        os.cpu_count() or 1, folder, identity_for(folder.path, folder.database), print, clock
    )
    embedder.part.start()
    await embedder.part.answers()
    client = EngineClient(EngineSettings())
    source = register.embedding_source(None, embedder.address, {})
    embeddings = Embeddings(source, client, EngineSettings())
    with postgres.running() as cluster:
        addresses = cluster.new_database()
        migrations.upgrade(addresses.owner, service_role="argo_service")
        database = Database(addresses.service, connections=4)
        await database.open()
        key_store = KeyStore(MemoryStore(), secrets.token_bytes(32), clock)
        try:
            owner = Owner(clock.new_id(), clock.new_id())
            collection_id = await _collection(database, key_store, owner, clock)
            search = KnowledgeSearch(database, key_store, embeddings)
            yield House(addresses, database, key_store, embeddings, search, owner, collection_id)
        finally:
            await database.close()
            client.close()
            await embedder.stop()


async def _collection(database: Database, key_store: KeyStore, owner: Owner, clock: Clock) -> UUID:
    key, collection_id = await key_store.key_or_new(owner), clock.new_id()
    async with database.person(owner) as person:
        await store.added(
            person,
            owner,
            collection_id,
            "collection",
            key.seal("bench", _name_place(collection_id)),
            None,
            clock.now(),
            shared=False,
            expires_after_days=None,
        )
    return collection_id


async def filled(house: House, passages: Sequence[tuple[str, str]]) -> dict[UUID, int]:
    """Put each passage (title, text) in as a document of its own, as reading and indexing do.

    Returns each document's place among `passages`.
    """
    clock, owner = Clock(), house.owner
    key = await house.key_store.key_or_new(owner)
    model = await house.embeddings.model()
    places: dict[UUID, int] = {}
    for place, (title, text) in enumerate(passages):
        document_id = clock.new_id()
        places[document_id] = place
        passage = Passage(0, text, None, None, (title,) if title else (), len(text) // 4)
        row = sealed_passage(passage, document_id, key)
        words = lexemes.vector(f"{title}\n{text}", key.lexeme_key)
        sealed = key.seal(title or "passage", Place("documents.name", document_id))
        async with house.database.person(owner) as person:
            await documents_store.begun(
                person, owner, document_id, sealed, None, "collection", clock.now()
            )
            await documents_store.uploaded(
                person, document_id, Written(len(text), document_id.bytes)
            )
            await documents_store.passages_added(person, owner, [row], [words])
            await documents_store.read(
                person,
                document_id,
                kind="txt",
                media_type="text/plain",
                pages=None,
                tokens=row.tokens,
                passages=1,
                remarks=b"",
            )
            await store.member_added(
                person, owner, house.collection_id, document_id, None, clock.now()
            )
            await compared.counted(person, owner, document_id)
    ids = list(places)
    texts = ["\n".join(part for part in each if part) for each in passages]
    vectors = (await house.embeddings.embed(texts, "passage")).vectors
    for document_id, vector in zip(ids, vectors, strict=True):
        async with house.database.person(owner) as person:
            await compared.vectors_added(
                person, owner, document_id, model.id, model.version, [(0, vector)]
            )
    await asyncio.sleep(0)
    return places
