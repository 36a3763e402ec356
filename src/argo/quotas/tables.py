"""What the decision rests on: the window's instants and the running questions, no content."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
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
    Column("unit_id", Uuid),
    Column("key_id", Uuid),
    _of_user("quota_leases"),
    Index("ix_quota_leases_institution_id_owner_id", "institution_id", "owner_id"),
)

quota_limits = Table(
    "quota_limits",
    metadata,
    Column("institution_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("requests_per_minute", Integer),
    Column("concurrent_requests", Integer),
    Column("tokens_per_day", BigInteger),
    PrimaryKeyConstraint("kind", "subject_id", name="pk_quota_limits"),
    ForeignKeyConstraint(
        ["institution_id"], ["institutions.id"], name="fk_quota_limits_institution_id_institutions"
    ),
    CheckConstraint("kind IN ('institution', 'unit', 'user')", name="kind"),
    CheckConstraint(
        "requests_per_minute >= 0 AND concurrent_requests >= 0 AND tokens_per_day >= 0",
        name="limits",
    ),
)

quota_seconds = Table(
    "quota_seconds",
    metadata,
    Column("institution_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("second", BigInteger, nullable=False),
    Column("questions", Integer, nullable=False),
    PrimaryKeyConstraint("kind", "subject_id", "second", name="pk_quota_seconds"),
    Index("ix_quota_seconds_second", "second"),
)
