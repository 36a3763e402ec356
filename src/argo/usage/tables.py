"""The ledger and its day totals. They refer to nobody: counts outlive who is erased."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Double,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)

from argo.storage.tables import instant, metadata, owned_columns

usage = Table(
    "usage",
    metadata,
    Column("id", Uuid, primary_key=True),
    *owned_columns(),
    instant("at"),
    Column("source", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("key_id", Uuid),
    Column("model_id", Text, nullable=False),
    Column("assistant_id", Text),
    Column("prompt_tokens", Integer, nullable=False),
    Column("completion_tokens", Integer, nullable=False),
    Column("exact", Boolean, nullable=False),
    Column("waited_seconds", Double, nullable=False),
    Column("first_token_seconds", Double),
    Column("seconds", Double, nullable=False),
    Column("outcome", Text, nullable=False),
    CheckConstraint("source IN ('web', 'temporary', 'api')", name="source"),
    CheckConstraint("lane IN ('interactive', 'api', 'batch')", name="lane"),
    CheckConstraint(
        "outcome IN ('complete', 'stopped', 'interrupted', 'failed', 'refused')", name="outcome"
    ),
    CheckConstraint("prompt_tokens >= 0 AND completion_tokens >= 0", name="tokens"),
    Index("ix_usage_institution_id_owner_id_at", "institution_id", "owner_id", "at"),
    Index("ix_usage_at", "at"),
)

usage_days = Table(
    "usage_days",
    metadata,
    *owned_columns(),
    Column("day", Date, nullable=False),
    Column("questions", Integer, nullable=False),
    Column("prompt_tokens", BigInteger, nullable=False),
    Column("completion_tokens", BigInteger, nullable=False),
    PrimaryKeyConstraint("institution_id", "owner_id", "day", name="pk_usage_days"),
)
