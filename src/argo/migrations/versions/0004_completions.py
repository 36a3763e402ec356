"""Workers and the answers they write: headers without content."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from argo.migrations import isolation

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make `workers`, `schedulers` and `generations`."""
    op.create_table(
        "workers",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
    )
    isolation.house_reads("workers")
    op.create_table(
        "schedulers",
        sa.Column("model_id", sa.Text, primary_key=True),
        sa.Column("worker_id", sa.Uuid, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
    )
    isolation.house_reads("schedulers")
    op.create_table(
        "generations",
        sa.Column("answer_id", sa.Uuid, primary_key=True),
        sa.Column("institution_id", sa.Uuid, nullable=False),
        sa.Column("owner_id", sa.Uuid, nullable=False),
        sa.Column("worker_id", sa.Uuid, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id", "owner_id"],
            ["users.institution_id", "users.id"],
            name="fk_generations_institution_id_owner_id_users",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_generations_worker_id", "generations", ["worker_id"])
    isolation.house_reads("generations")
    isolation.person_table("generations", grants="SELECT, INSERT, DELETE")
    # A person's own answer may be asked of the worker that writes it.
    op.execute("CREATE POLICY workers_of_person ON workers FOR SELECT TO argo_person USING (true)")
    op.execute("GRANT SELECT ON workers TO argo_person")
