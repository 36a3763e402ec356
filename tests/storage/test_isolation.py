"""The catalogue itself is held to the rules: no user table without its locks."""

from __future__ import annotations

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from argo.schema import metadata
from argo.storage.database import Database
from tests.support.postgres import Addresses

# Tables that are nobody's: each with the reason why it needs no owner.
EXEMPT = {
    "alembic_version": "the schema's own version",
    "institutions": "an institution is not owned by a person; its people see their own",
    "charters": "a text of an institution, which all its people read",
    "units": "a unit is not owned by a person; its institution's people see it",
    "quota_limits": "a rule of an institution, a unit or a person; who is held to it sees it",
    "quota_seconds": "how often an institution, a unit or a key asked; no person sees it",
    "workers": "which processes run; no person in it",
    "used_tokens": "hashes of what opens or ends something once, until it is too old to; no one's",
    "first_links": "the link that makes the first administrator; nobody owns anything yet",
    "journal": "what was done and refused, by ids; the house's own, added to and never changed",
    "journal_checkpoints": "where the journal was cut off",
    "schedulers": "which worker schedules which model; no person in it",
}


def rows(addresses: Addresses, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(addresses.superuser) as connection:
        return connection.execute(query).fetchall()


def user_tables(addresses: Addresses) -> list[str]:
    found = rows(
        addresses,
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') "
        "AND relnamespace = 'public'::regnamespace ORDER BY relname",
    )
    return [str(row[0]) for row in found if row[0] not in EXEMPT]


def test_every_user_table_names_its_institution_and_owner(addresses: Addresses) -> None:
    tables = user_tables(addresses)
    assert len(tables) > 5
    for table in tables:
        columns = rows(
            addresses,
            "SELECT attname, attnotnull FROM pg_attribute "
            f"WHERE attrelid = '{table}'::regclass AND attname IN ('institution_id', 'owner_id')",
        )
        assert sorted(columns) == [("institution_id", True), ("owner_id", True)], table


def test_every_table_has_row_level_security_enabled_and_forced(addresses: Addresses) -> None:
    for table in [*user_tables(addresses), *(EXEMPT.keys() - {"alembic_version"})]:
        found = rows(
            addresses,
            f"SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = '{table}'::regclass",
        )
        assert found == [(True, True)], table


def test_every_policy_for_persons_compares_institution_and_owner(addresses: Addresses) -> None:
    policies = rows(
        addresses,
        "SELECT tablename, qual, with_check FROM pg_policies "
        "WHERE 'argo_person' = ANY (roles) AND tablename NOT IN ('institutions', 'units', 'charters', 'quota_limits', 'workers')",
    )
    assert {str(row[0]) for row in policies} <= set(user_tables(addresses))
    for table, qual, with_check in policies:
        for expression in (qual, with_check):
            if expression is not None:
                assert "argo_institution()" in str(expression), table
                assert "argo_owner()" in str(expression), table


def test_references_between_user_tables_carry_the_owner(addresses: Addresses) -> None:
    references = rows(
        addresses,
        "SELECT conrelid::regclass::text, conname, "
        "(SELECT array_agg(attname::text) FROM pg_attribute "
        " WHERE attrelid = conrelid AND attnum = ANY (conkey)) "
        "FROM pg_constraint WHERE contype = 'f' AND confrelid NOT IN ('institutions'::regclass, 'units'::regclass)",
    )
    assert references
    for table, name, columns in references:
        assert {"institution_id", "owner_id"} <= set(columns), f"{table}.{name}"  # type: ignore[call-overload]


def test_the_service_owns_nothing_and_bypasses_nothing(addresses: Addresses) -> None:
    roles = (
        *("argo_service", "argo_person", "argo_sign_in", "argo_house"),
        *("argo_gate", "argo_searcher", "argo_meter"),
    )
    found = rows(
        addresses,
        "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles "
        f"WHERE rolname IN {roles}",
    )
    assert len(found) == len(roles)
    assert all(flags == (False, False, False) for _, *rest in found for flags in [tuple(rest)])
    owned = rows(
        addresses,
        "SELECT relname FROM pg_class WHERE relowner IN "
        f"(SELECT oid FROM pg_roles WHERE rolname IN {roles})",
    )
    assert owned == []


def test_a_statement_outside_a_context_is_refused(addresses: Addresses) -> None:
    with psycopg.connect(addresses.service, autocommit=True) as connection:
        for table in user_tables(addresses):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"SELECT count(*) FROM {table}")


async def test_a_context_without_ids_sees_no_row(addresses: Addresses, database: Database) -> None:
    with psycopg.connect(addresses.service, autocommit=True) as connection:
        for table in user_tables(addresses):
            with connection.transaction():
                connection.execute("SELECT set_config('role', 'argo_person', true)")
                try:
                    found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
                except psycopg.errors.InsufficientPrivilege:
                    raise psycopg.Rollback from None
                assert found == (0,), table


async def test_the_house_cannot_read_sealed_columns(addresses: Addresses) -> None:
    sealed = rows(
        addresses,
        "SELECT table_name, column_name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND data_type = 'bytea' AND column_name NOT LIKE '%hash'",
    )
    assert sealed
    for table, column in sealed:
        may = rows(
            addresses,
            f"SELECT has_column_privilege('argo_house', '{table}', '{column}', 'SELECT')",
        )
        assert may == [(False,)], f"{table}.{column}"


def test_tables_are_described_as_they_are(addresses: Addresses) -> None:
    engine = create_engine(make_url(addresses.owner).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()
    assert differences == []
