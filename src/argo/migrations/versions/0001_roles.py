"""The roles of the three contexts, and the functions that read the context."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None

_ROLES = ("argo_person", "argo_sign_in", "argo_house", "argo_gate")


def upgrade() -> None:
    """Make the roles where the cluster has none, and the two functions of the context."""
    for role in _ROLES:
        op.execute(
            f"DO $$ BEGIN CREATE ROLE {role} NOLOGIN NOINHERIT; "
            "EXCEPTION WHEN duplicate_object THEN NULL; END $$"
        )
        op.execute(f"GRANT {role} TO CURRENT_USER WITH INHERIT FALSE, SET TRUE")
    op.execute("GRANT USAGE ON SCHEMA public TO argo_person, argo_sign_in, argo_house, argo_gate")
    # A function's owner must be able to create it where it stands.
    op.execute("GRANT CREATE ON SCHEMA public TO argo_gate")
    for name in ("institution", "owner"):
        op.execute(
            f"CREATE FUNCTION argo_{name}() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE "
            f"RETURN nullif(current_setting('argo.{name}_id', true), '')::uuid"
        )


def downgrade() -> None:
    """Migrations only go forward: a backup is the way back."""
    raise NotImplementedError
