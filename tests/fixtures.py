"""What most tests stand on: the real PostgreSQL with every migration, keys, people."""

from __future__ import annotations

import secrets as randomness
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from uuid import UUID

import psycopg
import pytest
from obstore.store import MemoryStore

from argo import migrations
from argo.clock import Clock
from argo.storage.database import Database
from argo.storage.keystore import KeyStore
from argo.storage.secrets import Secrets
from argo.storage.types import Owner
from tests.support import postgres

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
async def institution(addresses: postgres.Addresses, clock: Clock) -> UUID:
    """An institution of this test's own."""
    institution_id = clock.new_id()
    async with await psycopg.AsyncConnection.connect(addresses.superuser) as connection:
        await connection.execute(
            "INSERT INTO institutions (id, slug, name) VALUES (%s, %s, %s)",
            (institution_id, f"i-{institution_id.hex}", "Institute of tests"),
        )
    return institution_id


@pytest.fixture
async def new_person(
    addresses: postgres.Addresses, institution: UUID, clock: Clock
) -> NewPerson:
    """Makes people: `await new_person()` in this test's institution, or in another."""

    async def new_person(institution_id: UUID = institution) -> Owner:
        user_id = clock.new_id()
        async with await psycopg.AsyncConnection.connect(addresses.superuser) as connection:
            await connection.execute(
                "INSERT INTO users (id, institution_id, owner_id, email, name, role) "
                "VALUES (%s, %s, %s, %s, 'Ada', 'member')",
                (user_id, institution_id, user_id, f"{user_id.hex}@example.org"),
            )
        return Owner(institution_id, user_id)

    return new_person


def dump(addresses: postgres.Addresses) -> str:
    """Return what `pg_dump` reads of the whole database, as an intruder with a backup would."""
    command = [str(postgres.BINARIES / "pg_dump"), addresses.superuser]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


