"""Builds every part from the settings, in floor order, and hands it over.

The only module that knows all of them: the ground and the heart, built by modules of their own,
then subjects and edges.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import APIRouter

from argo.accounts.people import People
from argo.assistants.service import Assistants
from argo.clock import Clock
from argo.completions.context import Measure
from argo.conversations import routes as conversations_routes
from argo.conversations import search_routes, together_routes
from argo.conversations.answers import Interruptions
from argo.conversations.asking import Asking
from argo.conversations.attachments import Attachments
from argo.conversations.exporting import Exporting
from argo.conversations.forking import Forking
from argo.conversations.search import Search
from argo.conversations.service import Conversations
from argo.conversations.summaries import Summaries
from argo.conversations.together import Together
from argo.conversations.writing import Writing
from argo.embedded.types import Addresses
from argo.entrance import Entrance, build_entrance
from argo.export.origin import Signing
from argo.export.service import Exports
from argo.figures import metrics_of
from argo.ground import Ground, lay
from argo.heart import Heart, build_heart
from argo.http import logs
from argo.http.application import application
from argo.http.edge import Refusal
from argo.http.farewell import Farewell
from argo.http.pages import Pages
from argo.journal.types import STRANGER, Actor, Event
from argo.library import Library, build_library
from argo.openai import routes as openai_routes
from argo.openai.types import Asks
from argo.privacy import routes as privacy_routes
from argo.privacy.parts import Privacy
from argo.privacy.subjects import Subjects as Asked
from argo.projects import routes as projects_routes
from argo.projects.service import Projects
from argo.settings import Settings
from argo.storage.database import Database
from argo.temporary import routes as temporary_routes
from argo.temporary.service import Temporary
from argo.welcome import welcome_routes

PAGE_FOLDER = Path(__file__).parent / "page"
_PAGE_ADDRESSES = tuple(
    "/ /c/{id} /p/{id} /p/{id}/new /temporary /sign-in/{token} /signed-out "
    "/keys /files /sessions /settings /my-data /accessibility /charter /guide /guide/{name}".split()
)


@dataclass(frozen=True)
class Subjects:
    """The subjects between the heart and the edges, and the edges that keep something."""

    assistants: Assistants
    conversations: Conversations
    search: Search
    together: Together
    projects: Projects
    asking: Asking
    summaries: Summaries
    forking: Forking
    exporting: Exporting
    exports: Exports
    interruptions: Interruptions
    privacy: Privacy
    temporary: Temporary


@dataclass(frozen=True)
class Argo:
    """One worker's service: `open` before serving `asgi`, `close` after."""

    asgi: Farewell
    ground: Ground
    heart: Heart
    entrance: Entrance
    library: Library
    subjects: Subjects
    runs_jobs: bool
    _opened: AsyncExitStack = field(default_factory=AsyncExitStack, repr=False)

    @property
    def database(self) -> Database:
        """The database this worker asks."""
        return self.ground.database

    async def open(self) -> None:
        """Start every part, in floor order."""
        stack, heart, subjects = self._opened, self.heart, self.subjects
        logs.tame_libraries()
        await self.database.open()
        stack.push_async_callback(self.database.close)
        await heart.open(stack)
        heart.generations.open(subjects.interruptions.interrupted)
        heart.worker.at_each_beat(subjects.conversations.sweep, every=10)
        heart.worker.at_each_beat(subjects.projects.sweep, every=10)
        self.entrance.beat_with(heart.worker)
        await subjects.privacy.restoring.open(heart.worker)
        heart.worker.at_each_beat(self.ground.journal.write_refused)
        heart.worker.at_each_beat(self.ground.journal.sweep, every=3600)
        heart.worker.at_each_beat(self.ground.jobs.sweep, every=3600)
        self.library.sweeps(heart.worker)
        await heart.worker.open()
        stack.push_async_callback(heart.worker.close)
        stack.push_async_callback(subjects.asking.close)
        stack.push_async_callback(heart.generations.close)
        await self.library.open(stack)
        if self.runs_jobs:
            self.ground.jobs.open()
            stack.push_async_callback(self.ground.jobs.close)

    async def idle(self) -> None:
        """Return when no question is under way here, with a reader or without."""
        await self.heart.completions.idle()

    async def close(self) -> None:
        """Stop every part, in reverse order."""
        self.heart.drain()
        await self._opened.aclose()

    async def reload(self, settings: Settings) -> None:
        """Take models, assistants, quotas, queue and identity providers of new `settings`."""
        self.heart.replace(settings, self.ground.addresses)
        self.subjects.assistants.replace(settings.assistants)
        self.entrance.sign_on.replace(settings.identity_providers, settings.client_secrets)


