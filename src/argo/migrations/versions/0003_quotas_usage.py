"""Quotas and the ledger: instants and counts, no content."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from argo.migrations import isolation

revision = "0003"
down_revision = "0002"

_INSTANT = sa.DateTime(timezone=True)

# One decision, under the lock of the person's own row: exact however many workers ask at once.
# Instants ahead of the clock (it was set back) are brought back to now and kept so, even by a
# refusal: they lock for one window at most. A lease further ahead than two terms is a leftover
# of such a clock and does not count; its worker, if it lives, renews it within two seconds.
_TAKE = """
CREATE FUNCTION quota_take(
    lease uuid, per_window int, window_seconds int, at_once int, tokens_a_day bigint,
    lease_seconds float8, at timestamptz DEFAULT NULL
) RETURNS TABLE (
    verdict text, remaining int, resets_in_seconds float8, retry_in_seconds float8
) LANGUAGE plpgsql AS $$
DECLARE
    me_institution uuid := argo_institution();
    me uuid := argo_owner();
    span interval := make_interval(secs => window_seconds);
    term interval := make_interval(secs => lease_seconds);
    stored timestamptz[];
    recent timestamptz[];
    instant timestamptz;
    counted int;
BEGIN
    LOOP
        SELECT taken INTO stored FROM quota_windows
        WHERE institution_id = me_institution AND owner_id = me FOR UPDATE;
        EXIT WHEN FOUND;
        INSERT INTO quota_windows (institution_id, owner_id, taken)
        VALUES (me_institution, me, '{}') ON CONFLICT (institution_id, owner_id) DO NOTHING;
    END LOOP;
    -- Read under the lock: whoever waited for it decides by a later instant.
    instant := coalesce(at, clock_timestamp());
    SELECT coalesce(array_agg(least(t, instant) ORDER BY t), '{}') INTO recent
    FROM unnest(stored) AS t WHERE t > instant - span;
    counted := cardinality(recent);
    verdict := 'taken';
    retry_in_seconds := 0;
    IF per_window > 0 AND counted >= per_window THEN
        verdict := 'window';
        retry_in_seconds :=
            extract(epoch FROM recent[counted - per_window + 1] + span - instant);
    ELSIF at_once > 0 AND at_once <= (
        SELECT count(*) FROM quota_leases
        WHERE institution_id = me_institution AND owner_id = me
        AND expires_at > instant AND expires_at <= instant + 2 * term
    ) THEN
        verdict := 'concurrent';
        retry_in_seconds := 1;
    ELSIF tokens_a_day > 0 AND tokens_a_day <= (
        SELECT coalesce(sum(prompt_tokens + completion_tokens), 0) FROM usage_days
        WHERE institution_id = me_institution AND owner_id = me
        AND day = (instant AT TIME ZONE 'UTC')::date
    ) THEN
        verdict := 'tokens';
        retry_in_seconds := extract(epoch FROM
            date_trunc('day', instant AT TIME ZONE 'UTC') + interval '1 day'
            - (instant AT TIME ZONE 'UTC'));
    ELSE
        recent := recent || instant;
        INSERT INTO quota_leases (id, institution_id, owner_id, expires_at)
        VALUES (lease, me_institution, me, instant + term);
    END IF;
    IF verdict = 'taken' OR stored[cardinality(stored)] > instant THEN
        UPDATE quota_windows SET taken = recent
        WHERE institution_id = me_institution AND owner_id = me;
    END IF;
    remaining := greatest(0, per_window - cardinality(recent));
    resets_in_seconds := CASE WHEN recent = '{}' THEN 0 ELSE
        extract(epoch FROM recent[cardinality(recent)] + span - instant) END;
    RETURN NEXT;
END $$
"""


def upgrade() -> None:
    """Make the tables of quotas and of the ledger, and the decision."""
    op.create_table(
        "quota_windows",
        *_owned(),
        sa.Column("taken", ARRAY(_INSTANT), nullable=False),
        sa.PrimaryKeyConstraint("institution_id", "owner_id", name="pk_quota_windows"),
        _of_user("quota_windows", ondelete="CASCADE"),
    )
    isolation.person_table("quota_windows", grants="SELECT, INSERT, UPDATE")
    op.create_table(
        "quota_leases",
        sa.Column("id", sa.Uuid, primary_key=True),
        *_owned(),
        sa.Column("expires_at", _INSTANT, nullable=False),
        _of_user("quota_leases", ondelete="CASCADE"),
    )
    op.create_index(
        "ix_quota_leases_institution_id_owner_id", "quota_leases", ["institution_id", "owner_id"]
    )
    isolation.person_table("quota_leases", grants="SELECT, INSERT")
    isolation.house_reads("quota_leases", grants="SELECT, UPDATE, DELETE")
    _ledger()
    op.execute(_TAKE)


def _ledger() -> None:
    op.create_table(
        "usage",
        sa.Column("id", sa.Uuid, primary_key=True),
        *_owned(),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("key_id", sa.Uuid),
        sa.Column("model_id", sa.Text, nullable=False),
        sa.Column("assistant_id", sa.Text),
        sa.Column("prompt_tokens", sa.Integer, nullable=False),
        sa.Column("completion_tokens", sa.Integer, nullable=False),
        sa.Column("exact", sa.Boolean, nullable=False),
        sa.Column("waited_seconds", sa.Double, nullable=False),
        sa.Column("first_token_seconds", sa.Double),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        _of_user("usage"),
        # Words of fixed lists and numbers that add up: there is no room for a text.
        sa.CheckConstraint("source IN ('web', 'temporary', 'api')", name="ck_usage_source"),
        sa.CheckConstraint("lane IN ('interactive', 'api', 'batch')", name="ck_usage_lane"),
        sa.CheckConstraint(
            "outcome IN ('complete', 'stopped', 'interrupted', 'failed', 'refused')",
            name="ck_usage_outcome",
        ),
        sa.CheckConstraint("prompt_tokens >= 0 AND completion_tokens >= 0", name="ck_usage_tokens"),
    )
    op.create_index(
        "ix_usage_institution_id_owner_id_at", "usage", ["institution_id", "owner_id", "at"]
    )
    op.create_index("ix_usage_at", "usage", ["at"])
    # A person adds to the ledger and reads their own; nobody changes a line.
    isolation.person_table("usage", grants="SELECT, INSERT")
    isolation.house_reads("usage", grants="SELECT")
    op.create_table(
        "usage_days",
        *_owned(),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("questions", sa.Integer, nullable=False),
        sa.Column("prompt_tokens", sa.BigInteger, nullable=False),
        sa.Column("completion_tokens", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("institution_id", "owner_id", "day", name="pk_usage_days"),
        _of_user("usage_days"),
    )
    # A line is added to its day in the same statement; whose day it is never changes.
    isolation.person_table(
        "usage_days",
        grants="SELECT, INSERT, UPDATE (questions, prompt_tokens, completion_tokens)",
    )
    isolation.house_reads("usage_days", grants="SELECT")


def _owned() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("institution_id", sa.Uuid, nullable=False),
        sa.Column("owner_id", sa.Uuid, nullable=False),
    )


def _of_user(table: str, **more: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["institution_id", "owner_id"],
        ["users.institution_id", "users.id"],
        name=f"fk_{table}_institution_id_owner_id_users",
        **more,  # type: ignore[arg-type]
    )
