"""The institutions' charters, who accepted which version, and callers who say whether they did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from argo.migrations import isolation

revision = "0016"
down_revision = "0015"

_INSTANT = sa.DateTime(timezone=True)
_CALLER = (
    "institution_id uuid, user_id uuid, role text, email text, name text, language text, "
    "institution_slug text, institution_name text"
)
_CALLER_COLUMNS = (
    "users.institution_id, users.id AS user_id, users.role, users.email, users.name, "
    "users.language, institutions.slug, institutions.name AS institution_name, "
    "public.charter_accepted(users.institution_id, users.id) AS accepted"
)
_FOUND = (
    "found.institution_id, user_id, role, email, name, language, slug, institution_name, accepted"
)


def upgrade() -> None:
    """Make the tables, then what says whether the charter in force is accepted."""
    _tables()
    _in_force()
    _callers()


def _tables() -> None:
    op.create_table(
        "charters",
        sa.Column("institution_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("french", sa.Text, nullable=False),
        sa.Column("english", sa.Text, nullable=False),
        sa.Column("published_at", _INSTANT, nullable=False),
        sa.Column("withdrawn_at", _INSTANT),
        sa.PrimaryKeyConstraint("institution_id", "version", name="pk_charters"),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institutions.id"],
            name="fk_charters_institution_id_institutions",
        ),
        sa.CheckConstraint("version > 1", name="ck_charters_version"),
    )
    isolation.house_reads("charters", grants="SELECT, INSERT, UPDATE (withdrawn_at)")
    isolation.gate_reads("charters", grants="SELECT (institution_id, version, withdrawn_at)")
    op.execute(
        "CREATE POLICY charters_of_person ON charters FOR SELECT TO argo_person "
        "USING (institution_id = (SELECT argo_institution()))"
    )
    op.execute("GRANT SELECT ON charters TO argo_person")
    op.create_table(
        "charter_acceptances",
        sa.Column("institution_id", sa.Uuid, nullable=False),
        sa.Column("owner_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("accepted_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "version", name="pk_charter_acceptances"),
        sa.ForeignKeyConstraint(
            ["institution_id", "owner_id"],
            ["users.institution_id", "users.id"],
            name="fk_charter_acceptances_institution_id_owner_id_users",
            ondelete="CASCADE",
        ),
    )
    isolation.person_table("charter_acceptances", grants="SELECT, INSERT")
    isolation.gate_reads("charter_acceptances", grants="SELECT (owner_id, version)")


def _in_force() -> None:
    # An institution decides when it has a charter: until it publishes one, or the one that ships,
    # there is none (version 0). Version 1 is the one that ships. A release that changes its text
    # gives it a number of its own here, below every published one: nothing else says which it is.
    op.add_column(
        "institutions",
        sa.Column("charter", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.execute(
        "CREATE FUNCTION charter_in_force(institution uuid) RETURNS integer LANGUAGE sql STABLE "
        "SET search_path = pg_catalog, public, pg_temp AS $$ "
        "SELECT coalesce((SELECT max(version) FROM public.charters "
        "WHERE institution_id = institution AND withdrawn_at IS NULL), "
        "(SELECT charter::int FROM public.institutions WHERE id = institution), 0) $$"
    )
    op.execute(
        "CREATE FUNCTION charter_accepted(institution uuid, person uuid) RETURNS boolean "
        "LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$ "
        "SELECT force = 0 OR EXISTS (SELECT FROM public.charter_acceptances "
        "WHERE owner_id = person AND version = force) "
        "FROM public.charter_in_force(institution) AS force $$"
    )
    for function in ("charter_in_force(uuid)", "charter_accepted(uuid, uuid)"):
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO argo_gate")
    op.execute("GRANT EXECUTE ON FUNCTION charter_in_force(uuid) TO argo_person, argo_house")


def _callers() -> None:
    op.execute("DROP FUNCTION session_caller(bytea)")
    isolation.gate_function(
        f"session_caller(hash bytea) RETURNS TABLE ({_CALLER}, accepted boolean, "
        "session_id uuid, signed_in_until timestamptz)",
        # Seen at most once a minute; the session slides, up to ninety days from its start.
        f"WITH found AS (SELECT {_CALLER_COLUMNS}, sessions.id, expires_at FROM public.sessions "
        "JOIN public.users ON users.id = sessions.owner_id "
        "JOIN public.institutions ON institutions.id = users.institution_id "
        "WHERE token_hash = hash AND expires_at > clock_timestamp() AND disabled_at IS NULL), "
        "seen AS (UPDATE public.sessions SET last_seen_at = clock_timestamp(), "
        "expires_at = least(created_at + interval '90 days', "
        "clock_timestamp() + interval '14 days') FROM found WHERE sessions.id = found.id "
        "AND last_seen_at < clock_timestamp() - interval '1 minute' "
        "RETURNING sessions.expires_at) "
        f"SELECT {_FOUND}, found.id, coalesce(seen.expires_at, found.expires_at) "
        "FROM found LEFT JOIN seen ON true",
    )
    op.execute("DROP FUNCTION key_caller(bytea)")
    isolation.gate_function(
        f"key_caller(hash bytea) RETURNS TABLE ({_CALLER}, accepted boolean, key_id uuid, "
        "key_models text[], key_lane text)",
        f"WITH found AS (SELECT {_CALLER_COLUMNS}, api_keys.id, api_keys.models, api_keys.lane "
        "FROM public.api_keys JOIN public.users ON users.id = api_keys.owner_id "
        "JOIN public.institutions ON institutions.id = users.institution_id "
        "WHERE key_hash = hash AND revoked_at IS NULL AND disabled_at IS NULL "
        "AND (expires_at IS NULL OR expires_at > clock_timestamp())), "
        "used AS (UPDATE public.api_keys SET last_used_at = clock_timestamp() FROM found "
        "WHERE api_keys.id = found.id AND (last_used_at IS NULL "
        "OR last_used_at < clock_timestamp() - interval '1 minute')) "
        f"SELECT {_FOUND}, found.id, models, lane FROM found",
    )
