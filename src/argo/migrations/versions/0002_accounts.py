"""Institutions, users and their ways in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from argo.migrations import isolation

revision = "0002"
down_revision = "0001"

_INSTANT = sa.DateTime(timezone=True)
_CALLER = (
    "institution_id uuid, user_id uuid, role text, email text, name text, language text, "
    "institution_slug text, institution_name text"
)
_CALLER_COLUMNS = (
    "users.institution_id, users.id AS user_id, users.role, users.email, users.name, "
    "users.language, institutions.slug, institutions.name AS institution_name"
)
_FOUND = "found.institution_id, user_id, role, email, name, language, slug, institution_name"


def upgrade() -> None:
    """Make the tables, then the functions of sign-in."""
    _institutions()
    _users()
    _links()
    _sessions()
    _keys()
    _link_functions()
    _caller_functions()


def _institutions() -> None:
    op.create_table(
        "institutions",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.UniqueConstraint("slug", name="uq_institutions_slug"),
    )
    op.execute(
        "INSERT INTO institutions (id, slug, name) "
        "VALUES (gen_random_uuid(), 'institute', 'Institute')"
    )
    isolation.house_reads("institutions", grants="SELECT, INSERT, UPDATE")
    isolation.gate_reads("institutions", grants="SELECT")
    op.execute(
        "CREATE POLICY institutions_of_person ON institutions FOR SELECT TO argo_person "
        "USING (id = (SELECT argo_institution()))"
    )
    op.execute("GRANT SELECT ON institutions TO argo_person")


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid, primary_key=True),
        *_owned(),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("language", sa.Text),
        sa.Column("disabled_at", _INSTANT),
        sa.Column("created_at", _INSTANT, nullable=False, server_default=sa.text("now()")),
        sa.CheckConstraint("owner_id = id", name="ck_users_owns_itself"),
        sa.CheckConstraint("role IN ('member', 'referent', 'admin')", name="ck_users_role"),
        sa.CheckConstraint("language IN ('fr', 'en')", name="ck_users_language"),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institutions.id"], name="fk_users_institution_id_institutions"
        ),
        sa.UniqueConstraint("institution_id", "id", name="uq_users_institution_id_id"),
    )
    op.create_index(
        "uq_users_institution_id_email",
        "users",
        ["institution_id", sa.text("lower(email)")],
        unique=True,
    )
    isolation.person_table("users", grants="SELECT, UPDATE (name, language)")
    # Who there is, never what they wrote: the command line and administration work with this.
    isolation.house_reads("users", grants="SELECT, INSERT, UPDATE (role, disabled_at)")
    isolation.gate_reads("users", grants="SELECT, INSERT")


def _links() -> None:
    op.create_table(
        "first_links",
        sa.Column("token_hash", sa.LargeBinary, primary_key=True),
        sa.Column("expires_at", _INSTANT, nullable=False),
    )
    isolation.house_reads("first_links", grants="INSERT, DELETE")
    isolation.gate_reads("first_links", grants="SELECT, DELETE")
    op.create_table(
        "sign_in_links",
        sa.Column("id", sa.Uuid, primary_key=True),
        *_owned(),
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.Column("used_at", _INSTANT),
        sa.UniqueConstraint("token_hash", name="uq_sign_in_links_token_hash"),
        _of_user("sign_in_links"),
    )
    op.create_index("ix_sign_in_links_expires_at", "sign_in_links", ["expires_at"])
    isolation.house_reads(
        "sign_in_links", grants="INSERT, DELETE, SELECT (id, institution_id, owner_id, expires_at)"
    )
    isolation.gate_reads("sign_in_links", grants="SELECT, UPDATE (used_at)")


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid, primary_key=True),
        *_owned(),
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("last_seen_at", _INSTANT, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.UniqueConstraint("token_hash", name="uq_sessions_token_hash"),
        _of_user("sessions"),
    )
    op.create_index(
        "ix_sessions_institution_id_owner_id", "sessions", ["institution_id", "owner_id"]
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    isolation.person_table("sessions", grants="SELECT, DELETE")
    isolation.house_reads(
        "sessions", grants="DELETE, SELECT (id, institution_id, owner_id, expires_at)"
    )
    isolation.gate_reads(
        "sessions", grants="SELECT, INSERT, UPDATE (last_seen_at, expires_at), DELETE"
    )


def _keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid, primary_key=True),
        *_owned(),
        sa.Column("prefix", sa.Text, nullable=False),
        sa.Column("key_hash", sa.LargeBinary, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("expires_at", _INSTANT),
        sa.Column("last_used_at", _INSTANT),
        sa.Column("revoked_at", _INSTANT),
        sa.UniqueConstraint("key_hash", name="uq_api_keys_key_hash"),
        _of_user("api_keys"),
    )
    op.create_index(
        "ix_api_keys_institution_id_owner_id", "api_keys", ["institution_id", "owner_id"]
    )
    isolation.person_table("api_keys", grants="SELECT, INSERT, UPDATE (revoked_at)")
    # Disabling an account revokes its keys; what they are called is not the house's to read.
    isolation.house_reads(
        "api_keys", grants="SELECT (id, institution_id, owner_id, revoked_at), UPDATE (revoked_at)"
    )
    isolation.gate_reads("api_keys", grants="SELECT, UPDATE (last_used_at)")


# Tables are named with their schema: a temporary table of the same name would come first.


def _link_functions() -> None:
    isolation.gate_function(
        "link_look(hash bytea) RETURNS TABLE (email text, name text, institution_name text)",
        "SELECT users.email, users.name, institutions.name FROM public.sign_in_links AS link "
        "JOIN public.users ON users.id = link.owner_id "
        "JOIN public.institutions ON institutions.id = users.institution_id "
        "WHERE token_hash = hash AND used_at IS NULL AND expires_at > clock_timestamp() "
        "AND disabled_at IS NULL "
        "UNION ALL SELECT NULL, NULL, institutions.name "
        "FROM public.first_links, public.institutions "
        "WHERE token_hash = hash AND expires_at > clock_timestamp() "
        "AND institutions.slug = 'institute' AND NOT EXISTS (SELECT FROM public.users)",
    )
    isolation.gate_function(
        "link_use(hash bytea, session uuid, session_hash bytea, device text, "
        "until timestamptz) RETURNS TABLE (institution_id uuid, user_id uuid)",
        "WITH used AS (UPDATE public.sign_in_links AS link SET used_at = clock_timestamp() "
        "FROM public.users "
        "WHERE token_hash = hash AND used_at IS NULL AND expires_at > clock_timestamp() "
        "AND users.id = link.owner_id AND disabled_at IS NULL "
        "RETURNING link.institution_id, link.owner_id), "
        "made AS (INSERT INTO public.sessions (id, institution_id, owner_id, token_hash, device, "
        "created_at, last_seen_at, expires_at) "
        "SELECT session, used.institution_id, used.owner_id, session_hash, link_use.device, "
        "clock_timestamp(), clock_timestamp(), until FROM used) "
        "SELECT used.institution_id, used.owner_id FROM used",
    )
    isolation.gate_function(
        "first_link_use(hash bytea, person uuid, person_email text, person_name text, "
        "session uuid, session_hash bytea, device text, until timestamptz) "
        "RETURNS TABLE (institution_id uuid, user_id uuid)",
        "WITH used AS (DELETE FROM public.first_links WHERE token_hash = hash "
        "AND expires_at > clock_timestamp() AND NOT EXISTS (SELECT FROM public.users) "
        "RETURNING 1), "
        "made AS (INSERT INTO public.users (id, institution_id, owner_id, email, name, role) "
        "SELECT person, institutions.id, person, person_email, person_name, 'admin' "
        "FROM used, public.institutions WHERE slug = 'institute' RETURNING institution_id, id), "
        "opened AS (INSERT INTO public.sessions (id, institution_id, owner_id, token_hash, "
        "device, created_at, last_seen_at, expires_at) "
        "SELECT session, made.institution_id, made.id, session_hash, first_link_use.device, "
        "clock_timestamp(), clock_timestamp(), until FROM made) "
        "SELECT made.institution_id, made.id FROM made",
    )


def _caller_functions() -> None:
    isolation.gate_function(
        f"session_caller(hash bytea) RETURNS TABLE ({_CALLER}, session_id uuid, "
        "signed_in_until timestamptz)",
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
    isolation.gate_function(
        "session_end(hash bytea) RETURNS void",
        "DELETE FROM public.sessions WHERE token_hash = hash",
    )
    isolation.gate_function(
        f"key_caller(hash bytea) RETURNS TABLE ({_CALLER}, key_id uuid)",
        f"WITH found AS (SELECT {_CALLER_COLUMNS}, api_keys.id FROM public.api_keys "
        "JOIN public.users ON users.id = api_keys.owner_id "
        "JOIN public.institutions ON institutions.id = users.institution_id "
        "WHERE key_hash = hash AND revoked_at IS NULL AND disabled_at IS NULL "
        "AND (expires_at IS NULL OR expires_at > clock_timestamp())), "
        "used AS (UPDATE public.api_keys SET last_used_at = clock_timestamp() FROM found "
        "WHERE api_keys.id = found.id AND (last_used_at IS NULL "
        "OR last_used_at < clock_timestamp() - interval '1 minute')) "
        f"SELECT {_FOUND}, found.id FROM found",
    )


def _owned() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("institution_id", sa.Uuid, nullable=False),
        sa.Column("owner_id", sa.Uuid, nullable=False),
    )


def _of_user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["institution_id", "owner_id"],
        ["users.institution_id", "users.id"],
        name=f"fk_{table}_institution_id_owner_id_users",
        ondelete="CASCADE",
    )
