"""Which message has which documents, and how much of each an answer read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from argo.migrations import isolation

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make `message_documents`."""
    op.create_table(
        "message_documents",
        sa.Column("institution_id", sa.Uuid, nullable=False),
        sa.Column("owner_id", sa.Uuid, nullable=False),
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("document_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("whole", sa.Boolean),
        sa.Column("passages", sa.Integer),
        sa.PrimaryKeyConstraint("message_id", "document_id", name="pk_message_documents"),
        sa.ForeignKeyConstraint(
            ["institution_id", "owner_id", "message_id"],
            ["messages.institution_id", "messages.owner_id", "messages.id"],
            name="fk_message_documents_message",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["institution_id", "owner_id", "document_id"],
            ["documents.institution_id", "documents.owner_id", "documents.id"],
            name="fk_message_documents_document",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_message_documents_document_id", "message_documents", ["document_id"])
    isolation.person_table("message_documents")
