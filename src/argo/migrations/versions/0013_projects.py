"""Projects, which conversations are in one, and the pinned ones found without a scan."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from argo.migrations import isolation

revision = "0013"
down_revision = "0012"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make `projects`, and let conversations belong to them."""
    op.create_table(
        "projects",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("institution_id", sa.Uuid, nullable=False),
        sa.Column("owner_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("instructions", sa.LargeBinary, nullable=False),
        sa.Column("colour", sa.Text, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("deleted_at", _INSTANT),
        sa.ForeignKeyConstraint(
            ["institution_id", "owner_id"],
            ["users.institution_id", "users.id"],
            name="fk_projects_institution_id_owner_id_users",
        ),
        sa.UniqueConstraint(
            "institution_id", "owner_id", "id", name="uq_projects_institution_id_owner_id_id"
        ),
    )
    op.create_index(
        "ix_projects_deleted_at",
        "projects",
        ["deleted_at"],
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    isolation.person_table("projects", grants="SELECT, INSERT, UPDATE")
    # The sweep erases what was deleted, without being able to read it.
    isolation.house_reads("projects", grants="DELETE, SELECT (id, deleted_at)")
    op.add_column("conversations", sa.Column("project_id", sa.Uuid))
    op.create_foreign_key(
        "fk_conversations_project",
        "conversations",
        "projects",
        ["institution_id", "owner_id", "project_id"],
        ["institution_id", "owner_id", "id"],
        ondelete="SET NULL (project_id)",
    )
    op.create_index(
        "ix_conversations_project",
        "conversations",
        ["institution_id", "owner_id", "project_id", "updated_at", "id"],
        postgresql_where=sa.text("project_id IS NOT NULL"),
    )
    op.create_index(
        "ix_conversations_pinned",
        "conversations",
        ["institution_id", "owner_id", "updated_at", "id"],
        postgresql_where=sa.text("pinned"),
    )
