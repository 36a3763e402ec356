"""Test people can be erased by the house; nobody else can."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"

_CROWD = "institution_id = (SELECT id FROM institutions WHERE slug = 'loadtest')"


def upgrade() -> None:
    """Let the house delete people and usage, held to the institution of test people."""
    for table in ("users", "usage", "usage_days"):
        op.execute(f"GRANT DELETE ON {table} TO argo_house")
        op.execute(
            f"CREATE POLICY {table}_crowd_alone ON {table} AS RESTRICTIVE "
            f"FOR DELETE TO argo_house USING ({_CROWD})"
        )


def downgrade() -> None:
    """Take it back."""
    for table in ("users", "usage", "usage_days"):
        op.execute(f"DROP POLICY {table}_crowd_alone ON {table}")
        op.execute(f"REVOKE DELETE ON {table} FROM argo_house")
