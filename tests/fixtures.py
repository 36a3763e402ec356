"""What most tests stand on: the real PostgreSQL with every migration, keys, people."""

from __future__ import annotations

import asyncio
import base64
import secrets as randomness
import socket
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from granian.constants import Interfaces
from granian.server.embed import Server
from obstore.store import MemoryStore

from argo import migrations
from argo.accounts.people import People
from argo.accounts.service import Accounts
from argo.app import Argo, build
from argo.charter.types import SHIPPED
from argo.clock import Clock
from argo.embedded.types import Addresses
from argo.engines.types import ModelSettings, ReplicaSettings
from argo.journal.service import Journal
from argo.settings import Settings
from argo.storage.database import Database
from argo.storage.keystore import KeyStore
from argo.storage.secrets import Secrets
from argo.storage.types import DatabaseSettings, Owner, SecretsSettings
from tests.support import postgres
from tests.support.browser import Browser
from tests.support.engine import ScriptedEngine, scripted_engine

NewPerson = Callable[..., Awaitable[Owner]]


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.Cluster]:
    """One PostgreSQL for the whole run: started once, thrown away at the end."""
    with postgres.running() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def addresses(cluster: postgres.Cluster) -> postgres.Addresses:
    """A database with this version's schema, and the two roles' addresses."""
    addresses = cluster.new_database()
    migrations.upgrade(addresses.owner, service_role="argo_service")
    return addresses


@pytest.fixture
def clock() -> Clock:
    """The real clock; a test that needs another hands over its own."""
    return Clock()


@pytest.fixture
async def database(addresses: postgres.Addresses) -> AsyncIterator[Database]:
    """The service's own way to the database, contexts and all."""
    database = Database(addresses.service, connections=8)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def key_store(clock: Clock) -> KeyStore:
    """A key store in memory."""
    return KeyStore(MemoryStore(), randomness.token_bytes(32), clock)


@pytest.fixture(scope="session")
def secrets() -> Secrets:
    """Root secrets made for this run."""
    return Secrets(root=randomness.token_bytes(32), pepper=randomness.token_bytes(32))


@pytest.fixture
def journal(database: Database, secrets: Secrets, clock: Clock) -> Journal:
    """The journal of the test's database, which the whole run shares."""
    return Journal(database, secrets.derived("journal"), clock, kept_days=366)


@pytest.fixture
async def institution(addresses: postgres.Addresses, clock: Clock) -> UUID:
    """An institution of this test's own."""
    institution_id = clock.new_id()
    async with await psycopg.AsyncConnection.connect(addresses.superuser) as connection:
        await connection.execute(
            "INSERT INTO institutions (id, slug, name, charter) VALUES (%s, %s, %s, true)",
            (institution_id, f"i-{institution_id.hex}", "Institute of tests"),
        )
    return institution_id


@pytest.fixture
async def new_person(addresses: postgres.Addresses, institution: UUID, clock: Clock) -> NewPerson:
    """Makes people: `await new_person()` in this test's institution, or in another.

    They accepted the charter that ships, unless `accepts=False`.
    """

    async def new_person(institution_id: UUID = institution, *, accepts: bool = True) -> Owner:
        user_id = clock.new_id()
        async with await psycopg.AsyncConnection.connect(addresses.superuser) as connection:
            await connection.execute(
                "INSERT INTO users (id, institution_id, owner_id, email, name, role) "
                "VALUES (%s, %s, %s, %s, 'Ada', 'member')",
                (user_id, institution_id, user_id, f"{user_id.hex}@example.org"),
            )
            if accepts:
                await connection.execute(
                    "INSERT INTO charter_acceptances VALUES (%s, %s, %s, now())",
                    (institution_id, user_id, SHIPPED),
                )
        return Owner(institution_id, user_id)

    return new_person


def dump(addresses: postgres.Addresses) -> str:
    """Return what `pg_dump` reads of the whole database, as an intruder with a backup would."""
    command = [str(postgres.BINARIES / "pg_dump"), addresses.superuser]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@dataclass(frozen=True)
class Service:
    """A running ARGO: its address, and the parts a test may look at."""

    url: str
    argo: Argo
    people: People
    accounts: Accounts


Serve = Callable[..., AbstractAsyncContextManager[Service]]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptedEngine]:
    """An engine that says what the test has it say, over real HTTP."""
    async with scripted_engine(models=("small-model", "large-model")) as engine:
        yield engine


@pytest.fixture
def serve(
    addresses: postgres.Addresses, engine: ScriptedEngine, secrets: Secrets, tmp_path: Path
) -> Serve:
    """Starts workers on the test's database and engine: `async with serve() as service`.

    `quotas`, `server`, `engines`, `models` and `assistants` are sections of the settings.
    """
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "root.key").write_bytes(base64.b64encode(secrets.root))
    (folder / "pepper.key").write_bytes(base64.b64encode(secrets.pepper))

    @asynccontextmanager
    async def serve(clock: Clock | None = None, **sections: Any) -> AsyncIterator[Service]:
        settings = Settings(
            data=tmp_path,
            database=DatabaseSettings(url=addresses.service),
            secrets=SecretsSettings(directory=folder),
            **{"models": two_models(engine.url), **sections},
        )
        argo = build(settings, Addresses(), clock)
        await argo.open()
        port = free_port()
        server = Server(
            argo.asgi,
            address="127.0.0.1",
            port=port,
            interface=Interfaces.ASGINL,
            websockets=False,
            backlog=4096,
            backpressure=65536,
            log_enabled=False,
        )
        serving = asyncio.create_task(server.serve())
        url = f"http://127.0.0.1:{port}"
        await answering(port, serving)
        try:
            database = argo.database
            people = People(database, secrets, Clock(), argo.ground.journal)
            yield Service(url, argo, people, Accounts(database, secrets, Clock()))
        finally:
            server.stop()
            await serving
            await argo.close()

    return serve


@pytest.fixture
async def service(serve: Serve) -> AsyncIterator[Service]:
    """One worker of ARGO with the settings' defaults, two models, and no one's quota spent."""
    async with serve() as service:
        yield service


def two_models(url: str) -> tuple[ModelSettings, ...]:
    """Return a small and a large model on the engine at `url`."""
    replica = (ReplicaSettings(url=url, capacity=8),)
    return (
        ModelSettings(id="small-model", name="Small", size="small", replicas=replica),
        ModelSettings(
            id="large-model",
            name="Large",
            size="large",
            replicas=replica,
            capabilities=("tools", "json_schema", "reasoning"),
        ),
    )


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


async def answering(port: int, serving: asyncio.Task[None]) -> None:
    """Wait until somebody listens on `port`."""
    while not serving.done():
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0)
        else:
            writer.close()
            return
    serving.result()


@pytest.fixture
async def visitor(service: Service, new_person: NewPerson) -> AsyncIterator[Browser]:
    """Ada's browser, signed in."""
    async with signed_in(service, await new_person()) as browser:
        yield browser


@asynccontextmanager
async def signed_in(service: Service, owner: Owner) -> AsyncIterator[Browser]:
    """Open a browser and sign `owner` in by a link, as people do."""
    async with Browser(service.url) as browser:
        token = await service.people.link(owner)
        answer = await browser.post("/api/sign-in", {"token": token})
        assert answer.status == 204
        yield browser


async def api_key(service: Service, owner: Owner) -> str:
    """Return a key of `owner`."""
    secret, _ = await service.accounts.create_key(owner, "a test's", None)
    return secret
