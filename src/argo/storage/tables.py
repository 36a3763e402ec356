"""The one catalogue that every subject's tables join; migrations compare the database with it."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, MetaData, Uuid

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
