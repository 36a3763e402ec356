"""The journal and its checkpoints: ids and fixed words, no content, no owner."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
)

from argo.storage.tables import instant, metadata

journal = Table(
    "journal",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    instant("at"),
    Column("institution_id", Uuid),
    Column("actor_kind", Text, nullable=False),
    Column("actor_id", Uuid),
    Column("action", Text, nullable=False),
    Column("target_kind", Text, nullable=False),
    Column("target_id", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text),
    Column("request_id", Text),
    Column("count", Integer, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    CheckConstraint("actor_kind IN ('person', 'command', 'house', 'stranger')", name="actor"),
    CheckConstraint("outcome IN ('done', 'refused', 'failed')", name="outcome"),
    Index("ix_journal_at", "at"),
    Index("ix_journal_institution_id_number", "institution_id", "number"),
)

journal_checkpoints = Table(
    "journal_checkpoints",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("head_hash", LargeBinary, nullable=False),
    Column("proof_hash", LargeBinary, nullable=False),
    instant("at"),
)
