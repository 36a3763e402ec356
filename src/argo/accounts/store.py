"""The SQL of accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from argo.accounts.types import Caller, Invitation, Key, Session, User, Ways
from argo.storage.at_once import Row, Statement
from argo.storage.database import Connection, Database
from argo.storage.types import Owner


@dataclass(frozen=True)
class Opening:
    """A session about to be opened; its token is kept as a hash."""

    session_id: UUID
    token_hash: bytes = field(repr=False)
    device: str
    until: datetime

    @property
    def values(self) -> tuple[UUID, bytes, str, datetime]:
        """The values in the order of the sign-in functions."""
        return (self.session_id, self.token_hash, self.device, self.until)


# ── sign-in context: functions that take a hash ──────────────────────────────────────────────


async def link_looked(gate: Connection, token_hash: bytes) -> Invitation | None:
    """Return what the link opens, without using it up."""
    cursor = gate.cursor(row_factory=class_row(Invitation))
    await cursor.execute("SELECT * FROM link_look(%s)", (token_hash,))
    return await cursor.fetchone()


async def link_used(
    gate: Connection,
    token_hash: bytes,
    opening: Opening,
) -> bool:
    """Use the link up and open a session; returns whether the link was good."""
    cursor = await gate.execute(
        "SELECT FROM link_use(%s, %s, %s, %s, %s)",
        (token_hash, *opening.values),
    )
    return await cursor.fetchone() is not None


async def first_link_used(
    gate: Connection,
    token_hash: bytes,
    user_id: UUID,
    email: str,
    name: str,
    opening: Opening,
) -> bool:
    """Use the first link up: make the administrator and open their session."""
    cursor = await gate.execute(
        "SELECT FROM first_link_use(%s, %s, %s, %s, %s, %s, %s, %s)",
        (token_hash, user_id, email, name, *opening.values),
    )
    return await cursor.fetchone() is not None


async def caller_of_session(database: Database, token_hash: bytes) -> Caller | None:
    """Return who is signed in with this session, as the account stands now."""
    asked = Statement("SELECT * FROM session_caller($1)", (token_hash,))
    return _caller(await database.sign_in_at_once(asked))


async def caller_of_key(database: Database, key_hash: bytes) -> Caller | None:
    """Return in whose name this key asks, as the account stands now."""
    asked = Statement("SELECT * FROM key_caller($1)", (key_hash,))
    return _caller(await database.sign_in_at_once(asked))


async def session_ended(gate: Connection, token_hash: bytes) -> None:
    """End the session of this token."""
    await gate.execute("SELECT session_end(%s)", (token_hash,))


def _caller(answered: list[list[Row]]) -> Caller | None:
    (rows,) = answered
    return Caller(**rows[0]) if rows else None


# ── person context: row-level security binds these; each names its owner besides ─────────────

_OWN = "institution_id = %(institution)s AND owner_id = %(owner)s"


def _of(owner: Owner, **more: object) -> dict[str, object]:
    return {"institution": owner.institution_id, "owner": owner.owner_id, **more}


async def sessions(person: Connection, owner: Owner) -> list[Session]:
    """Return the person's sessions that still hold, newest first."""
    cursor = person.cursor(row_factory=class_row(Session))
    await cursor.execute(
        "SELECT id, device, created_at, last_seen_at, expires_at FROM sessions "
        f"WHERE {_OWN} AND expires_at > clock_timestamp() ORDER BY last_seen_at DESC, id DESC",
        _of(owner),
    )
    return await cursor.fetchall()


async def session_began(person: Connection, owner: Owner, session_id: UUID) -> datetime | None:
    """Return when one session of the person began."""
    cursor = await person.execute(
        f"SELECT created_at FROM sessions WHERE {_OWN} AND id = %(id)s", _of(owner, id=session_id)
    )
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def session_deleted(person: Connection, owner: Owner, session_id: UUID) -> bool:
    """End one session of the person; returns whether there was one."""
    cursor = await person.execute(
        f"DELETE FROM sessions WHERE {_OWN} AND id = %(id)s", _of(owner, id=session_id)
    )
    return cursor.rowcount == 1


async def all_sessions_deleted(person: Connection, owner: Owner) -> None:
    """End every session of the person."""
    await person.execute(f"DELETE FROM sessions WHERE {_OWN}", _of(owner))


