"""Which worker writes which answer: content-free, so that the house may read it."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKeyConstraint, Index, Table, Text, Uuid

from argo.storage.tables import instant, metadata, owned_columns

workers = Table(
    "workers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("address", Text, nullable=False),
    instant("seen_at"),
)

schedulers = Table(
    "schedulers",
    metadata,
    Column("model_id", Text, primary_key=True),
    Column("worker_id", Uuid, nullable=False),
    Column("address", Text, nullable=False),
    instant("until"),
)

generations = Table(
    "generations",
    metadata,
    Column("answer_id", Uuid, primary_key=True),
    *owned_columns(),
    Column("worker_id", Uuid, nullable=False),
    instant("started_at"),
    ForeignKeyConstraint(
        ["institution_id", "owner_id"],
        ["users.institution_id", "users.id"],
        name="fk_generations_institution_id_owner_id_users",
        ondelete="CASCADE",
    ),
    Index("ix_generations_worker_id", "worker_id"),
)
