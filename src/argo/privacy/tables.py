"""The table of receipts: ids, counts and times. It refers to nobody: it outlives the person."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from argo.storage.tables import instant, metadata, owned_columns

receipts = Table(
    "receipts",
    metadata,
    Column("id", Uuid, primary_key=True),
    *owned_columns(),
    Column("what", Text, nullable=False),
    Column("counts", JSONB, nullable=False),
    instant("begun_at"),
    instant("finished_at", nullable=True),
    CheckConstraint("what IN ('conversations', 'account')", name="what"),
    Index("ix_receipts_institution_id_owner_id", "institution_id", "owner_id"),
    Index(
        "uq_receipts_account",
        "institution_id",
        "owner_id",
        unique=True,
        postgresql_where=text("what = 'account'"),
    ),
)
