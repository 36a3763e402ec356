"""Builds what keeps and reads people's files: extraction, documents, collections, finding in them."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass

from fastapi import APIRouter

from argo.accounts.guards import Guard
from argo.clock import Clock
from argo.completions.beside import Beside
from argo.completions.worker import Worker
from argo.documents import routes
from argo.documents.finding import Finding
from argo.documents.reading import Reading
from argo.documents.service import Documents
from argo.engines.embeddings import Embeddings
from argo.errors import Language
from argo.extraction.service import Extractor
from argo.ground import Ground
from argo.guide import service as guide
from argo.knowledge.grounding import Grounding
from argo.knowledge.jobs import Indexing
from argo.knowledge.search import KnowledgeSearch
from argo.knowledge.service import Collections
from argo.knowledge.standing import INSTITUTE, Standing, StandingFile
from argo.openai import kept_routes
from argo.openai.types import Keeps
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
    grounding: Grounding
    standing: Standing

    async def open(self, stack: AsyncExitStack) -> None:
        """Start the nursery of readers; `stack` ends it, and what is read with a password."""
        await self.extractor.open()
        stack.push_async_callback(self.extractor.close)
        stack.push_async_callback(self.documents.close)

    def sweeps(self, worker: Worker) -> None:
        """Have `worker` look, now and then, for what must be made ready."""
        worker.at_each_beat(self.indexing.sweep, every=60)
        worker.at_each_beat(self.standing.sweep, every=3600)

    def routes(self, beside: Beside, guard: Guard, clock: Clock) -> tuple[APIRouter, ...]:
        """Return the routes of documents, of files that are not kept, and of what programs keep.

        Searches by programs are counted by `beside`.
        """
        extraction = self.settings.extraction
        temporary = TemporaryFiles(self.extractor, extraction.max_file_bytes)
        most_body_bytes = self.settings.server.max_body_bytes
        keeps = Keeps(self.documents, self.collections, self.search, beside, clock, most_body_bytes)
        return (
            routes.routes(self.documents, self.settings.documents, extraction, guard),
            file_routes.routes(temporary, guard),
            *kept_routes.routes(keeps, guard),
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
    collections = Collections(database, key_store, documents, ground.clock)
    search = KnowledgeSearch(database, key_store, embeddings)
    standing = Standing(collections, _guide(), lambda: _reads_guide(ground.settings))
    standing.does(ground.jobs)
    return Library(
        settings,
        extractor,
        documents,
        Finding(database, key_store),
        collections,
        search,
        indexing,
        Grounding(collections, search),
        standing,
    )


def _guide() -> list[StandingFile]:
    """Return the guide's pages in both languages, each a file."""
    languages: tuple[Language, ...] = ("fr", "en")
    return [
        StandingFile(f"{page.title.replace('/', '-')}.md", page.text.encode())
        for language in languages
        for page in guide.pages(language)
    ]


def _reads_guide(settings: Settings) -> bool:
    return any(INSTITUTE in each.collections for each in settings.assistants)
