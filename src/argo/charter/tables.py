"""The tables of the charter."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)

from argo.storage.tables import instant, metadata, owned_columns

charters = Table(
    "charters",
    metadata,
    Column("institution_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("french", Text, nullable=False),
    Column("english", Text, nullable=False),
    instant("published_at"),
    instant("withdrawn_at", nullable=True),
    PrimaryKeyConstraint("institution_id", "version", name="pk_charters"),
    ForeignKeyConstraint(
        ["institution_id"], ["institutions.id"], name="fk_charters_institution_id_institutions"
    ),
    CheckConstraint("version > 1", name="version"),
)

charter_acceptances = Table(
    "charter_acceptances",
    metadata,
    *owned_columns(),
    Column("version", Integer, nullable=False),
    instant("accepted_at"),
    PrimaryKeyConstraint("owner_id", "version", name="pk_charter_acceptances"),
    ForeignKeyConstraint(
        ["institution_id", "owner_id"],
        ["users.institution_id", "users.id"],
        name="fk_charter_acceptances_institution_id_owner_id_users",
        ondelete="CASCADE",
    ),
)

self_checks = Table(
    "self_checks",
    metadata,
    *owned_columns(),
    Column("version", Integer, nullable=False),
    instant("done_at"),
    PrimaryKeyConstraint("owner_id", "version", name="pk_self_checks"),
    ForeignKeyConstraint(
        ["institution_id", "owner_id"],
        ["users.institution_id", "users.id"],
        name="fk_self_checks_institution_id_owner_id_users",
        ondelete="CASCADE",
    ),
)
