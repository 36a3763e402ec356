"""The verbs of documents: upload, list, look at, read again, download, delete."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from argo.clock import Clock
from argo.documents import store
from argo.documents.errors import (
    DocumentNameInvalid,
    DocumentNotReady,
    DocumentTooLarge,
    DocumentUnknown,
    NothingToRetry,
    TooManyDocuments,
    TooManyInConversation,
    UploadCutOff,
)
from argo.documents.reading import Reading
from argo.documents.rows import DocumentRow, name_place
from argo.documents.types import (
    MOST_NAME_CHARACTERS,
    UPLOAD_SECONDS,
    Document,
    DocumentSettings,
    Held,
    Orphans,
    PassageFound,
    Purpose,
)
from argo.storage import jobs
from argo.storage.database import Connection, Database
from argo.storage.files import Files
from argo.storage.jobs import Runner
from argo.storage.keystore import KeyStore
from argo.storage.sealing import OwnerKey
from argo.storage.types import Job, Owner

READ, ERASE, CUT = "documents.read", "documents.erase", "documents.cut"
_CUT_AFTER = timedelta(seconds=UPLOAD_SECONDS + 60)
_GUARD_AFTER = timedelta(seconds=300)
_MEGABYTE = 1024 * 1024
_TEXT_BATCH = 200


@dataclass(frozen=True)
class Upload:
    """What is known of a file before its bytes; `belongs_to` is what it is deleted with."""

    name: str
    belongs_to: UUID | None = None
    purpose: Purpose = "conversation"
    announced_bytes: int | None = None


class Documents:
    """One person's documents at a time, in that person's name."""

    def __init__(
        self,
        settings: DocumentSettings,
        max_file_bytes: int,
        database: Database,
        key_store: KeyStore,
        files: Files,
        reading: Reading,
        clock: Clock,
    ) -> None:
        """Keep rows in `database`, bytes in `files`; a file has at most `max_file_bytes`."""
        self._settings, self._most_bytes = settings, max_file_bytes
        self._database, self._key_store, self._files = database, key_store, files
        self._reading, self._clock = reading, clock
        self._uploads = asyncio.Semaphore(settings.uploads_at_once)
        self.uploading = 0
        """How many uploads this worker takes in now."""
        self._with_password: set[asyncio.Task[None]] = set()

    def does(self, runner: Runner) -> None:
        """Tell the runner of jobs what documents have done in the background."""
        runner.does(READ, self._reading.job, gave_up=self._reading.gave_up, most_attempts=3)
        runner.does(ERASE, self._erase, most_attempts=20)
        runner.does(CUT, self._cut, most_attempts=20)

    async def close(self) -> None:
        """Break off what is read with a password; it can be tried again."""
        for task in self._with_password:
            task.cancel()
        await asyncio.gather(*self._with_password, return_exceptions=True)

    async def upload(self, owner: Owner, upload: Upload, pieces: AsyncIterator[bytes]) -> Document:
        """Store a file as it comes, and have it read; nothing stays of one that breaks off.

        Raises `DocumentNameInvalid`, `DocumentTooLarge` (before or while it comes),
        `TooManyInConversation`, `TooManyDocuments`, `UploadCutOff`, and what `pieces` raises.
        """
        name = _checked_name(upload.name)
        if upload.announced_bytes is not None and upload.announced_bytes > self._most_bytes:
            raise self._too_large()
        key = await self._key_store.key_or_new(owner)
        async with self._uploads:
            document_id = await self._begin(owner, key, name, upload)
            self.uploading += 1
            try:
                async with asyncio.timeout(UPLOAD_SECONDS):
                    written = await self._files.write(
                        owner, key, document_id, self._limited(pieces)
                    )
            except BaseException as error:
                await asyncio.shield(self._forget(owner, document_id))
                if isinstance(error, TimeoutError):
                    raise UploadCutOff from error
                raise
            finally:
                self.uploading -= 1
        async with self._database.person(owner) as person:
            if not await store.uploaded(person, document_id, written):
                raise UploadCutOff
            await jobs.queue(person, owner, READ, document_id)
            return (await self._found(person, document_id)).opened(key)

    async def passages(
        self, owner: Owner, document_id: UUID, ordinals: Sequence[int]
    ) -> list[PassageFound]:
        """Return the passages at `ordinals`, in order; those that are not there are left out."""
        key = await self._key_store.key_or_new(owner)
        async with self._database.person(owner) as person:
            rows = await store.some_passages(person, document_id, ordinals)
        return [row.opened(key) for row in rows]

    async def twin_of(self, owner: Owner, document_id: UUID, among: Sequence[UUID]) -> UUID | None:
        """Return another document of `among` with the same bytes as this one, if there is one."""
        async with self._database.person(owner) as person:
            return await store.twin(person, document_id, among)

    async def list(
        self,
        owner: Owner,
        before: tuple[datetime, UUID] | None,
        limit: int,
        purposes: Sequence[Purpose] = ("conversation", "user_data", "assistants"),
    ) -> list[Document]:
        """Return at most `limit` documents, newest first, from the cursor `before` on."""
        key = await self._key_store.key_or_new(owner)
        async with self._database.person(owner) as person:
            rows = await store.listed(person, before, limit, purposes)
        return [row.opened(key) for row in rows]

    async def one(self, owner: Owner, document_id: UUID) -> Document:
        """Return a document; raises `DocumentUnknown`."""
        key = await self._key_store.key_or_new(owner)
        async with self._database.person(owner) as person:
            return (await self._found(person, document_id)).opened(key)

    async def some(
        self, person: Connection, owner: Owner, document_ids: Sequence[UUID]
    ) -> dict[UUID, Document]:
        """Return those of `document_ids` that are this person's and not deleted.

        In the caller's transaction.
        """
        if not document_ids:
            return {}
        key = await self._key_store.key_or_new(owner)
        rows = await store.documents(person, document_ids)
        return {row.id: row.opened(key) for row in rows}

    async def ready_held(self, person: Connection, document_id: UUID) -> bool:
        """Whether a document is ready; it stays as it is until the caller's transaction ends."""
        return await store.ready_held(person, document_id)

    async def text(self, owner: Owner, document_id: UUID) -> AsyncGenerator[str, None]:
        """Yield the text that was read, passage after passage.

        Raises `DocumentUnknown` or `DocumentNotReady` before the first.
        """
        key = await self._key_store.key_or_new(owner)
        first = 0
        while True:
            async with self._database.person(owner) as person:
                row = await self._found(person, document_id)
                if row.state != "ready":
                    raise DocumentNotReady
                found = await store.all_passages(person, document_id, first, _TEXT_BATCH)
            for each in found:
                yield each.opened(key).text + "\n\n"
            if len(found) < _TEXT_BATCH:
                return
            first += _TEXT_BATCH

    async def content(
        self, owner: Owner, document_id: UUID
    ) -> tuple[Document, AsyncGenerator[bytes, None]]:
        """Return a document and its bytes as they were sent; raises `DocumentUnknown`."""
        document = await self.one(owner, document_id)
        if document.state == "uploading":
            raise DocumentUnknown
        key = await self._key_store.key_or_new(owner)
        return document, self._files.read(owner, key, document_id)

    async def retry(self, owner: Owner, document_id: UUID, password: str | None) -> Document:
        """Have a failed document read again, with its `password` if it wants one.

        A password is kept in this process's memory until that reading has ended, and nowhere
        else. Raises `DocumentUnknown` or `NothingToRetry`.
        """
        key = await self._key_store.key_or_new(owner)
        async with self._database.person(owner) as person:
            await self._found(person, document_id)
            if not await store.retried(person, document_id):
                raise NothingToRetry
            # With a password the job is only the guard: should this process die, the document
            # does not stay in state *reading* for ever.
            after = timedelta(0) if password is None else _GUARD_AFTER
            await jobs.queue(person, owner, READ, document_id, after=after)
            document = (await self._found(person, document_id)).opened(key)
        if password is not None:
            task = asyncio.create_task(self._reading.read(owner, document_id, password))
            self._with_password.add(task)
            task.add_done_callback(self._with_password.discard)
        return document

    async def delete(self, owner: Owner, document_id: UUID) -> None:
        """Delete: unreachable at once, its rows and bytes erased by a job.

        Raises `DocumentUnknown`.
        """
        async with self._database.person(owner) as person:
            if not await store.deleted(person, document_id, self._clock.now()):
                raise DocumentUnknown
            await jobs.queue(person, owner, ERASE, document_id, urgent=True)

    async def withdraw(
        self, person: Connection, owner: Owner, belongs_to: UUID, undo_seconds: float
    ) -> None:
        """Delete all that belongs to something, in the caller's transaction.

        Erased when twice the time to undo is over; `give_back` undoes it until then.
        """
        after = timedelta(seconds=2 * undo_seconds)
        for document_id in await store.withdrawn(person, belongs_to, self._clock.now()):
            await jobs.queue(person, owner, ERASE, document_id, after=after, urgent=True)

    async def withdraw_all(self, person: Connection, owner: Owner, parents: Sequence[UUID]) -> None:
        """Delete all that belongs to any of `parents`, in the caller's transaction, for good."""
        for document_id in await store.all_withdrawn(person, parents, self._clock.now()):
            await jobs.queue(person, owner, ERASE, document_id, urgent=True)

    async def held(self, person: Connection) -> Held:
        """Count what a person keeps, in the caller's transaction."""
        return await store.held(person)

    async def give_back(self, person: Connection, belongs_to: UUID, since: datetime) -> None:
        """Undo `withdraw`, in the caller's transaction, for what was deleted after `since`."""
        await store.given_back(person, belongs_to, since)

    async def erase_all(self, owner: Owner) -> int:
        """Erase all files of `owner`, bytes first, then rows and passages; how many bytes' files.

        Done twice it comes to the same. Raises `FilesAway`.
        """
        files = await self._files.delete_all(owner)
        async with self._database.person(owner) as person:
            await store.own_erased(person)
        return files

    async def orphans(self) -> Orphans:
        """Count bytes without a row, and rows without bytes; raises `FilesAway`."""
        standing = {each.file_id async for each in self._files.standing()}
        async with self._database.house() as house:
            rows = {each async for each in store.every_id(house)}
        known = {document_id for document_id, _ in rows}
        whole = {document_id for document_id, state in rows if state != "uploading"}
        return Orphans(len(standing - known), len(whole - standing))

    async def _begin(self, owner: Owner, key: OwnerKey, name: str, upload: Upload) -> UUID:
        document_id = self._clock.new_id()
        sealed = key.seal(name, name_place(document_id))
        async with self._database.person(owner) as person:
            mine, there = await store.counted(person, upload.belongs_to)
            if mine >= self._settings.files_a_person:
                raise TooManyDocuments(limit=self._settings.files_a_person)
            if there >= self._settings.files_a_conversation:
                raise TooManyInConversation(limit=self._settings.files_a_conversation)
            now = self._clock.now()
            await store.begun(
                person, owner, document_id, sealed, upload.belongs_to, upload.purpose, now
            )
            # Should this process die: what is then still uploading is cleared away.
            await jobs.queue(person, owner, CUT, document_id, after=_CUT_AFTER)
        return document_id

    async def _limited(self, pieces: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        size = 0
        async for piece in pieces:
            size += len(piece)
            if size > self._most_bytes:
                raise self._too_large()
            yield piece

    def _too_large(self) -> DocumentTooLarge:
        return DocumentTooLarge(megabytes=self._most_bytes // _MEGABYTE)

    async def _forget(self, owner: Owner, document_id: UUID) -> None:
        await self._files.delete(owner, document_id)
        async with self._database.person(owner) as person:
            await store.erased(person, document_id)

    async def _erase(self, job: Job) -> None:
        async with self._database.person(job.owner) as person:
            if not await store.is_deleted(person, job.about_id):
                return
        await self._forget(job.owner, job.about_id)

    async def _cut(self, job: Job) -> None:
        async with self._database.person(job.owner) as person:
            if not await store.is_uploading(person, job.about_id):
                return
        await self._forget(job.owner, job.about_id)

    async def _found(self, person: Connection, document_id: UUID) -> DocumentRow:
        row = await store.document(person, document_id)
        if row is None:
            raise DocumentUnknown
        return row


def _checked_name(sent: str) -> str:
    """Return the last part of a file's name, without what could not be shown in a line."""
    name = sent.replace("\\", "/").rpartition("/")[2]
    name = "".join(each for each in name if each.isprintable()).strip()
    if not 1 <= len(name) <= MOST_NAME_CHARACTERS:
        raise DocumentNameInvalid(param="name", limit=MOST_NAME_CHARACTERS)
    return name
