"""The tables of conversations. What people write is sealed: `bytea` that their key opens."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR

from argo.storage.tables import instant, metadata, owned_columns

conversations = Table(
    "conversations",
    metadata,
    Column("id", Uuid, primary_key=True),
    *owned_columns(),
    Column("title", LargeBinary),
    Column("title_by_user", Boolean, nullable=False),
    Column("assistant_id", Text, nullable=False),
    Column("size", Text, nullable=False),
    Column("pinned", Boolean, nullable=False),
    instant("created_at"),
    instant("updated_at"),
    instant("deleted_at", nullable=True),
    Column("lexemes", TSVECTOR),
    Column("project_id", Uuid),
    ForeignKeyConstraint(
        ["institution_id", "owner_id"],
        ["users.institution_id", "users.id"],
        name="fk_conversations_institution_id_owner_id_users",
    ),
    ForeignKeyConstraint(
        ["institution_id", "owner_id", "project_id"],
        ["projects.institution_id", "projects.owner_id", "projects.id"],
        name="fk_conversations_project",
        ondelete="SET NULL (project_id)",
    ),
    Index(
        "ix_conversations_project",
        "institution_id",
        "owner_id",
        "project_id",
        "updated_at",
        "id",
        postgresql_where=text("project_id IS NOT NULL"),
    ),
    Index(
        "ix_conversations_pinned",
        "institution_id",
        "owner_id",
        "updated_at",
        "id",
        postgresql_where=text("pinned"),
    ),
    UniqueConstraint(
        "institution_id", "owner_id", "id", name="uq_conversations_institution_id_owner_id_id"
    ),
    Index(
        "ix_conversations_institution_id_owner_id_updated_at_id",
        "institution_id",
        "owner_id",
        "updated_at",
        "id",
    ),
    Index(
        "ix_conversations_deleted_at", "deleted_at", postgresql_where=text("deleted_at IS NOT NULL")
    ),
    Index("ix_conversations_lexemes", "lexemes", postgresql_using="gin"),
    Index(
        "ix_conversations_unindexed",
        "institution_id",
        "owner_id",
        "id",
        postgresql_where=text("lexemes IS NULL AND title IS NOT NULL"),
    ),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Uuid, primary_key=True),
    *owned_columns(),
    Column("conversation_id", Uuid, nullable=False),
    Column("parent_id", Uuid),
    Column("role", Text, nullable=False),
    Column("text", LargeBinary, nullable=False),
    Column("reasoning", LargeBinary),
    Column("reasoning_seconds", Double),
    Column("state", Text, nullable=False),
    Column("error_code", Text),
    Column("model_id", Text),
    Column("finish_reason", Text),
    Column("last_event", Integer, nullable=False),
    instant("created_at"),
    Column("lexemes", TSVECTOR),
    ForeignKeyConstraint(
        ["institution_id", "owner_id", "conversation_id"],
        ["conversations.institution_id", "conversations.owner_id", "conversations.id"],
        name="fk_messages_conversation",
        ondelete="CASCADE",
    ),
    ForeignKeyConstraint(
        ["institution_id", "owner_id", "conversation_id", "parent_id"],
        ["messages.institution_id", "messages.owner_id", "messages.conversation_id", "messages.id"],
        name="fk_messages_parent",
        ondelete="CASCADE",
    ),
    UniqueConstraint(
        "institution_id", "owner_id", "conversation_id", "id", name="uq_messages_conversation_id"
    ),
    UniqueConstraint("institution_id", "owner_id", "id", name="uq_messages_id"),
    Index("ix_messages_parent_id", "parent_id"),
    Index("ix_messages_lexemes", "lexemes", postgresql_using="gin"),
    Index(
        "ix_messages_unindexed",
        "institution_id",
        "owner_id",
        "id",
        postgresql_where=text("lexemes IS NULL AND state NOT IN ('waiting', 'running')"),
    ),
)

message_documents = Table(
    "message_documents",
    metadata,
    *owned_columns(),
    Column("message_id", Uuid, nullable=False),
    Column("document_id", Uuid, nullable=False),
    Column("position", Integer, nullable=False),
    Column("whole", Boolean),
    Column("passages", Integer),
    PrimaryKeyConstraint("message_id", "document_id", name="pk_message_documents"),
    ForeignKeyConstraint(
        ["institution_id", "owner_id", "message_id"],
        ["messages.institution_id", "messages.owner_id", "messages.id"],
        name="fk_message_documents_message",
        ondelete="CASCADE",
    ),
    ForeignKeyConstraint(
        ["institution_id", "owner_id", "document_id"],
        ["documents.institution_id", "documents.owner_id", "documents.id"],
        name="fk_message_documents_document",
        ondelete="CASCADE",
    ),
    Index("ix_message_documents_document_id", "document_id"),
)

answer_pieces = Table(
    "answer_pieces",
    metadata,
    *owned_columns(),
    Column("message_id", Uuid, nullable=False),
    Column("last_event", Integer, nullable=False),
    Column("text", LargeBinary, nullable=False),
    Column("reasoning", LargeBinary, nullable=False),
    PrimaryKeyConstraint("message_id", "last_event", name="pk_answer_pieces"),
    ForeignKeyConstraint(
        ["institution_id", "owner_id", "message_id"],
        ["messages.institution_id", "messages.owner_id", "messages.id"],
        name="fk_answer_pieces_message",
        ondelete="CASCADE",
    ),
)
