"""The SQL of the ledger."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from argo.storage.at_once import Statement
from argo.storage.database import Connection, Database
from argo.storage.types import Owner
from argo.usage.errors import EntryRefused
from argo.usage.types import Entry, Usage, UsageOfDay, UsageOfKey

COUNTED = (
    "SELECT 'days', count(*) FROM usage_days WHERE owner_id = (SELECT argo_owner()) UNION ALL "
    "SELECT 'questions', coalesce(sum(questions), 0)::bigint FROM usage_days "
    "WHERE owner_id = (SELECT argo_owner())"
)
"""What the ledger holds of a person, in rows of a name and a count."""


async def append(database: Database, entry_id: UUID, at: datetime, entry: Entry) -> None:
    """Append a line and add it to its day; the same line twice counts once.

    Raises `EntryRefused` when the line breaks a rule of the tables.
    """
    try:
        await database.person_at_once(entry.owner, _appended(entry_id, at, entry))
    except (psycopg.IntegrityError, psycopg.DataError) as error:
        raise EntryRefused from error


def _appended(entry_id: UUID, at: datetime, entry: Entry) -> Statement:
    return Statement(
        "WITH line AS (INSERT INTO usage (id, institution_id, owner_id, at, source, lane, key_id, "
        "model_id, assistant_id, prompt_tokens, completion_tokens, exact, waited_seconds, "
        "first_token_seconds, seconds, outcome) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) "
        "ON CONFLICT (id) DO NOTHING "
        "RETURNING institution_id, owner_id, at, prompt_tokens, completion_tokens) "
        "INSERT INTO usage_days AS held "
        "(institution_id, owner_id, day, questions, prompt_tokens, completion_tokens) "
        "SELECT institution_id, owner_id, (at AT TIME ZONE 'UTC')::date, 1, prompt_tokens, "
        "completion_tokens FROM line "
        "ON CONFLICT (institution_id, owner_id, day) DO UPDATE SET "
        "questions = held.questions + 1, "
        "prompt_tokens = held.prompt_tokens + excluded.prompt_tokens, "
        "completion_tokens = held.completion_tokens + excluded.completion_tokens",
        (
            entry_id,
            entry.owner.institution_id,
            entry.owner.owner_id,
            at,
            entry.source,
            entry.lane,
            entry.key_id,
            entry.model_id,
            entry.assistant_id,
            entry.prompt_tokens,
            entry.completion_tokens,
            entry.exact,
            entry.waited_seconds,
            entry.first_token_seconds,
            entry.seconds,
            entry.outcome,
        ),
    )


async def own_usage(person: Connection, since: datetime) -> Usage:
    """Return what the person used since the day of `since` (UTC)."""
    cursor = person.cursor(row_factory=class_row(Usage))
    await cursor.execute(
        "SELECT coalesce(sum(questions), 0)::int AS questions, "
        "coalesce(sum(prompt_tokens), 0)::bigint AS prompt_tokens, "
        "coalesce(sum(completion_tokens), 0)::bigint AS completion_tokens "
        "FROM usage_days WHERE day >= (%s AT TIME ZONE 'UTC')::date",
        (since,),
    )
    found = await cursor.fetchone()
    assert found is not None
    return found


async def usage_by_day(
    person: Connection, since: datetime, until: datetime, *, by_model: bool, by_key: bool
) -> list[UsageOfDay]:
    """Return what the person's keys used from `since` to `until`, a row a day and group."""
    cursor = person.cursor(row_factory=class_row(UsageOfDay))
    await cursor.execute(
        "SELECT (at AT TIME ZONE 'UTC')::date AS day, "
        "CASE WHEN %s::boolean THEN model_id END AS model_id, "
        "CASE WHEN %s::boolean THEN key_id END AS key_id, count(*)::int AS questions, "
        "sum(prompt_tokens)::bigint AS prompt_tokens, "
        "sum(completion_tokens)::bigint AS completion_tokens FROM usage "
        "WHERE source = 'api' AND at >= %s AND at < %s GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        (by_model, by_key, since, until),
    )
    return await cursor.fetchall()


async def usage_by_key(person: Connection, midnight: datetime) -> list[UsageOfKey]:
    """Return what each of the person's keys used in the 30 days that end with `midnight`'s day."""
    cursor = person.cursor(row_factory=class_row(UsageOfKey))
    await cursor.execute(
        "SELECT key_id, count(*) FILTER (WHERE at >= %(today)s)::int AS questions_today, "
        "coalesce(sum(prompt_tokens + completion_tokens) FILTER (WHERE at >= %(today)s), 0)::bigint "
        "AS tokens_today, count(*)::int AS questions_of_30_days, "
        "sum(prompt_tokens + completion_tokens)::bigint AS tokens_of_30_days FROM usage "
        "WHERE key_id IS NOT NULL AND at >= %(today)s - interval '29 days' GROUP BY key_id",
        {"today": midnight},
    )
    return await cursor.fetchall()


async def disowned(house: Connection, owner: Owner, pseudonym: UUID) -> None:
    """Put a pseudonym in the place of a person, and forget which key asked.

    The database lets this happen only to those whose erasure stands in `receipts`.
    """
    await house.execute(
        "UPDATE usage SET owner_id = %s, key_id = NULL WHERE institution_id = %s AND owner_id = %s",
        (pseudonym, owner.institution_id, owner.owner_id),
    )
    await house.execute(
        "UPDATE usage_days SET owner_id = %s WHERE institution_id = %s AND owner_id = %s",
        (pseudonym, owner.institution_id, owner.owner_id),
    )


async def forgotten(house: Connection, institution_id: UUID) -> None:
    """Erase what an institution's people used; the database lets none go but test people's."""
    for table in ("usage", "usage_days"):
        await house.execute(f"DELETE FROM {table} WHERE institution_id = %s", (institution_id,))
