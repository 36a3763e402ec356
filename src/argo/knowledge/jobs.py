"""Making ready for search: words are counted, then each passage gets its vector."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from argo.documents.service import Documents
from argo.engines.embeddings import Embeddings
from argo.engines.errors import EmbeddingsAbsent
from argo.knowledge import compared, store
from argo.storage import jobs
from argo.storage.database import Connection, Database
from argo.storage.jobs import Runner
from argo.storage.types import Job, Owner

INDEX = "knowledge.index"
_BATCH = 64
_STALE_AT_ONCE = 200


class Indexing:
    """Makes the documents of collections ready for search."""

    def __init__(self, database: Database, documents: Documents, embeddings: Embeddings) -> None:
        """Embed with `embeddings`, a few passages at a time."""
        self._database, self._documents = database, documents
        self._embeddings = embeddings

    def does(self, runner: Runner) -> None:
        """Tell the runner of jobs what knowledge has done in the background."""
        runner.does(INDEX, self.job, most_attempts=8)

    async def document_read(self, person: Connection, owner: Owner, document_id: UUID) -> None:
        """Have a document that was just read made ready, if it is in a collection."""
        if await store.in_a_collection(person, document_id):
            await jobs.queue(person, owner, INDEX, document_id)

    async def job(self, job: Job) -> None:
        """Count the words of a document and make the vectors it lacks.

        Done twice it comes to the same. Raises what embedding raises, to be tried again.
        """
        async with self._database.person(job.owner) as person:
            if not await store.in_a_collection(person, job.about_id):
                return
            await compared.counted(person, job.owner, job.about_id)
        try:
            model = await self._embeddings.model()
        except EmbeddingsAbsent:
            # Words alone, by the operator's choice.
            return
        while missing := await self._missing(job, model.id, model.version):
            await self._embed(job, model.id, model.version, missing)
        async with self._database.person(job.owner) as person:
            await compared.others_dropped(person, job.about_id, model.id, model.version)

    async def sweep(self, house: Connection) -> None:
        """Queue what another model than today's has embedded, or none; a few at a time."""
        if self._embeddings.model_id is None:
            return
        model = await self._embeddings.model()
        for owner, document_id in await compared.stale(
            house, model.id, model.version, _STALE_AT_ONCE
        ):
            await jobs.queue(house, owner, INDEX, document_id)

    async def _missing(self, job: Job, model: str, version: str) -> list[int]:
        async with self._database.person(job.owner) as person:
            return await compared.without_vector(person, job.about_id, model, version, _BATCH)

    async def _embed(self, job: Job, model: str, version: str, missing: Sequence[int]) -> None:
        passages = await self._documents.passages(job.owner, job.about_id, missing)
        texts = ["\n".join((*each.heading, each.text)) for each in passages]
        embedded = await self._embeddings.embed(texts, "passage")
        made = [
            (each.ordinal, vector) for each, vector in zip(passages, embedded.vectors, strict=True)
        ]
        if not made:
            return
        async with self._database.person(job.owner) as person:
            await compared.vectors_added(person, job.owner, job.about_id, model, version, made)
