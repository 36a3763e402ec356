"""Builds what keeps and reads people's files: extraction, documents, collections, finding in them."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass

from fastapi import APIRouter

from argo.accounts.guards import Guard
from argo.documents import routes
from argo.documents.finding import Finding
from argo.documents.reading import Reading
from argo.documents.service import Documents
from argo.engines.embeddings import Embeddings
from argo.extraction.service import Extractor
from argo.ground import Ground
from argo.knowledge.jobs import Indexing
from argo.knowledge.search import KnowledgeSearch
from argo.knowledge.service import Collections
from argo.settings import Settings
from argo.temporary import file_routes
from argo.temporary.files import TemporaryFiles


@dataclass(frozen=True)
class Library:
    """The parts that files pass through, in floor order."""

    settings: Settings
    extractor: Extractor
    documents: Documents
    finding: Finding
    collections: Collections
    search: KnowledgeSearch
    indexing: Indexing

    async def open(self, stack: AsyncExitStack) -> None:
        """Start the nursery of readers; `stack` ends it, and what is read with a password."""
        await self.extractor.open()
        stack.push_async_callback(self.extractor.close)
        stack.push_async_callback(self.documents.close)

    def routes(self, guard: Guard) -> tuple[APIRouter, ...]:
        """Return the routes of documents, and of files that are read and not kept."""
        extraction = self.settings.extraction
        temporary = TemporaryFiles(self.extractor, extraction.max_file_bytes)
        return (
            routes.routes(self.documents, self.settings.documents, extraction, guard),
            file_routes.routes(temporary, guard),
        )


def build_library(ground: Ground, embeddings: Embeddings) -> Library:
    """Build the library on its ground, and tell the runner of jobs what it does."""
    settings, database, key_store = ground.settings, ground.database, ground.key_store
    extractor = Extractor(settings.extraction)
    reading = Reading(database, key_store, ground.files, extractor)
    documents = Documents(
        settings.documents,
        settings.extraction.max_file_bytes,
        database,
        key_store,
        ground.files,
        reading,
        ground.clock,
    )
    documents.does(ground.jobs)
    indexing = Indexing(database, documents, embeddings)
    indexing.does(ground.jobs)
    reading.when_read(indexing.document_read)
    return Library(
        settings,
        extractor,
        documents,
        Finding(database, key_store),
        Collections(database, key_store, documents, ground.clock),
        KnowledgeSearch(database, key_store, embeddings),
        indexing,
    )
