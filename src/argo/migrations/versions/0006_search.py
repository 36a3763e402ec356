"""What search compares: keyed hashes of stems beside each title and message."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

from argo.migrations import isolation

revision = "0006"
down_revision = "0005"

_OWNER = "institution_id = argo_institution() AND owner_id = argo_owner()"


def upgrade() -> None:
    """Add the lexemes, their indexes, and the one function that reads them for a person."""
    for table, missing in (
        ("conversations", "lexemes IS NULL AND title IS NOT NULL"),
        ("messages", "lexemes IS NULL AND state NOT IN ('waiting', 'running')"),
    ):
        op.add_column(table, sa.Column("lexemes", TSVECTOR))
        op.create_index(f"ix_{table}_lexemes", table, ["lexemes"], postgresql_using="gin")
        op.create_index(
            f"ix_{table}_unindexed",
            table,
            ["institution_id", "owner_id", "id"],
            postgresql_where=sa.text(missing),
        )
    isolation.search_reads(
        "conversations", "SELECT (id, institution_id, owner_id, lexemes, deleted_at)"
    )
    isolation.search_reads(
        "messages", "SELECT (id, institution_id, owner_id, conversation_id, created_at, lexemes)"
    )
    isolation.search_function(
        "argo_search(asked tsquery) RETURNS TABLE "
        "(conversation_id uuid, message_id uuid, messages bigint, rank real)",
        # A word in the title says more of a conversation than one in a long answer.
        "SELECT found.conversation_id, "
        "(array_agg(found.message_id ORDER BY found.rank DESC, found.created_at DESC) "
        "FILTER (WHERE found.message_id IS NOT NULL))[1], count(found.message_id), "
        "coalesce(max(found.rank) FILTER (WHERE found.message_id IS NOT NULL), 0) "
        "+ coalesce(max(found.rank) FILTER (WHERE found.message_id IS NULL), 0) "
        "FROM (SELECT conversation_id, id AS message_id, created_at, "
        "ts_rank(lexemes, asked, 1) AS rank "
        f"FROM messages WHERE lexemes @@ asked AND {_OWNER} "
        "UNION ALL SELECT id, NULL, NULL, ts_rank(lexemes, asked) "
        f"FROM conversations WHERE lexemes @@ asked AND deleted_at IS NULL AND {_OWNER}) AS found "
        "GROUP BY found.conversation_id",
    )
