"""Reading a document: extraction, passages, words. A job; done twice it comes to the same."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from argo.documents import store
from argo.documents.errors import ReadingFailed
from argo.documents.index import indexing
from argo.documents.rows import sealed_passage, sealed_remarks
from argo.documents.types import Document
from argo.errors import ArgoError
from argo.extraction.errors import SandboxUnfit
from argo.extraction.passages import passages
from argo.extraction.service import Extractor
from argo.extraction.types import Extracted, Passage
from argo.storage.database import Connection, Database
from argo.storage.errors import FileGone, KeyGone
from argo.storage.files import Files
from argo.storage.keystore import KeyStore
from argo.storage.sealing import OwnerKey
from argo.storage.types import Job, Owner

# So many that a child is kept busy, so few that sealing them is no pause for anybody's stream.
_BATCH = 40
_AGAIN_LATER = ("unavailable", "busy")

WhenRead = Callable[[Connection, Owner, UUID], Awaitable[None]]


class Reading:
    """Reads documents that wait for it."""

    def __init__(
        self, database: Database, key_store: KeyStore, files: Files, extractor: Extractor
    ) -> None:
        """Read what lies in `files` with `extractor`."""
        self._database, self._key_store = database, key_store
        self._files, self._extractor = files, extractor
        self._when_read: list[WhenRead] = []

    def when_read(self, told: WhenRead) -> None:
        """Have `told` know of each document in the transaction that makes it *ready*."""
        self._when_read.append(told)

    async def job(self, job: Job) -> None:
        """Read the document a job is about; raises what says *try again later*."""
        await self.read(job.owner, job.about_id)

    async def gave_up(self, job: Job, code: str) -> None:
        """Let the owner see that reading was given up."""
        async with self._database.person(job.owner) as person:
            await store.failed(person, job.about_id, ReadingFailed.code, {})

    async def read(self, owner: Owner, document_id: UUID, password: str | None = None) -> None:
        """Read a document that is in state *reading*; leaves it *ready* or *failed* with why.

        One in another state, or deleted meanwhile, is left alone. Raises `DatabaseAway`,
        `FilesAway` and their like: the document stays in state *reading*.
        """
        try:
            key = await self._key_store.key(owner)
        except KeyGone:
            return
        async with self._database.person(owner) as person:
            row = await store.document(person, document_id)
        if row is None or row.state != "reading":
            return
        try:
            extracted = await self._extracted(owner, key, row.opened(key), password)
        except ArgoError as error:
            if error.kind in _AGAIN_LATER and not isinstance(error, SandboxUnfit):
                raise
            async with self._database.person(owner) as person:
                await store.failed(person, document_id, error.code, error.facts)
            return
        cut = await asyncio.to_thread(passages, extracted)
        await self._write(owner, key, document_id, extracted, cut)

    async def _extracted(
        self, owner: Owner, key: OwnerKey, document: Document, password: str | None
    ) -> Extracted:
        try:
            content = await self._files.whole(owner, key, document.id)
        except FileGone as error:
            raise ReadingFailed from error
        return await self._extractor.extract(content, document.name, password=password)

    async def _write(
        self,
        owner: Owner,
        key: OwnerKey,
        document_id: UUID,
        extracted: Extracted,
        cut: Sequence[Passage],
    ) -> None:
        """Write the passages; nobody sees one before the document is *ready*."""
        async with self._database.person(owner) as person:
            await store.passages_dropped(person, document_id)
        tokens = 0
        async with indexing(key) as index:
            for first in range(0, len(cut), _BATCH):
                some = cut[first : first + _BATCH]
                vectors = await index.vectors([_searched(each) for each in some])
                rows = [sealed_passage(each, document_id, key) for each in some]
                tokens += sum(row.tokens for row in rows)
                async with self._database.person(owner) as person:
                    await store.passages_added(person, owner, rows, vectors)
        async with self._database.person(owner) as person:
            await store.read(
                person,
                document_id,
                kind=extracted.kind,
                media_type=extracted.media_type,
                pages=extracted.pages,
                tokens=tokens,
                passages=len(cut),
                remarks=sealed_remarks(extracted.remarks, document_id, key),
            )
            for told in self._when_read:
                await told(person, owner, document_id)


def _searched(passage: Passage) -> str:
    """Return what a passage is found by: its headings' words too."""
    return "\n".join((*passage.heading, passage.text))
