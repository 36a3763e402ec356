"""What each database context may do with accounts, said to PostgreSQL directly."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from argo.accounts.people import People
from argo.accounts.service import Accounts
from argo.clock import Clock
from argo.storage.database import Connection, Database
from argo.storage.types import Owner
from tests.accounts.conftest import Execute
from tests.fixtures import NewPerson
from tests.support.postgres import Addresses

TABLES = ("users", "sessions", "api_keys")
DENIED = psycopg.errors.InsufficientPrivilege


@pytest.fixture
async def ada(accounts: Accounts, people: People, new_person: NewPerson) -> Owner:
    """A person with a session, a key and a link that is still good."""
    owner = await new_person()
    await accounts.sign_in(await people.link(owner), "")
    await accounts.create_key(owner, "laptop", None)
    await people.link(owner)
    return owner


async def rows(connection: Connection, statement: str, *values: object) -> list[Any]:
    """Return what a statement finds."""
    return await (await connection.execute(statement, values)).fetchall()


async def kept(execute: Execute, owner: Owner) -> list[Any]:
    """Return every row of a person."""
    return [
        await execute(f"SELECT * FROM {table} WHERE owner_id = %s", owner.owner_id)
        for table in TABLES
    ]


async def refused(context: AbstractAsyncContextManager[Connection], statement: str) -> bool:
    """Tell whether PostgreSQL denies the statement."""
    try:
        async with context as connection:
            await connection.execute(statement)
    except DENIED:
        return True
    return False


@pytest.mark.parametrize("place", ["own institution", "other institution"])
async def test_another_person_sees_nothing_and_changes_nothing(
    database: Database,
    ada: Owner,
    new_person: NewPerson,
    clock: Clock,
    place: str,
    execute: Execute,
) -> None:
    ben = await new_person()
    # A context is both halves: Ada's own id means nothing in another institution's name.
    others = {"own institution": ben, "other institution": Owner(clock.new_id(), ada.owner_id)}
    before = await kept(execute, ada)
    async with database.person(others[place]) as person:
        for table in TABLES:
            of_ada = f"SELECT 1 FROM {table} WHERE owner_id = %s"
            assert await rows(person, of_ada, ada.owner_id) == []
        for statement in (
            "DELETE FROM sessions WHERE owner_id = %s",
            "UPDATE api_keys SET revoked_at = now() WHERE owner_id = %s",
            "UPDATE users SET name = 'Eve' WHERE owner_id = %s",
        ):
            assert (await person.execute(statement, (ada.owner_id,))).rowcount == 0
    assert await kept(execute, ada) == before


async def test_nobody_writes_in_anothers_name(
    database: Database, ada: Owner, new_person: NewPerson, clock: Clock
) -> None:
    ben = await new_person()
    statement = (
        "INSERT INTO api_keys (id, institution_id, owner_id, prefix, key_hash, name, created_at) "
        "VALUES (%s, %s, %s, 'argo-x', %s, 'x', now())"
    )
    for owner in (ada, Owner(clock.new_id(), ben.owner_id)):
        with pytest.raises(DENIED, match="row-level security"):
            async with database.person(ben) as person:
                values = (clock.new_id(), owner.institution_id, owner.owner_id, b"x")
                await person.execute(statement, values)


async def test_a_person_of_an_unset_context_is_nobody(addresses: Addresses, ada: Owner) -> None:
    async with await psycopg.AsyncConnection.connect(addresses.service) as connection:
        await connection.execute("SELECT set_config('role', 'argo_person', true)")
        for table in (*TABLES, "institutions"):
            assert await rows(connection, f"SELECT 1 FROM {table}") == []


async def test_a_person_sees_their_own_institution_alone(
    database: Database, ada: Owner, execute: Execute
) -> None:
    assert (await execute("SELECT count(*) FROM institutions"))[0][0] > 1
    async with database.person(ada) as person:
        assert await rows(person, "SELECT id FROM institutions") == [(ada.institution_id,)]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1 FROM sign_in_links",
        "SELECT 1 FROM first_links",
        "UPDATE users SET role = 'admin'",
        "UPDATE users SET disabled_at = NULL",
        "UPDATE users SET email = 'x@y'",
        "DELETE FROM users",
        "INSERT INTO sessions DEFAULT VALUES",
        "UPDATE sessions SET expires_at = 'infinity'",
        "UPDATE api_keys SET expires_at = NULL",
        "UPDATE api_keys SET key_hash = 'x'",
        "DELETE FROM api_keys",
        "UPDATE institutions SET name = 'x'",
        "SELECT session_caller('x')",
        "SELECT link_use('x', NULL, NULL, NULL, NULL)",
    ],
)
async def test_a_person_cannot_give_themselves_more(
    database: Database, ada: Owner, statement: str
) -> None:
    assert await refused(database.person(ada), statement)


@pytest.mark.parametrize(
    "statement",
    [f"SELECT 1 FROM {table}" for table in (*TABLES, "sign_in_links", "first_links")]
    + ["SELECT 1 FROM institutions", "DELETE FROM sessions", "UPDATE users SET role = 'admin'"],
)
async def test_sign_in_reaches_no_table(database: Database, statement: str) -> None:
    assert await refused(database.sign_in(), statement)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT token_hash FROM sessions",
        "SELECT device FROM sessions",
        "SELECT last_seen_at FROM sessions",
        "INSERT INTO sessions DEFAULT VALUES",
        "UPDATE sessions SET expires_at = now()",
        "SELECT token_hash FROM sign_in_links",
        "UPDATE sign_in_links SET used_at = NULL",
        "SELECT token_hash FROM first_links",
        "SELECT name FROM api_keys",
        "SELECT key_hash FROM api_keys",
        "SELECT prefix FROM api_keys",
        "SELECT last_used_at FROM api_keys",
        "INSERT INTO api_keys DEFAULT VALUES",
        "DELETE FROM api_keys",
        "UPDATE users SET email = 'x@y'",
        "SELECT session_caller('x')",
        "SELECT key_caller('x')",
    ],
)
async def test_the_house_knows_who_there_is_and_no_way_in(
    database: Database, statement: str
) -> None:
    assert await refused(database.house(), statement)


async def test_the_house_can_erase_test_people_and_nobody_else(
    database: Database, ada: Owner, execute: Execute
) -> None:
    async with database.house() as house:
        erased = await house.execute("DELETE FROM users WHERE id = %s", (ada.owner_id,))
    assert erased.rowcount == 0
    assert await execute("SELECT 1 FROM users WHERE id = %s", ada.owner_id)


FORGERY = """
CREATE TEMPORARY TABLE institutions AS SELECT gen_random_uuid() AS id, 'x' AS slug, 'x' AS name;
CREATE TEMPORARY TABLE users AS
    SELECT gen_random_uuid() AS id, id AS institution_id, 'admin' AS role, 'x' AS email,
    'x' AS name, NULL::text AS language, NULL::timestamptz AS disabled_at
    FROM pg_temp.institutions;
