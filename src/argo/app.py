"""Builds every part from the settings, in floor order, and hands it over.

The only module that knows all of them.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from starlette.types import ASGIApp

from argo.accounts import routes as accounts_routes
from argo.accounts.guards import Guard
from argo.accounts.people import People
from argo.accounts.service import Accounts
from argo.assistants.service import Assistants
from argo.clock import Clock
from argo.completions.generations import Generations
from argo.completions.link import Link
from argo.completions.places import Places
from argo.completions.service import Completions
from argo.completions.worker import Worker
from argo.conversations import routes as conversations_routes
from argo.conversations import shell
from argo.conversations.answers import Interruptions
from argo.conversations.asking import Asking
from argo.conversations.service import Conversations
from argo.embedded.types import Addresses
from argo.engines import register
from argo.engines.client import EngineClient
from argo.engines.service import Engines
from argo.engines.types import Model
from argo.http import logs
from argo.http.application import application
from argo.http.metrics import Metrics
from argo.http.pages import Pages
from argo.openai import routes as openai_routes
from argo.quotas.service import Quotas
from argo.settings import Settings, SettingsUnfit
from argo.storage import secrets
from argo.storage.database import Database
from argo.storage.keystore import KeyStore, key_store_at
from argo.temporary import routes as temporary_routes
from argo.temporary.service import Temporary
from argo.usage.service import Ledger

PAGE_FOLDER = Path(__file__).parent / "page"
_PAGE_ADDRESSES = (
    "/",
    "/c/{id}",
    "/temporary",
    "/sign-in/{token}",
    "/signed-out",
    "/keys",
    "/sessions",
    "/settings",
    "/accessibility",
)


@dataclass(frozen=True)
class Argo:
    """One worker's service: `open` before serving `asgi`, `close` after."""

    asgi: ASGIApp
    settings: Settings
    addresses: Addresses
    database: Database
    engines: Engines
    client: EngineClient
    ledger: Ledger
    quotas: Quotas
    worker: Worker
    places: Places
    completions: Completions
    generations: Generations
    interruptions: Interruptions
    assistants: Assistants
    conversations: Conversations
    asking: Asking
    people: People
    _opened: AsyncExitStack = field(default_factory=AsyncExitStack, repr=False)

    async def open(self) -> None:
        """Start every part, in floor order."""
        stack = self._opened
        logs.tame_libraries()
        await self.database.open()
        stack.push_async_callback(self.database.close)
        stack.callback(self.client.close)
        await self.engines.open()
        stack.push_async_callback(self.engines.close)
        stack.push_async_callback(self.ledger.close)
        await self.quotas.open()
        stack.push_async_callback(self.quotas.close)
        stack.push_async_callback(self.completions.close)
        self.places.open()
        stack.push_async_callback(self.places.close)
        self.generations.open(self.interruptions.interrupted)
        self.worker.at_each_beat(self.conversations.sweep, every=10)
        self.worker.at_each_beat(self.people.sweep, every=60)
        await self.worker.open()
        stack.push_async_callback(self.worker.close)
        stack.push_async_callback(self.asking.close)
        stack.push_async_callback(self.generations.close)

    async def close(self) -> None:
        """Stop every part, in reverse order."""
        self.completions.drain()
        await self._opened.aclose()

    async def reload(self, settings: Settings) -> None:
        """Take the models, assistants and quotas of new `settings`, without a restart."""
        self.engines.replace(_models(settings, self.addresses))
        self.assistants.replace(settings.assistants)
        self.quotas.replace(settings.quotas)


def build(settings: Settings, addresses: Addresses, clock: Clock | None = None) -> Argo:
    """Build one worker's service; raises `SettingsUnfit` or `SecretUnfit`."""
    clock = clock or Clock()
    root = secrets_of(settings)
    database = database_of(settings, addresses)
    key_store = key_store_of(settings, root, clock)
    accounts = Accounts(database, root, clock)
    guard = Guard(
        accounts, settings.server.public_url, behind_proxy=bool(settings.server.trusted_proxies)
    )
    ledger = Ledger(database, clock)
    quotas = Quotas(settings.quotas, database, clock)
    client = EngineClient(settings.engines)
    engines = Engines(_models(settings, addresses), client, settings.engines)
    link = Link(root.derived("link"))
    worker = Worker(database, link, clock, link_host=settings.server.link_host)
    places = Places(worker, engines, clock)
    completions = Completions(
        engines, client, places, quotas, ledger, clock, salt_secret=root.derived("cache salt")
    )
    generations = Generations(completions, database, worker, clock)
    assistants = Assistants(settings.assistants, completions.models)
    conversations = Conversations(database, key_store, assistants, clock)
    asking = Asking(database, key_store, assistants, completions, generations, clock)
    routers = (
        accounts_routes.routes(accounts, guard),
        shell.routes(accounts, quotas, completions, assistants, guard),
        conversations_routes.routes(conversations, asking, guard),
        temporary_routes.routes(Temporary(assistants, completions), guard),
        openai_routes.routes(
            completions,
            assistants,
            ledger,
            guard,
            clock,
            most_body_bytes=settings.server.max_body_bytes,
        ),
    )
    pages = Pages(PAGE_FOLDER, _PAGE_ADDRESSES).routes()
    metrics = Metrics(str(worker.id))
    metrics.read(lambda: _figures(database, completions, generations))
    asgi = application(
        settings.server, routers, pages, metrics=metrics, ready=database.answers, clock=clock
    )
    return Argo(
        asgi=asgi,
        settings=settings,
        addresses=addresses,
        database=database,
        engines=engines,
        client=client,
        ledger=ledger,
        quotas=quotas,
        worker=worker,
        places=places,
        completions=completions,
        generations=generations,
        interruptions=Interruptions(database, key_store),
        assistants=assistants,
        conversations=conversations,
        asking=asking,
        people=People(database, root, clock),
    )


def _models(settings: Settings, addresses: Addresses) -> tuple[Model, ...]:
    return register.models(settings.models, addresses.engines, settings.engine_keys)


def database_of(settings: Settings, addresses: Addresses) -> Database:
    """Return the settings' database, or the embedded one; raises `SettingsUnfit` without any."""
    url = settings.database.url or addresses.database
    if url is None:
        raise SettingsUnfit(where="database.url", fault="no database is named or embedded")
    return Database(url, connections=settings.database.connections)


def secrets_of(settings: Settings) -> secrets.Secrets:
    """Return the root secrets; raises `SecretUnfit`."""
    directory = settings.secrets.directory
    if directory is not None:
        return secrets.read(directory)
    return secrets.read_or_make(settings.data / "secrets")


def key_store_of(settings: Settings, root: secrets.Secrets, clock: Clock) -> KeyStore:
    """Return the key store of the settings, or the data folder's."""
    url = settings.storage.keys_url or settings.storage.url
    return KeyStore(key_store_at(url, settings.data / "keys"), root.root, clock)


def _figures(
    database: Database, completions: Completions, generations: Generations
) -> dict[str, float]:
    pool = database.state()
    return {
        "argo_database_connections": pool.connections,
        "argo_database_waiting": pool.waiting,
        "argo_completions_running": completions.running,
        "argo_generations_running": generations.running,
    }