async def keys(person: Connection, owner: Owner) -> list[Key]:
    """Return the person's keys that are not revoked, newest first."""
    cursor = person.cursor(row_factory=class_row(Key))
    await cursor.execute(
        "SELECT id, name, prefix, created_at, expires_at, last_used_at, models, lane, "
        "requests_per_minute, concurrent_requests, tokens_per_day FROM api_keys "
        f"WHERE {_OWN} AND revoked_at IS NULL ORDER BY created_at DESC, id DESC",
        _of(owner),
    )
    return await cursor.fetchall()


async def person_held(person: Connection, owner: Owner) -> None:
    """Hold the person's own row: who counts what they have and adds to it does so alone."""
    await person.execute(
        f"SELECT FROM users WHERE {_OWN} FOR NO KEY UPDATE",
        _of(owner),
    )


async def keys_counted(person: Connection, owner: Owner) -> int:
    """Return how many keys the person has that are not revoked."""
    cursor = await person.execute(
        f"SELECT count(*) FROM api_keys WHERE {_OWN} AND revoked_at IS NULL", _of(owner)
    )
    row = await cursor.fetchone()
    assert row is not None
    count: int = row[0]
    return count


async def key_added(person: Connection, owner: Owner, key: Key, key_hash: bytes) -> None:
    """Add a key of the person."""
    await person.execute(
        "INSERT INTO api_keys "
        "(id, institution_id, owner_id, prefix, key_hash, name, created_at, expires_at, models, "
        "lane, requests_per_minute, concurrent_requests, tokens_per_day) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            key.id,
            owner.institution_id,
            owner.owner_id,
            key.prefix,
            key_hash,
            key.name,
            key.created_at,
            key.expires_at,
            None if key.models is None else list(key.models),
            key.lane,
            key.requests_per_minute,
            key.concurrent_requests,
            key.tokens_per_day,
        ),
    )


async def key_revoked(person: Connection, owner: Owner, key_id: UUID, at: datetime) -> bool:
    """Revoke a key of the person; returns whether there was one."""
    cursor = await person.execute(
        "UPDATE api_keys SET revoked_at = %(at)s "
        f"WHERE {_OWN} AND id = %(id)s AND revoked_at IS NULL",
        _of(owner, id=key_id, at=at),
    )
    return cursor.rowcount == 1


async def language_set(person: Connection, owner: Owner, language: str | None) -> None:
    """Keep the language the person reads in."""
    await person.execute(
        f"UPDATE users SET language = %(language)s WHERE {_OWN}", _of(owner, language=language)
    )


async def name_set(person: Connection, owner: Owner, name: str) -> None:
    """Keep the name the person goes by."""
    await person.execute(f"UPDATE users SET name = %(name)s WHERE {_OWN}", _of(owner, name=name))


# ── house context: who there is ──────────────────────────────────────────────────────────────


async def institutions(house: Connection) -> list[UUID]:
    """Return the ids of all institutions."""
    cursor = await house.execute("SELECT id FROM institutions ORDER BY id")
    return [row[0] for row in await cursor.fetchall()]


async def institution_named(house: Connection, slug: str) -> UUID | None:
    """Return the institution with this slug."""
    cursor = await house.execute("SELECT id FROM institutions WHERE slug = %s", (slug,))
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def institution_made(house: Connection, id_: UUID, slug: str, name: str) -> UUID:
    """Return the institution with this slug, made as `id_` when there is none."""
    await house.execute(
        "INSERT INTO institutions (id, slug, name) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        (id_, slug, name),
    )
    found = await institution_named(house, slug)
    assert found is not None
    return found


async def people_erased(house: Connection, institution_id: UUID) -> int:
    """Erase an institution's people; the database lets none go but test people."""
    found = await house.execute("DELETE FROM users WHERE institution_id = %s", (institution_id,))
    return found.rowcount


async def user_added(house: Connection, owner: Owner, email: str, name: str, role: str) -> bool:
    """Add a user; returns False when the institution has the address already."""
    cursor = await house.execute(
        "INSERT INTO users (id, institution_id, owner_id, email, name, role) "
        "VALUES (%(id)s, %(institution)s, %(id)s, %(email)s, %(name)s, %(role)s) "
        "ON CONFLICT DO NOTHING",
        {
            "id": owner.owner_id,
            "institution": owner.institution_id,
            "email": email,
            "name": name,
            "role": role,
        },
    )
    return cursor.rowcount == 1


_USERS = (
    "SELECT users.id, institution_id, slug AS institution_slug, email, users.name, role, "
    "disabled_at FROM users JOIN institutions ON institutions.id = institution_id "
)


