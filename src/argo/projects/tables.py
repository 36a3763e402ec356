"""The table of projects. What people write is sealed: `bytea` that their key opens."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from argo.storage.tables import instant, metadata, owned_columns

projects = Table(
    "projects",
    metadata,
    Column("id", Uuid, primary_key=True),
    *owned_columns(),
    Column("name", LargeBinary, nullable=False),
    Column("instructions", LargeBinary, nullable=False),
    Column("colour", Text, nullable=False),
    instant("created_at"),
    instant("deleted_at", nullable=True),
    ForeignKeyConstraint(
        ["institution_id", "owner_id"],
        ["users.institution_id", "users.id"],
        name="fk_projects_institution_id_owner_id_users",
    ),
    UniqueConstraint(
        "institution_id", "owner_id", "id", name="uq_projects_institution_id_owner_id_id"
    ),
    Index("ix_projects_deleted_at", "deleted_at", postgresql_where=text("deleted_at IS NOT NULL")),
)
