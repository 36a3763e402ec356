"""Who did which version of the self-check on AI literacy."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from argo.migrations import isolation

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Make `self_checks`."""
    op.create_table(
        "self_checks",
        sa.Column("institution_id", sa.Uuid, nullable=False),
        sa.Column("owner_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "version", name="pk_self_checks"),
        sa.ForeignKeyConstraint(
            ["institution_id", "owner_id"],
            ["users.institution_id", "users.id"],
            name="fk_self_checks_institution_id_owner_id_users",
            ondelete="CASCADE",
        ),
    )
    isolation.person_table("self_checks", grants="SELECT, INSERT")