async def users_with(house: Connection, email: str, slug: str | None) -> list[User]:
    """Return who has this address or id, in the institution `slug` or (None) in any."""
    cursor = house.cursor(row_factory=class_row(User))
    await cursor.execute(
        _USERS + "WHERE (lower(email) = lower(%(named)s) OR users.id::text = %(named)s) "
        "AND slug = coalesce(%(slug)s, slug)",
        {"named": email, "slug": slug},
    )
    return await cursor.fetchall()


async def users(house: Connection) -> list[User]:
    """Return everybody, by institution and address."""
    cursor = house.cursor(row_factory=class_row(User))
    await cursor.execute(_USERS + "ORDER BY slug, email")
    return await cursor.fetchall()


async def ways_counted(person: Connection, owner: Owner) -> Ways:
    """Count the person's ways in; raises `AssertionError` for nobody's."""
    cursor = person.cursor(row_factory=class_row(Ways))
    await cursor.execute(
        "SELECT users.created_at AS since, sessions.count AS sessions, sessions_until, "
        "keys.count AS keys, keys.revoked AS keys_revoked FROM users, "
        "(SELECT count(*), max(expires_at) AS sessions_until FROM sessions "
        f"WHERE {_OWN} AND expires_at > clock_timestamp()) AS sessions, "
        "(SELECT count(*) FILTER (WHERE revoked_at IS NULL), "
        "count(*) FILTER (WHERE revoked_at IS NOT NULL) AS revoked FROM api_keys "
        f"WHERE {_OWN}) AS keys WHERE {_OWN}",
        _of(owner),
    )
    found = await cursor.fetchone()
    assert found is not None
    return found


async def person_erased(house: Connection, owner: Owner) -> None:
    """Erase a person, with every way in and all that hangs on them.

    The database lets go only of those whose erasure stands in `receipts`, and of test people.
    """
    await house.execute(f"DELETE FROM users WHERE {_OWN}", _of(owner))


async def those_there(house: Connection, owners: Sequence[Owner]) -> list[Owner]:
    """Return those of `owners` who have an account."""
    cursor = await house.execute(
        "SELECT institution_id, owner_id FROM users WHERE id = ANY (%s)",
        ([owner.owner_id for owner in owners],),
    )
    there = {Owner(*row) for row in await cursor.fetchall()}
    return [owner for owner in owners if owner in there]


async def any_user(house: Connection) -> bool:
    """Whether there is a user at all."""
    cursor = await house.execute("SELECT FROM users LIMIT 1")
    return await cursor.fetchone() is not None


async def user_disabled(house: Connection, owner: Owner, at: datetime) -> None:
    """Disable a user from `at` on, unless they are already."""
    await house.execute(
        f"UPDATE users SET disabled_at = coalesce(disabled_at, %(at)s) WHERE {_OWN}",
        _of(owner, at=at),
    )


async def sessions_ended(house: Connection, owner: Owner) -> None:
    """End every session of a user."""
    await house.execute(f"DELETE FROM sessions WHERE {_OWN}", _of(owner))


async def links_voided(house: Connection, owner: Owner) -> None:
    """Forget every sign-in link of a user."""
    await house.execute(f"DELETE FROM sign_in_links WHERE {_OWN}", _of(owner))


async def keys_revoked(house: Connection, owner: Owner, at: datetime) -> None:
    """Revoke every key of a user."""
    await house.execute(
        f"UPDATE api_keys SET revoked_at = %(at)s WHERE {_OWN} AND revoked_at IS NULL",
        _of(owner, at=at),
    )


async def expired_sessions_deleted(house: Connection) -> None:
    """Delete the sessions that hold no longer."""
    await house.execute("DELETE FROM sessions WHERE expires_at <= clock_timestamp()")


async def expired_links_deleted(house: Connection) -> None:
    """Delete the sign-in links that are too old to open anything."""
    await house.execute("DELETE FROM sign_in_links WHERE expires_at <= clock_timestamp()")


async def link_added(
    house: Connection, link_id: UUID, owner: Owner, token_hash: bytes, until: datetime
) -> None:
    """Add a sign-in link for a user."""
    await house.execute(
        "INSERT INTO sign_in_links (id, institution_id, owner_id, token_hash, expires_at) "
        "VALUES (%s, %s, %s, %s, %s)",
        (link_id, owner.institution_id, owner.owner_id, token_hash, until),
    )


async def first_link_made(house: Connection, token_hash: bytes, until: datetime) -> None:
    """Make this the one first link, in place of any before."""
    await house.execute("DELETE FROM first_links")
    await house.execute(
        "INSERT INTO first_links (token_hash, expires_at) VALUES (%s, %s)", (token_hash, until)
    )
