"""Documents and their passages: sealed names and texts, keyed words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

from argo.migrations import isolation

revision = "0010"
down_revision = "0009"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make `documents` and `passages`."""
    op.create_table(
        "documents",
        sa.Column("id", sa.Uuid, primary_key=True),
        *_owned(),
        sa.Column("belongs_to", sa.Uuid),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("content_hash", sa.LargeBinary),
        sa.Column("kind", sa.Text),
        sa.Column("media_type", sa.Text),
        sa.Column("pages", sa.Integer),
        sa.Column("tokens", sa.Integer),
        sa.Column("passages", sa.Integer),
        sa.Column("remarks", sa.LargeBinary),
        sa.Column("failed_code", sa.Text),
        sa.Column("failed_facts", JSONB),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("deleted_at", _INSTANT),
        sa.ForeignKeyConstraint(
            ["institution_id", "owner_id"],
            ["users.institution_id", "users.id"],
            name="fk_documents_institution_id_owner_id_users",
        ),
        sa.UniqueConstraint("institution_id", "owner_id", "id", name="uq_documents_id"),
    )
    op.create_index(
        "ix_documents_created_at", "documents", ["institution_id", "owner_id", "created_at", "id"]
    )
    op.create_index("ix_documents_belongs_to", "documents", ["belongs_to"])
    isolation.person_table("documents")
    # The count of orphans compares ids with the storage, and reads nothing else.
    isolation.house_reads("documents", grants="SELECT (id, institution_id, owner_id, state)")
    op.create_table(
        "passages",
        *_owned(),
        sa.Column("document_id", sa.Uuid, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("first_page", sa.Integer),
        sa.Column("last_page", sa.Integer),
        sa.Column("tokens", sa.Integer, nullable=False),
        sa.Column("heading", sa.LargeBinary, nullable=False),
        sa.Column("text", sa.LargeBinary, nullable=False),
        sa.Column("lexemes", TSVECTOR, nullable=False),
        sa.PrimaryKeyConstraint("document_id", "ordinal", name="pk_passages"),
        sa.ForeignKeyConstraint(
            ["institution_id", "owner_id", "document_id"],
            ["documents.institution_id", "documents.owner_id", "documents.id"],
            name="fk_passages_document",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint(
            "institution_id", "owner_id", "document_id", "ordinal", name="uq_passages_ordinal"
        ),
    )
    isolation.person_table("passages")


def _owned() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("institution_id", sa.Uuid, nullable=False),
        sa.Column("owner_id", sa.Uuid, nullable=False),
    )
