"""The tables of knowledge. Names and attributes are sealed; vectors count as content."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
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
    text,
)
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.types import UserDefinedType

from argo.storage.tables import instant, metadata, owned_columns


class HalfVector(UserDefinedType[object]):
    """pgvector's `halfvec`: numbers of 16 bits, of any dimension."""

    cache_ok = True

    def get_col_spec(self, **kw: Any) -> str:
        """Return the type's name in SQL."""
        return "halfvec"


# So that holding the tables against the database knows the type, too.
ischema_names["halfvec"] = HalfVector


def _of(table: str, columns: tuple[str, ...], other: str, name: str) -> ForeignKeyConstraint:
    owned = ("institution_id", "owner_id")
    return ForeignKeyConstraint(
        [*owned, *columns],
        [f"{other}.{column}" for column in (*owned, *(("id",) if len(columns) == 1 else columns))],
        name=f"fk_{table}_{name}",
        ondelete="CASCADE",
    )


collections = Table(
    "collections",
    metadata,
    Column("id", Uuid, primary_key=True),
    *owned_columns(),
    Column("purpose", Text, nullable=False),
    Column("name", LargeBinary, nullable=False),
    Column("attributes", LargeBinary),
    Column("shared", Boolean, nullable=False),
    instant("created_at"),
    instant("used_at"),
    Column("expires_after_days", Integer),
    instant("deleted_at", nullable=True),
    UniqueConstraint("institution_id", "owner_id", "id", name="uq_collections_id"),
    Index("ix_collections_created_at", "institution_id", "owner_id", "created_at"),
)

collection_readers = Table(
    "collection_readers",
    metadata,
    *owned_columns(),
    Column("collection_id", Uuid, nullable=False),
    Column("reader_id", Uuid, nullable=False),
    PrimaryKeyConstraint("collection_id", "reader_id", name="pk_collection_readers"),
    _of("collection_readers", ("collection_id",), "collections", "collection"),
    Index("ix_collection_readers_reader_id", "reader_id"),
)

collection_documents = Table(
    "collection_documents",
    metadata,
    *owned_columns(),
    Column("collection_id", Uuid, nullable=False),
    Column("document_id", Uuid, nullable=False),
    Column("attributes", LargeBinary),
    instant("added_at"),
    PrimaryKeyConstraint("collection_id", "document_id", name="pk_collection_documents"),
    _of("collection_documents", ("collection_id",), "collections", "collection"),
    _of("collection_documents", ("document_id",), "documents", "document"),
    Index("ix_collection_documents_document_id", "document_id"),
)

passage_vectors = Table(
    "passage_vectors",
    metadata,
    *owned_columns(),
    Column("document_id", Uuid, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("model", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("dimension", Integer, nullable=False),
    Column("embedding", HalfVector, nullable=False),
    PrimaryKeyConstraint("document_id", "ordinal", "model", "version", name="pk_passage_vectors"),
    _of("passage_vectors", ("document_id", "ordinal"), "passages", "passage"),
    *(
        Index(
            f"ix_passage_vectors_{dimension}",
            text(f"(embedding::halfvec({dimension}))"),
            postgresql_using="hnsw",
            postgresql_ops={"embedding": "halfvec_ip_ops"},
            postgresql_where=text(f"dimension = {dimension}"),
        )
        for dimension in (384, 768, 1024)
    ),
)

word_counts = Table(
    "word_counts",
    metadata,
    *owned_columns(),
    Column("lexeme", Text, nullable=False),
    Column("passages", Integer, nullable=False),
    PrimaryKeyConstraint("institution_id", "owner_id", "lexeme", name="pk_word_counts"),
)

counted_documents = Table(
    "counted_documents",
    metadata,
    *owned_columns(),
    Column("document_id", Uuid, nullable=False),
    PrimaryKeyConstraint("document_id", name="pk_counted_documents"),
    _of("counted_documents", ("document_id",), "documents", "document"),
)
