"""The journal: added to by every context, changed by none, shortened behind a checkpoint."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_INSTANT = sa.DateTime(timezone=True)
# Nobody logs in as it: it owns the three functions below, and may neither update nor, but for
# what lies behind a checkpoint, delete.
_KEEPER = "argo_journal"
_FUNCTIONS = (
    (
        "journal_head()",
        "RETURNS TABLE (number bigint, hash bytea)",
        """
        -- One writer at a time, to the end of its transaction: the chain has no forks.
        SELECT pg_advisory_xact_lock(hashtext('argo journal'));
        SELECT number, hash FROM (
            SELECT number, hash FROM journal
            UNION ALL SELECT number, head_hash FROM journal_checkpoints
        ) AS heads ORDER BY number DESC LIMIT 1;
        """,
        "argo_person, argo_sign_in, argo_house",
    ),
    (
        f"journal_add(bigint, timestamptz, uuid, text, uuid{', text' * 6}, int, bytea)",
        "RETURNS void",
        """
        INSERT INTO journal (number, at, institution_id, actor_kind, actor_id, action,
            target_kind, target_id, outcome, reason, request_id, count, hash)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);
        """,
        "argo_person, argo_sign_in, argo_house",
    ),
    (
        "journal_cut_off(bigint, bytea, bytea, timestamptz)",
        "RETURNS bigint",
        """
        INSERT INTO journal_checkpoints (number, head_hash, proof_hash, at)
        SELECT number, hash, $3, $4 FROM journal WHERE number = $1 AND hash = $2
        ON CONFLICT (number) DO NOTHING;
        WITH gone AS (DELETE FROM journal WHERE number <= (
            SELECT max(number) FROM journal_checkpoints) RETURNING 1)
        SELECT count(*) FROM gone;
        """,
        "argo_house",
    ),
)


def upgrade() -> None:
    """Make the journal, its checkpoints, and the only three ways to write to them."""
    op.execute(
        f"DO $$ BEGIN CREATE ROLE {_KEEPER} NOLOGIN NOINHERIT; "
        "EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    )
    op.execute(f"GRANT {_KEEPER} TO CURRENT_USER WITH INHERIT FALSE, SET TRUE")
    op.execute(f"GRANT USAGE, CREATE ON SCHEMA public TO {_KEEPER}")
    _tables()
    for table, grants in (
        ("journal", "SELECT, INSERT, DELETE"),
        ("journal_checkpoints", "SELECT, INSERT"),
    ):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_of_keeper ON {table} TO {_KEEPER} USING (true)")
        op.execute(f"GRANT {grants} ON {table} TO {_KEEPER}")
        op.execute(
            f"CREATE POLICY {table}_of_house ON {table} FOR SELECT TO argo_house USING (true)"
        )
        op.execute(f"GRANT SELECT ON {table} TO argo_house")
    for name, returns, body, callers in _FUNCTIONS:
        op.execute(
            f"CREATE FUNCTION {name} {returns} LANGUAGE sql VOLATILE SECURITY DEFINER "
            f"SET search_path = pg_catalog, public, pg_temp AS $$ {body} $$"
        )
        op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {callers}")
        op.execute(f"ALTER FUNCTION {name} OWNER TO {_KEEPER}")


def _tables() -> None:
    op.create_table(
        "journal",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("institution_id", sa.Uuid),
        sa.Column("actor_kind", sa.Text, nullable=False),
        sa.Column("actor_id", sa.Uuid),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("target_kind", sa.Text, nullable=False),
        sa.Column("target_id", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("request_id", sa.Text),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.CheckConstraint(
            "actor_kind IN ('person', 'command', 'house', 'stranger')", name="ck_journal_actor"
        ),
        sa.CheckConstraint("outcome IN ('done', 'refused', 'failed')", name="ck_journal_outcome"),
    )
    op.create_index("ix_journal_at", "journal", ["at"])
    op.create_index("ix_journal_institution_id_number", "journal", ["institution_id", "number"])
    op.create_table(
        "journal_checkpoints",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("head_hash", sa.LargeBinary, nullable=False),
        sa.Column("proof_hash", sa.LargeBinary, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
    )


def downgrade() -> None:
    """Migrations only go forward: a backup is the way back."""
    raise NotImplementedError
