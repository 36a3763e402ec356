"""The tables of documents. Names, remarks and passages are sealed; words are keyed hashes."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

from argo.storage.tables import instant, metadata, owned_columns

documents = Table(
    "documents",
    metadata,
    Column("id", Uuid, primary_key=True),
    *owned_columns(),
    Column("belongs_to", Uuid),
    Column("purpose", Text, nullable=False),
    Column("name", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("content_hash", LargeBinary),
    Column("kind", Text),
    Column("media_type", Text),
    Column("pages", Integer),
    Column("tokens", Integer),
    Column("passages", Integer),
    Column("remarks", LargeBinary),
    Column("failed_code", Text),
    Column("failed_facts", JSONB),
    instant("created_at"),
    instant("deleted_at", nullable=True),
    UniqueConstraint("institution_id", "owner_id", "id", name="uq_documents_id"),
    Index("ix_documents_created_at", "institution_id", "owner_id", "created_at", "id"),
    Index("ix_documents_belongs_to", "belongs_to"),
)

passages = Table(
    "passages",
    metadata,
    *owned_columns(),
    Column("document_id", Uuid, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("first_page", Integer),
    Column("last_page", Integer),
    Column("tokens", Integer, nullable=False),
    Column("heading", LargeBinary, nullable=False),
    Column("text", LargeBinary, nullable=False),
    Column("lexemes", TSVECTOR, nullable=False),
    PrimaryKeyConstraint("document_id", "ordinal", name="pk_passages"),
    ForeignKeyConstraint(
        ["institution_id", "owner_id", "document_id"],
        ["documents.institution_id", "documents.owner_id", "documents.id"],
        name="fk_passages_document",
        ondelete="CASCADE",
    ),
    UniqueConstraint(
        "institution_id", "owner_id", "document_id", "ordinal", name="uq_passages_ordinal"
    ),
    Index("ix_passages_lexemes", "lexemes", postgresql_using="gin"),
)