CREATE TEMPORARY TABLE api_keys AS
    SELECT gen_random_uuid() AS id, id AS owner_id, 'forged'::bytea AS key_hash,
    NULL::timestamptz AS revoked_at, NULL::timestamptz AS expires_at,
    NULL::timestamptz AS last_used_at FROM pg_temp.users;
CREATE TEMPORARY TABLE sessions AS
    SELECT gen_random_uuid() AS id, id AS owner_id, 'forged'::bytea AS token_hash,
    now() AS created_at, now() AS last_seen_at, 'infinity'::timestamptz AS expires_at
    FROM pg_temp.users;
CREATE TEMPORARY TABLE sign_in_links AS
    SELECT id AS owner_id, 'forged'::bytea AS token_hash, NULL::timestamptz AS used_at,
    'infinity'::timestamptz AS expires_at FROM pg_temp.users;
GRANT ALL ON institutions, users, api_keys, sessions, sign_in_links TO argo_gate;
"""


@pytest.mark.parametrize("function", ["key_caller", "session_caller", "link_look"])
async def test_tables_of_the_same_name_forge_nobody(database: Database, function: str) -> None:
    async with database.sign_in() as gate, gate.transaction(force_rollback=True):
        await gate.execute(FORGERY)
        assert await rows(gate, "SELECT 1 FROM api_keys") == [(1,)]
        assert await rows(gate, f"SELECT * FROM {function}('forged')") == []


async def test_a_dump_holds_no_token_and_no_key(
    accounts: Accounts, people: People, new_person: NewPerson, execute: Execute
) -> None:
    owner = await new_person()
    link = await people.link(owner)
    session = (await accounts.sign_in(await people.link(owner), "")).token
    key, made = await accounts.create_key(owner, "laptop", timedelta(days=1))
    dumped = str(
        [
            await execute(f"SELECT * FROM {table} WHERE owner_id = %s", owner.owner_id)
            for table in (*TABLES, "sign_in_links")
        ]
    )
    assert made.prefix in dumped
    for secret in (link, session, key, key.removeprefix(made.prefix)):
        assert secret not in dumped
        assert secret.encode().hex() not in dumped
