"""The one catalogue that every subject's tables join; migrations compare the database with it."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def owned_columns() -> tuple[Column[object], ...]:
    """Return the two columns of every user table: its institution and its owner."""
    return (
        Column("institution_id", Uuid, nullable=False),
        Column("owner_id", Uuid, nullable=False),
    )


def instant(name: str, *, nullable: bool = False) -> Column[object]:
    """Return a column of an instant with time zone."""
    return Column(name, DateTime(timezone=True), nullable=nullable)


jobs = Table(
    "jobs",
    metadata,
    Column("id", Uuid, primary_key=True),
    *owned_columns(),
    Column("kind", Text, nullable=False),
    Column("about_id", Uuid, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("attempts", Integer, nullable=False),
    instant("due_at"),
    Column("held_by", Uuid),
    instant("held_until", nullable=True),
    instant("failed_at", nullable=True),
    Column("failed_code", Text),
    Index(
        "ix_jobs_waiting",
        "institution_id",
        "owner_id",
        text("urgent DESC"),
        "due_at",
        "id",
        postgresql_where=text("failed_at IS NULL"),
    ),
)

job_turns = Table(
    "job_turns",
    metadata,
    *owned_columns(),
    instant("served_at"),
    PrimaryKeyConstraint("institution_id", "owner_id", name="pk_job_turns"),
)
