"""Jobs, and whose turn it was: ids, times and codes, no content."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from argo.migrations import isolation

revision = "0008"
down_revision = "0007"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make `jobs` and `job_turns`."""
    # No reference to users: the job that erases an account outlives it.
    op.create_table(
        "jobs",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("institution_id", sa.Uuid, nullable=False),
        sa.Column("owner_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("about_id", sa.Uuid, nullable=False),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.Column("held_by", sa.Uuid),
        sa.Column("held_until", _INSTANT),
        sa.Column("failed_at", _INSTANT),
        sa.Column("failed_code", sa.Text),
    )
    op.create_index(
        "ix_jobs_waiting",
        "jobs",
        ["institution_id", "owner_id", sa.text("urgent DESC"), "due_at", "id"],
        postgresql_where=sa.text("failed_at IS NULL"),
    )
    isolation.house_reads("jobs")
    # A person's verbs queue; they read nothing back.
    isolation.person_table("jobs", grants="INSERT")
    op.create_table(
        "job_turns",
        sa.Column("institution_id", sa.Uuid, nullable=False),
        sa.Column("owner_id", sa.Uuid, nullable=False),
        sa.Column("served_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("institution_id", "owner_id", name="pk_job_turns"),
    )
    isolation.house_reads("job_turns")