def build(
    settings: Settings,
    addresses: Addresses,
    clock: Clock | None = None,
    *,
    runs_jobs: bool = True,
) -> Argo:
    """Build one worker's service, with or without background jobs.

    Raises `SettingsUnfit` or `SecretUnfit`.
    """
    ground = lay(settings, addresses, clock or Clock())
    heart = build_heart(ground)
    entrance = build_entrance(ground, heart.generations.stop_of)
    library = build_library(ground, heart.embeddings)
    subjects = _subjects(ground, heart, entrance.people, library)
    asgi = application(
        settings.server,
        _routers(ground, heart, entrance, library, subjects),
        Pages(PAGE_FOLDER, _PAGE_ADDRESSES).routes(),
        metrics=metrics_of(ground, heart),
        ready=ground.database.answers,
        clock=ground.clock,
        refused=lambda refusal: ground.journal.refused(_event(refusal)),
        shut=lambda: entrance.shutting.shut,
    )
    return Argo(Farewell(asgi), ground, heart, entrance, library, subjects, runs_jobs=runs_jobs)


def _subjects(ground: Ground, heart: Heart, people: People, library: Library) -> Subjects:
    database, key_store, clock = ground.database, ground.key_store, ground.clock
    documents = library.documents
    attachments = Attachments(documents, library.finding)
    assistants = Assistants(ground.settings.assistants, heart.completions.models)
    exports = Exports(Signing.of(ground.secrets.derived("origin")))
    measure = Measure(heart.completions)
    projects = Projects(database, key_store, clock)
    writing = Writing(
        database, key_store, assistants, projects, heart.generations, measure, attachments, clock
    )
    conversations = Conversations(
        database, key_store, assistants, projects, documents, attachments, clock
    )
    asked = Asked(
        *(database, key_store, clock, ground.journal, people, conversations),
        *(projects, library.collections, documents),
        *(heart.ledger, heart.quotas, heart.generations),
    )
    return Subjects(
        assistants=assistants,
        conversations=conversations,
        search=Search(database, key_store, clock),
        together=Together(database, projects, clock),
        projects=projects,
        asking=Asking(writing, key_store, heart.completions, heart.generations),
        summaries=Summaries(writing),
        exporting=Exporting(database, key_store, assistants, heart.completions, exports, clock),
        exports=exports,
        forking=Forking(database, key_store, clock),
        interruptions=Interruptions(database, key_store),
        privacy=Privacy.of(asked, ground.jobs),
        temporary=Temporary(assistants, heart.completions, measure),
    )


def _routers(
    ground: Ground, heart: Heart, entrance: Entrance, library: Library, subjects: Subjects
) -> tuple[APIRouter, ...]:
    server = ground.settings.server
    assistants, guard = subjects.assistants, entrance.guard
    return (
        *entrance.routes(),
        *welcome_routes(ground, heart, entrance.accounts, assistants, guard),
        conversations_routes.routes(
            *(subjects.conversations, subjects.asking, subjects.summaries),
            *(subjects.forking, subjects.exporting, guard),
        ),
        search_routes.routes(subjects.search, guard),
        together_routes.routes(subjects.together, guard),
        projects_routes.routes(subjects.projects, guard),
        privacy_routes.routes(subjects.privacy.my_data, guard),
        temporary_routes.routes(subjects.temporary, subjects.exports, guard, ground.clock),
        *library.routes(heart.beside, guard, ground.clock),
        openai_routes.routes(
            Asks(heart.completions, heart.beside, heart.embeddings, heart.rerank),
            library.grounding,
            assistants,
            heart.ledger,
            guard,
            ground.clock,
            most_body_bytes=server.max_body_bytes,
        ),
    )


def _event(refusal: Refusal) -> Event:
    """Return the journal's event of a refused access: who, at which route, and why."""
    actor = STRANGER if refusal.asker is None else Actor("person", *refusal.asker)
    return Event(actor, "access.refused", "route", refusal.route, "refused", refusal.code)
