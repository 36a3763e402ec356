"""Builds every part from the settings, in floor order, and hands it over.

The only module that knows all of them.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from starlette.types import ASGIApp

from argo import migrations
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
from argo.embedded.attach import attached
from argo.embedded.types import Addresses
from argo.engines import register
from argo.engines.client import EngineClient
from argo.engines.service import Engines
from argo.engines.types import Model
from argo.errors import ArgoError
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
        self.worker.at_each_beat(self.conversations.sweep)
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
    root = _secrets(settings)
    database = _database(settings, addresses)
    key_store = _key_store(settings, root, clock)
    accounts = Accounts(database, root, clock)
    guard = Guard(accounts, settings.server.public_url)
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
            completions, assistants, guard, clock, most_body_bytes=settings.server.max_body_bytes
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
    )


@dataclass(frozen=True)
class Commanding:
    """What the commands on people work with; `base` is the address of the links."""

    people: People
    accounts: Accounts
    base: str

    def link(self, token: str) -> str:
        """Return the address that signs in with `token`."""
        return f"{self.base}/sign-in/{token}"


@asynccontextmanager
async def commanding(settings: Settings) -> AsyncIterator[Commanding]:
    """Reach accounts for a command beside `argo serve`; raises what storage raises."""
    clock = Clock()
    async with database_for_command(settings) as address:
        root = _secrets(settings)
        database = Database(address.service, connections=2)
        await database.open()
        try:
            server = settings.server
            base = (server.public_url or f"http://{server.host}:{server.port}").rstrip("/")
            people = People(database, root, clock)
            yield Commanding(people, Accounts(database, root, clock), base)
        finally:
            await database.close()


@dataclass(frozen=True)
class CommandDatabase:
    """The database as a command reaches it."""

    service: str = field(repr=False)
    owner: str = field(repr=False)
    service_role: str


@asynccontextmanager
async def database_for_command(settings: Settings) -> AsyncIterator[CommandDatabase]:
    """Give the settings' database, or the embedded one: running, or started and migrated."""
    url = settings.database.url
    if url is not None:
        role = url.partition("://")[2].partition("@")[0].partition(":")[0] or "argo"
        yield CommandDatabase(url, settings.database.owner_url or url, role)
        return
    async with attached(settings.data, _say, Clock()) as found:
        if found.started_here:
            migrations.upgrade(found.address.owner, service_role="argo_service")
        yield CommandDatabase(found.address.service, found.address.owner, "argo_service")


async def first_link(settings: Settings, addresses: Addresses) -> str | None:
    """Return the token of the link that makes the first administrator, None once there is one."""
    database = _database(settings, addresses)
    await database.open()
    try:
        return await People(database, _secrets(settings), Clock()).first_link()
    except ArgoError:
        return None
    finally:
        await database.close()


def _models(settings: Settings, addresses: Addresses) -> tuple[Model, ...]:
    return register.models(settings.models, addresses.engines, settings.engine_keys)


def _database(settings: Settings, addresses: Addresses) -> Database:
    url = settings.database.url or addresses.database
    if url is None:
        raise SettingsUnfit(where="database.url", fault="no database is named or embedded")
    return Database(url, connections=settings.database.connections)


def _secrets(settings: Settings) -> secrets.Secrets:
    directory = settings.secrets.directory
    if directory is not None:
        return secrets.read(directory)
    return secrets.read_or_make(settings.data / "secrets")


def _key_store(settings: Settings, root: secrets.Secrets, clock: Clock) -> KeyStore:
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


def _say(line: str) -> None:
    print(f"argo: {line}", file=sys.stderr, flush=True)
