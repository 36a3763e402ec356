"""The verbs of collections: make, list, share, fill, empty, delete."""

from __future__ import annotations

from collections.abc import AsyncIterator, Container, Mapping, Sequence
from datetime import datetime
from typing import ClassVar
from uuid import UUID

import orjson

from argo.clock import Clock
from argo.documents.service import Documents, Upload
from argo.documents.types import Document
from argo.knowledge import compared, store
from argo.knowledge.errors import CollectionNameInvalid, CollectionUnknown, MemberUnknown
from argo.knowledge.jobs import INDEX
from argo.knowledge.store import CollectionRow
from argo.knowledge.types import (
    MOST_NAME_CHARACTERS,
    Attribute,
    Collection,
    Counts,
    Member,
    Purpose,
)
from argo.storage import jobs
from argo.storage.database import Connection, Database
from argo.storage.keystore import KeyStore
from argo.storage.sealing import OwnerKey, Place
from argo.storage.types import Owner

MOST_COLLECTIONS = 500


class Collections:
    """Collections of one owner at a time, and those shared with them."""

    counted: ClassVar[str] = store.COUNTED
    """SQL that counts the collections of the person it runs for, by name."""

    def __init__(
        self, database: Database, key_store: KeyStore, documents: Documents, clock: Clock
    ) -> None:
        """Keep sets of `documents` in `database`."""
        self._database, self._key_store = database, key_store
        self._documents, self._clock = documents, clock

    async def make(
        self,
        owner: Owner,
        name: str,
        *,
        purpose: Purpose = "collection",
        attributes: Mapping[str, Attribute] | None = None,
        shared: bool = False,
        expires_after_days: int | None = None,
        collection_id: UUID | None = None,
    ) -> Collection:
        """Make an empty collection, unless `collection_id` is there; raises `CollectionNameInvalid`."""
        called = _checked(name, purpose)
        key = await self._key_store.key_or_new(owner)
        collection_id, now = collection_id or self._clock.new_id(), self._clock.now()
        async with self._database.person(owner) as person:
            await store.added(
                person,
                owner,
                collection_id,
                purpose,
                key.seal(called, _name_place(collection_id)),
                _sealed(attributes or {}, collection_id, key),
                now,
                shared=shared,
                expires_after_days=expires_after_days,
            )
        return await self.one(owner, collection_id)

    async def one(self, reader: Owner, collection_id: UUID) -> Collection:
        """Return a collection that `reader` may read; raises `CollectionUnknown`."""
        async with self._database.person(reader) as person:
            row = await store.collection(person, collection_id)
        if row is None:
            raise CollectionUnknown
        return await self._opened(row)

    async def readable(self, reader: Owner, purpose: Purpose = "collection") -> list[Collection]:
        """Return the collections that `reader` may read, newest first."""
        async with self._database.person(reader) as person:
            rows = await store.readable(person, purpose, MOST_COLLECTIONS)
        return [await self._opened(row) for row in rows]

    async def of_institution(self, reader: Owner, names: Container[str]) -> list[UUID]:
        """Return those of the institution's own collections that are so named and may be read."""
        house = Owner(reader.institution_id, reader.institution_id)
        async with self._database.person(reader) as person:
            rows = await store.readable(person, "collection", MOST_COLLECTIONS, house.owner_id)
        if not rows:
            return []
        key = await self._key_store.key_or_new(house)
        return [row.id for row in rows if key.open(row.name, _name_place(row.id)) in names]

    async def change(
        self,
        owner: Owner,
        collection_id: UUID,
        *,
        name: str | None = None,
        attributes: Mapping[str, Attribute] | None = None,
        shared: bool | None = None,
        expires_after_days: int | None = None,
    ) -> Collection:
        """Change what is given of an own collection; raises `CollectionUnknown`.

        `expires_after_days` 0: never.
        """
        key = await self._key_store.key_or_new(owner)
        row = await self._own(owner, collection_id)
        before = await self._opened(row)
        called = before.name if name is None else _checked(name, before.purpose)
        kept = before.attributes if attributes is None else attributes
        days = before.expires_after_days if expires_after_days is None else expires_after_days
        async with self._database.person(owner) as person:
            await store.changed(
                person,
                collection_id,
                key.seal(called, _name_place(collection_id)),
                _sealed(kept, collection_id, key),
                shared=before.shared if shared is None else shared,
                expires_after_days=days or None,
            )
        return await self.one(owner, collection_id)

    async def share(self, owner: Owner, collection_id: UUID, readers: Sequence[UUID]) -> None:
        """Have exactly `readers` read an own collection; takes effect on the next question."""
        await self._own(owner, collection_id)
        async with self._database.person(owner) as person:
            await store.readers_set(person, owner, collection_id, readers)

    async def readers(self, owner: Owner, collection_id: UUID) -> list[UUID]:
        """Return who reads an own collection; raises `CollectionUnknown`."""
        await self._own(owner, collection_id)
        async with self._database.person(owner) as person:
            return await store.readers(person, collection_id)

    async def delete(self, owner: Owner, collection_id: UUID) -> None:
        """Delete an own collection, and the documents that were uploaded into it alone.

        Raises `CollectionUnknown`.
        """
        await self._own(owner, collection_id)
        async with self._database.person(owner) as person:
            held = await store.deleted(person, collection_id)
            left = [each for each in held if not await store.in_a_collection(person, each)]
            for document_id in left:
                await compared.uncounted(person, document_id)
            documents = await self._documents.some(person, owner, left)
        for document in documents.values():
            if document.purpose == "collection":
                await self._documents.delete(owner, document.id)

    async def erase_all(self, person: Connection) -> None:
        """Erase all collections of a person, not yet their documents, in the caller's transaction."""
        await store.own_erased(person)

    async def forget_reader(self, house: Connection, reader: Owner) -> None:
        """Take a person who is erased off everybody's collections, in the caller's transaction."""
        await store.reader_forgotten(house, reader.owner_id)

    async def upload(
        self, owner: Owner, collection_id: UUID, name: str, pieces: AsyncIterator[bytes]
    ) -> Document:
        """Upload a document into an own collection; one with the same bytes is kept once.

        Raises `CollectionUnknown` and what `Documents.upload` raises.
        """
        await self._own(owner, collection_id)
        upload = Upload(name, purpose="collection")
        document = await self._documents.upload(owner, upload, pieces)
        held = [each.document_id for each in await self._members(owner, collection_id)]
        twin = await self._documents.twin_of(owner, document.id, held)
        if twin is not None:
            await self._documents.delete(owner, document.id)
            return await self._documents.one(owner, twin)
        await self.add(owner, collection_id, document.id)
        return document

    async def add(
        self,
        owner: Owner,
        collection_id: UUID,
        document_id: UUID,
        attributes: Mapping[str, Attribute] | None = None,
        at: datetime | None = None,
    ) -> None:
        """Put a document of the same owner into a collection, and have it made ready.

        One that is in it already gets these `attributes`. `at` is when, now if None. Raises
        `CollectionUnknown` or `DocumentUnknown`.
        """
        await self._own(owner, collection_id)
        await self._documents.one(owner, document_id)
        key = await self._key_store.key_or_new(owner)
        sealed = _sealed(attributes or {}, document_id, key)
        async with self._database.person(owner) as person:
            await store.member_added(
                person, owner, collection_id, document_id, sealed, at or self._clock.now()
            )
            # Held: one that is just being read sees this membership when it is done, or is done.
            if await self._documents.ready_held(person, document_id):
                await jobs.queue(person, owner, INDEX, document_id)

    async def describe(
        self,
        owner: Owner,
        collection_id: UUID,
        document_id: UUID,
        attributes: Mapping[str, Attribute],
    ) -> None:
        """Give a document of an own collection other attributes; raises `MemberUnknown`."""
        await self._own(owner, collection_id)
        key = await self._key_store.key_or_new(owner)
        sealed = _sealed(attributes, document_id, key)
        async with self._database.person(owner) as person:
            if not await store.described(person, collection_id, document_id, sealed):
                raise MemberUnknown

    async def used(self, owner: Owner, collection_id: UUID) -> None:
        """Note that an own collection was used: it stays for its days from now on."""
        async with self._database.person(owner) as person:
            await store.used(person, [collection_id], self._clock.now())

    async def remove(self, owner: Owner, collection_id: UUID, document_id: UUID) -> None:
        """Take a document out: the next question does not find it. Raises `MemberUnknown`."""
        await self._own(owner, collection_id)
        async with self._database.person(owner) as person:
            if not await store.member_removed(person, collection_id, document_id):
                raise MemberUnknown
            if await store.in_a_collection(person, document_id):
                return
            await compared.uncounted(person, document_id)
            document = (await self._documents.some(person, owner, [document_id])).get(document_id)
        if document is not None and document.purpose == "collection":
            await self._documents.delete(owner, document_id)

    async def members(self, reader: Owner, collection_id: UUID) -> list[Member]:
        """Return the documents of a collection that `reader` may read, newest first.

        Whether they may is decided in the database; the documents are then read in their owner's
        name. Raises `CollectionUnknown`.
        """
        collection = await self.one(reader, collection_id)
        return await self._members(collection.owner, collection_id)

    async def _members(self, owner: Owner, collection_id: UUID) -> list[Member]:
        key = await self._key_store.key_or_new(owner)
        async with self._database.person(owner) as person:
            rows = await store.members(person, collection_id)
            documents = await self._documents.some(person, owner, [row.document_id for row in rows])
        return [
            Member(
                document_id=row.document_id,
                name=document.name,
                state=_state(document, counted=row.counted),
                failed_code=document.failed_code,
                failed_facts=document.failed_facts,
                size_bytes=document.size_bytes,
                media_type=document.media_type,
                pages=document.pages,
                passages=document.passages,
                embedded=row.embedded,
                attributes=_attributes(row.attributes, row.document_id, key),
                added_at=row.added_at,
            )
            for row in rows
            if (document := documents.get(row.document_id)) is not None
        ]

    async def _opened(self, row: CollectionRow) -> Collection:
        key = await self._key_store.key_or_new(row.owner)
        members = await self._members(row.owner, row.id)
        states = [each.state for each in members]
        return Collection(
            id=row.id,
            owner=row.owner,
            purpose=row.purpose,
            name=key.open(row.name, _name_place(row.id)),
            attributes=_attributes(row.attributes, row.id, key),
            shared=row.shared,
            created_at=row.created_at,
            used_at=row.used_at,
            expires_after_days=row.expires_after_days,
            counts=Counts(
                reading=sum(state in {"uploading", "reading"} for state in states),
                ready=states.count("ready"),
                failed=states.count("failed"),
                size_bytes=sum(each.size_bytes for each in members),
            ),
        )

    async def _own(self, owner: Owner, collection_id: UUID) -> CollectionRow:
        async with self._database.person(owner) as person:
            row = await store.collection(person, collection_id)
        if row is None or row.owner != owner:
            raise CollectionUnknown
        return row


def _state(document: Document, *, counted: bool) -> str:
    return "reading" if document.state == "ready" and not counted else document.state


def _checked(name: str, purpose: Purpose) -> str:
    called = " ".join(name.split())
    # A program's vector store need not have a name (OpenAI's reference).
    if (not called and purpose == "collection") or len(called) > MOST_NAME_CHARACTERS:
        raise CollectionNameInvalid(param="name", limit=MOST_NAME_CHARACTERS)
    return called


def _name_place(collection_id: UUID) -> Place:
    return Place("collections.name", collection_id)


def _sealed(attributes: Mapping[str, Attribute], row_id: UUID, key: OwnerKey) -> bytes | None:
    if not attributes:
        return None
    return key.seal(orjson.dumps(dict(attributes)).decode(), Place("knowledge.attributes", row_id))


def _attributes(sealed: bytes | None, row_id: UUID, key: OwnerKey) -> dict[str, Attribute]:
    if sealed is None:
        return {}
    found: dict[str, Attribute] = orjson.loads(
        key.open(sealed, Place("knowledge.attributes", row_id))
    )
    return found
