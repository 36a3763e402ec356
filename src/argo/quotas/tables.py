"""What the decision rests on: the window's instants and the running questions, no content."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY

from argo.storage.tables import instant, metadata, owned_columns


def _of_user(table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["institution_id", "owner_id"],
        ["users.institution_id", "users.id"],
        name=f"fk_{table}_institution_id_owner_id_users",
        ondelete="CASCADE",
    )


quota_windows = Table(
    "quota_windows",
    metadata,
    *owned_columns(),
    Column("taken", ARRAY(DateTime(timezone=True)), nullable=False),
    PrimaryKeyConstraint("institution_id", "owner_id", name="pk_quota_windows"),
    _of_user("quota_windows"),
)

quota_leases = Table(
    "quota_leases",
    metadata,
    Column("id", Uuid, primary_key=True),
    *owned_columns(),
    instant("expires_at"),
    _of_user("quota_leases"),
    Index("ix_quota_leases_institution_id_owner_id", "institution_id", "owner_id"),
)
