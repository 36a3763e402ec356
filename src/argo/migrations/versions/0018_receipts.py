"""Receipts of erasures; who is erased can be let go, and their counts stay without them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from argo.migrations import isolation

revision = "0018"
down_revision = "0017"

_INSTANT = sa.DateTime(timezone=True)
_CROWD = "institution_id = (SELECT id FROM institutions WHERE slug = 'loadtest')"


def upgrade() -> None:
    """Make `receipts`, and let the house erase those whose erasure stands in it."""
    op.create_table(
        "receipts",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("institution_id", sa.Uuid, nullable=False),
        sa.Column("owner_id", sa.Uuid, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("counts", JSONB, nullable=False),
        sa.Column("begun_at", _INSTANT, nullable=False),
        sa.Column("finished_at", _INSTANT),
        sa.CheckConstraint("what IN ('conversations', 'account')", name="ck_receipts_what"),
    )
    op.create_index(
        "ix_receipts_institution_id_owner_id", "receipts", ["institution_id", "owner_id"]
    )
    op.create_index(
        "uq_receipts_account",
        "receipts",
        ["institution_id", "owner_id"],
        unique=True,
        postgresql_where=sa.text("what = 'account'"),
    )
    isolation.person_table("receipts", grants="SELECT, INSERT, UPDATE (finished_at)")
    isolation.house_reads("receipts", grants="SELECT, INSERT, UPDATE (finished_at)")
    op.execute("GRANT DELETE ON conversations, projects TO argo_person")
    # Who is erased reads nobody's collection any more.
    isolation.house_reads("collection_readers", grants="DELETE, SELECT (reader_id)")
    op.execute("DROP POLICY users_crowd_alone ON users")
    op.execute(
        "CREATE POLICY users_erased_alone ON users AS RESTRICTIVE FOR DELETE TO argo_house "
        f"USING ({_CROWD} OR {_erasing('users.id')})"
    )
    for table, columns in (("usage", "owner_id, key_id"), ("usage_days", "owner_id")):
        op.drop_constraint(f"fk_{table}_institution_id_owner_id_users", table, type_="foreignkey")
        op.execute(f"GRANT UPDATE ({columns}) ON {table} TO argo_house")
        op.execute(
            f"CREATE POLICY {table}_disowned_alone ON {table} AS RESTRICTIVE FOR UPDATE "
            f"TO argo_house USING ({_erasing(f'{table}.owner_id')}) WITH CHECK (true)"
        )


def downgrade() -> None:
    """Take it back; counts without a person have no one to refer to and go."""
    for table, columns in (("usage", "owner_id, key_id"), ("usage_days", "owner_id")):
        op.execute(f"DROP POLICY {table}_disowned_alone ON {table}")
        op.execute(f"REVOKE UPDATE ({columns}) ON {table} FROM argo_house")
        op.execute(f"DELETE FROM {table} WHERE owner_id NOT IN (SELECT id FROM users)")
        op.create_foreign_key(
            f"fk_{table}_institution_id_owner_id_users",
            table,
            "users",
            ["institution_id", "owner_id"],
            ["institution_id", "id"],
        )
    op.execute("DROP POLICY users_erased_alone ON users")
    op.execute(
        "CREATE POLICY users_crowd_alone ON users AS RESTRICTIVE "
        f"FOR DELETE TO argo_house USING ({_CROWD})"
    )
    op.execute("REVOKE DELETE ON conversations, projects FROM argo_person")
    op.execute("REVOKE ALL ON collection_readers FROM argo_house")
    op.execute("DROP POLICY collection_readers_of_house ON collection_readers")
    op.drop_table("receipts")


def _erasing(person: str) -> str:
    return (
        "EXISTS (SELECT FROM receipts WHERE what = 'account' AND finished_at IS NULL "
        f"AND receipts.owner_id = {person})"
    )
