"""Conversations, messages, and the pieces of answers being written: sealed content."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from argo.migrations import isolation

revision = "0005"
down_revision = "0004"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the three tables."""
    _conversations()
    _messages()
    _pieces()


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.Uuid, primary_key=True),
        *_owned(),
        sa.Column("title", sa.LargeBinary),
        sa.Column("title_by_user", sa.Boolean, nullable=False),
        sa.Column("assistant_id", sa.Text, nullable=False),
        sa.Column("size", sa.Text, nullable=False),
        sa.Column("pinned", sa.Boolean, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("updated_at", _INSTANT, nullable=False),
        sa.Column("deleted_at", _INSTANT),
        sa.ForeignKeyConstraint(
            ["institution_id", "owner_id"],
            ["users.institution_id", "users.id"],
            name="fk_conversations_institution_id_owner_id_users",
        ),
        sa.UniqueConstraint(
            "institution_id", "owner_id", "id", name="uq_conversations_institution_id_owner_id_id"
        ),
    )
    op.create_index(
        "ix_conversations_institution_id_owner_id_updated_at_id",
        "conversations",
        ["institution_id", "owner_id", "updated_at", "id"],
    )
    op.create_index(
        "ix_conversations_deleted_at",
        "conversations",
        ["deleted_at"],
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    isolation.person_table("conversations", grants="SELECT, INSERT, UPDATE")
    # The sweep erases what was deleted, without being able to read it.
    isolation.house_reads("conversations", grants="DELETE, SELECT (id, deleted_at)")


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid, primary_key=True),
        *_owned(),
        sa.Column("conversation_id", sa.Uuid, nullable=False),
        sa.Column("parent_id", sa.Uuid),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("text", sa.LargeBinary, nullable=False),
        sa.Column("reasoning", sa.LargeBinary),
        sa.Column("reasoning_seconds", sa.Double),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("error_code", sa.Text),
        sa.Column("model_id", sa.Text),
        sa.Column("finish_reason", sa.Text),
        sa.Column("last_event", sa.Integer, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id", "owner_id", "conversation_id"],
            ["conversations.institution_id", "conversations.owner_id", "conversations.id"],
            name="fk_messages_conversation",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint(
            "institution_id",
            "owner_id",
            "conversation_id",
            "id",
            name="uq_messages_conversation_id",
        ),
        sa.UniqueConstraint("institution_id", "owner_id", "id", name="uq_messages_id"),
    )
    op.create_foreign_key(
        "fk_messages_parent",
        "messages",
        "messages",
        ["institution_id", "owner_id", "conversation_id", "parent_id"],
        ["institution_id", "owner_id", "conversation_id", "id"],
        ondelete="CASCADE",
    )
    op.create_index("ix_messages_parent_id", "messages", ["parent_id"])
    isolation.person_table("messages", grants="SELECT, INSERT, UPDATE")


def _pieces() -> None:
    op.create_table(
        "answer_pieces",
        *_owned(),
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("last_event", sa.Integer, nullable=False),
        sa.Column("text", sa.LargeBinary, nullable=False),
        sa.Column("reasoning", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("message_id", "last_event", name="pk_answer_pieces"),
        sa.ForeignKeyConstraint(
            ["institution_id", "owner_id", "message_id"],
            ["messages.institution_id", "messages.owner_id", "messages.id"],
            name="fk_answer_pieces_message",
            ondelete="CASCADE",
        ),
    )
    isolation.person_table("answer_pieces", grants="SELECT, INSERT, DELETE")


def _owned() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("institution_id", sa.Uuid, nullable=False),
        sa.Column("owner_id", sa.Uuid, nullable=False),
    )
