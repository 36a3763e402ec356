"""Quotas of institutions, units and keys beside people's; what a key may ask; units."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from argo.migrations import isolation

revision = "0009"
down_revision = "0008"

_LIMITS = (
    ("requests_per_minute", sa.Integer),
    ("concurrent_requests", sa.Integer),
    ("tokens_per_day", sa.BigInteger),
)
_NOT_BELOW_NOTHING = "requests_per_minute >= 0 AND concurrent_requests >= 0 AND tokens_per_day >= 0"
_METER = {
    "users": "SELECT (id, institution_id, owner_id, unit_id)",
    "api_keys": (
        "SELECT (id, institution_id, owner_id, unit_id, requests_per_minute, "
        "concurrent_requests, tokens_per_day)"
    ),
    "quota_limits": "SELECT",
    "quota_windows": "SELECT, INSERT, UPDATE",
    "quota_leases": "SELECT, INSERT",
    "quota_seconds": "SELECT, INSERT, UPDATE",
    "usage": "SELECT (institution_id, owner_id, at, key_id, prompt_tokens, completion_tokens)",
    "usage_days": "SELECT",
}

# One decision over every rule that holds for a question: the institution's, the unit's, the
# person's, the key's. Locks are taken in this order, always, so that no two questions wait for
# each other; a rule without a limit takes none. Nothing is counted unless every rule says yes.
#
# A person's questions are kept by the instant (migration 0003). Those of the others, which may
# be thousands a minute, are kept by the second, and a second counts until all of it is out of
# the window: never one too many, and at most a second late.
#
# It runs with the rights of argo_meter, which sees counts and limits of everybody and nothing
# else; whom it decides about comes from the context alone.
_TAKE = """
CREATE FUNCTION quota_take(
    lease uuid, asking_key uuid, per_window int, window_seconds int, at_once int,
    tokens_a_day bigint, lease_seconds float8, at timestamptz DEFAULT NULL
) RETURNS TABLE (
    verdict text, whose text, allowed bigint, retry_in_seconds float8,
    requests_limit int, requests_remaining int, requests_reset_in_seconds float8,
    tokens_limit bigint, tokens_remaining bigint, tokens_reset_in_seconds float8
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    me_institution uuid := argo_institution();
    me uuid := argo_owner();
    my_unit uuid;
    rule record;
    span interval := make_interval(secs => window_seconds);
    term interval := make_interval(secs => lease_seconds);
    stored timestamptz[];
    recent timestamptz[];
    instant timestamptz;
    midnight timestamptz;
    this_second bigint;
    counted bigint;
    oldest float8;
    newest float8;
    running bigint;
    used bigint;
    kinds text[] := '{}';
    ids uuid[] := '{}';
BEGIN
    SELECT coalesce(
        (SELECT unit_id FROM api_keys
         WHERE id = asking_key AND institution_id = me_institution AND owner_id = me),
        (SELECT unit_id FROM users WHERE institution_id = me_institution AND id = me)
    ) INTO my_unit;
    verdict := 'taken';
    whose := 'user';
    allowed := 0;
    retry_in_seconds := 0;
    requests_limit := 0;
    requests_remaining := 0;
    requests_reset_in_seconds := 0;
    tokens_limit := 0;
    tokens_remaining := 0;
    tokens_reset_in_seconds := 0;
    FOR rule IN
        SELECT kind, id, coalesce(requests, 0) AS requests, coalesce(running_at_once, 0) AS
        running_at_once, coalesce(tokens, 0) AS tokens FROM (
            SELECT 1 AS rank, kind, subject_id AS id, requests_per_minute AS requests,
                concurrent_requests AS running_at_once, tokens_per_day AS tokens
            FROM quota_limits WHERE kind = 'institution' AND subject_id = me_institution
            UNION ALL
            SELECT 2, kind, subject_id, requests_per_minute, concurrent_requests, tokens_per_day
            FROM quota_limits WHERE kind = 'unit' AND subject_id = my_unit
            AND institution_id = me_institution
            UNION ALL
            SELECT 3, 'user', me, coalesce(requests_per_minute, per_window),
                coalesce(concurrent_requests, at_once), coalesce(tokens_per_day, tokens_a_day)
            FROM (SELECT) AS always LEFT JOIN quota_limits
            ON kind = 'user' AND subject_id = me AND institution_id = me_institution
            UNION ALL
            SELECT 4, 'key', id, requests_per_minute, concurrent_requests, tokens_per_day
            FROM api_keys
            WHERE id = asking_key AND institution_id = me_institution AND owner_id = me
        ) AS rules ORDER BY rank
    LOOP
        IF rule.kind = 'user' THEN
            LOOP
                SELECT taken INTO stored FROM quota_windows
                WHERE institution_id = me_institution AND owner_id = me FOR UPDATE;
                EXIT WHEN FOUND;
                INSERT INTO quota_windows (institution_id, owner_id, taken)
                VALUES (me_institution, me, '{}') ON CONFLICT (institution_id, owner_id) DO NOTHING;
            END LOOP;
        ELSIF rule.requests > 0 OR rule.running_at_once > 0 THEN
            PERFORM pg_advisory_xact_lock(hashtextextended(rule.kind || rule.id::text, 7));
        END IF;
        -- Read under the lock: whoever waited for it decides by a later instant.
        instant := coalesce(at, clock_timestamp());
        midnight := date_trunc('day', instant, 'UTC');
        this_second := floor(extract(epoch FROM instant));
        IF rule.kind = 'user' THEN
            SELECT coalesce(array_agg(least(t, instant) ORDER BY t), '{}') INTO recent
            FROM unnest(stored) AS t WHERE t > instant - span;
            counted := cardinality(recent);
            newest := extract(epoch FROM recent[counted] + span - instant);
            IF rule.requests > 0 AND counted >= rule.requests THEN
                oldest :=
                    extract(epoch FROM recent[counted - rule.requests + 1] + span - instant);
            END IF;
        ELSIF rule.requests > 0 THEN
            SELECT coalesce(sum(questions), 0),
                max(second) + 1 + window_seconds - extract(epoch FROM instant)
            INTO counted, newest FROM quota_seconds
            WHERE kind = rule.kind AND subject_id = rule.id
            AND second > this_second - window_seconds - 1 AND second <= this_second + 1;
            IF counted >= rule.requests THEN
                SELECT max(second) + 1 + window_seconds - extract(epoch FROM instant) INTO oldest
                FROM (SELECT second, sum(questions) OVER (ORDER BY second DESC) AS since
                    FROM quota_seconds WHERE kind = rule.kind AND subject_id = rule.id
                    AND second > this_second - window_seconds - 1
                    AND second <= this_second + 1) AS seconds
                WHERE since >= rule.requests;
            END IF;
        END IF;
        IF rule.requests > 0 AND (requests_limit = 0
            OR rule.requests - counted < requests_remaining) THEN
            requests_limit := rule.requests;
            requests_remaining := greatest(0, rule.requests - counted);
            requests_reset_in_seconds := greatest(coalesce(newest, 0), 0);
        END IF;
        IF rule.running_at_once > 0 THEN
            SELECT count(*) INTO running FROM quota_leases
            WHERE institution_id = me_institution
            AND (rule.kind = 'institution' OR rule.kind = 'unit' AND unit_id = rule.id
                OR owner_id = me AND (rule.kind = 'user' OR key_id = rule.id))
            AND expires_at > instant AND expires_at <= instant + 2 * term;
        END IF;
        IF rule.tokens > 0 THEN
            used := CASE rule.kind
                WHEN 'key' THEN (
                    SELECT coalesce(sum(prompt_tokens + completion_tokens), 0) FROM usage
                    WHERE institution_id = me_institution AND owner_id = me
                    AND usage.at >= midnight AND key_id = rule.id)
                WHEN 'unit' THEN (
                    SELECT coalesce(sum(prompt_tokens + completion_tokens), 0)
                    FROM usage_days JOIN users USING (institution_id, owner_id)
                    WHERE institution_id = me_institution AND unit_id = rule.id
                    AND day = (midnight AT TIME ZONE 'UTC')::date)
                ELSE (
                    SELECT coalesce(sum(prompt_tokens + completion_tokens), 0) FROM usage_days
                    WHERE institution_id = me_institution
                    AND (rule.kind = 'institution' OR owner_id = me)
                    AND day = (midnight AT TIME ZONE 'UTC')::date)
            END;
            IF tokens_limit = 0 OR rule.tokens - used < tokens_remaining THEN
                tokens_limit := rule.tokens;
                tokens_remaining := greatest(0, rule.tokens - used);
                tokens_reset_in_seconds :=
                    extract(epoch FROM midnight + interval '1 day' - instant);
            END IF;
        END IF;
        IF rule.requests > 0 AND counted >= rule.requests THEN
            verdict := 'window';
            allowed := rule.requests;
            retry_in_seconds := oldest;
        ELSIF rule.running_at_once > 0 AND running >= rule.running_at_once THEN
            verdict := 'concurrent';
            allowed := rule.running_at_once;
            retry_in_seconds := 1;
        ELSIF rule.tokens > 0 AND used >= rule.tokens THEN
            verdict := 'tokens';
            allowed := rule.tokens;
            retry_in_seconds := extract(epoch FROM midnight + interval '1 day' - instant);
        END IF;
        whose := rule.kind;
        EXIT WHEN verdict <> 'taken';
        IF rule.kind <> 'user' AND rule.requests > 0 THEN
            kinds := kinds || rule.kind;
            ids := ids || rule.id;
        END IF;
    END LOOP;
    IF verdict = 'taken' THEN
        recent := recent || instant;
        INSERT INTO quota_leases (id, institution_id, owner_id, unit_id, key_id, expires_at)
        VALUES (lease, me_institution, me, my_unit, asking_key, instant + term);
        INSERT INTO quota_seconds AS held (institution_id, kind, subject_id, second, questions)
        SELECT me_institution, each.kind, each.id, this_second, 1
        FROM unnest(kinds, ids) AS each (kind, id)
        ON CONFLICT (kind, subject_id, second) DO UPDATE SET questions = held.questions + 1;
        IF requests_limit > 0 THEN
            requests_remaining := requests_remaining - 1;
            requests_reset_in_seconds := window_seconds;
        END IF;
    END IF;
    -- A clock that was set back is healed, even by a refusal: it locks for one window at most.
    IF verdict = 'taken' OR stored[cardinality(stored)] > instant THEN
        UPDATE quota_windows SET taken = recent
        WHERE institution_id = me_institution AND owner_id = me;
    END IF;
    RETURN NEXT;
END $$
"""


def upgrade() -> None:
    """Add units, limits, what a key may ask, and the decision over all of them."""
    _units()
    _keys()
    _limits()
    _decision()


def _units() -> None:
    op.create_table(
        "units",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("institution_id", sa.Uuid, nullable=False),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institutions.id"], name="fk_units_institution_id_institutions"
        ),
        sa.UniqueConstraint("institution_id", "id", name="uq_units_institution_id_id"),
        sa.UniqueConstraint("institution_id", "slug", name="uq_units_institution_id_slug"),
    )
    isolation.house_reads("units")
    op.execute(
        "CREATE POLICY units_of_person ON units FOR SELECT TO argo_person "
        "USING (institution_id = (SELECT argo_institution()))"
    )
    op.execute("GRANT SELECT ON units TO argo_person")
    op.add_column("users", sa.Column("unit_id", sa.Uuid))
    op.create_foreign_key(
        "fk_users_institution_id_unit_id_units",
        "users",
        "units",
        ["institution_id", "unit_id"],
        ["institution_id", "id"],
    )
    op.create_index("ix_users_unit_id", "users", ["unit_id"])
    op.execute("GRANT UPDATE (unit_id) ON users TO argo_house")


def _keys() -> None:
    op.add_column("api_keys", sa.Column("models", ARRAY(sa.Text)))
    op.add_column("api_keys", sa.Column("lane", sa.Text, nullable=False, server_default="api"))
    op.add_column("api_keys", sa.Column("unit_id", sa.Uuid))
    for limit, kind in _LIMITS:
        op.add_column("api_keys", sa.Column(limit, kind))
    op.create_check_constraint("ck_api_keys_lane", "api_keys", "lane IN ('api', 'batch')")
    op.create_check_constraint("ck_api_keys_limits", "api_keys", _NOT_BELOW_NOTHING)
    op.create_foreign_key(
        "fk_api_keys_institution_id_unit_id_units",
        "api_keys",
        "units",
        ["institution_id", "unit_id"],
        ["institution_id", "id"],
    )
    op.execute("DROP FUNCTION key_caller(bytea)")
    isolation.gate_function(
        "key_caller(hash bytea) RETURNS TABLE (institution_id uuid, user_id uuid, role text, "
        "email text, name text, language text, institution_slug text, institution_name text, "
        "key_id uuid, key_models text[], key_lane text)",
        "WITH found AS (SELECT users.institution_id, users.id AS user_id, users.role, "
        "users.email, users.name, users.language, institutions.slug, "
        "institutions.name AS institution_name, api_keys.id, api_keys.models, api_keys.lane "
        "FROM public.api_keys JOIN public.users ON users.id = api_keys.owner_id "
        "JOIN public.institutions ON institutions.id = users.institution_id "
        "WHERE key_hash = hash AND revoked_at IS NULL AND disabled_at IS NULL "
        "AND (expires_at IS NULL OR expires_at > clock_timestamp())), "
        "used AS (UPDATE public.api_keys SET last_used_at = clock_timestamp() FROM found "
        "WHERE api_keys.id = found.id AND (last_used_at IS NULL "
        "OR last_used_at < clock_timestamp() - interval '1 minute')) "
        "SELECT found.institution_id, user_id, role, email, name, language, slug, "
        "institution_name, id, models, lane FROM found",
    )


def _limits() -> None:
    op.create_table(
        "quota_limits",
        sa.Column("institution_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        *(sa.Column(limit, kind) for limit, kind in _LIMITS),
        sa.PrimaryKeyConstraint("kind", "subject_id", name="pk_quota_limits"),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institutions.id"],
            name="fk_quota_limits_institution_id_institutions",
        ),
        sa.CheckConstraint("kind IN ('institution', 'unit', 'user')", name="ck_quota_limits_kind"),
        sa.CheckConstraint(_NOT_BELOW_NOTHING, name="ck_quota_limits_limits"),
    )
    isolation.house_reads("quota_limits")
    # A person sees the rule that holds for them; those of others are not theirs to know.
    op.execute(
        "CREATE POLICY quota_limits_of_person ON quota_limits FOR SELECT TO argo_person "
        "USING (kind = 'user' AND subject_id = (SELECT argo_owner()) "
        "AND institution_id = (SELECT argo_institution()))"
    )
    op.execute("GRANT SELECT ON quota_limits TO argo_person")
    op.create_table(
        "quota_seconds",
        sa.Column("institution_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("second", sa.BigInteger, nullable=False),
        sa.Column("questions", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject_id", "second", name="pk_quota_seconds"),
    )
    op.create_index("ix_quota_seconds_second", "quota_seconds", ["second"])
    isolation.house_reads("quota_seconds", grants="SELECT, DELETE")
    op.add_column("quota_leases", sa.Column("unit_id", sa.Uuid))
    op.add_column("quota_leases", sa.Column("key_id", sa.Uuid))


def _decision() -> None:
    op.execute(
        "DO $$ BEGIN CREATE ROLE argo_meter NOLOGIN NOINHERIT; "
        "EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    )
    op.execute("GRANT argo_meter TO CURRENT_USER WITH INHERIT FALSE, SET TRUE")
    op.execute("GRANT USAGE, CREATE ON SCHEMA public TO argo_meter")
    for table, grants in _METER.items():
        op.execute(
            f"CREATE POLICY {table}_of_meter ON {table} TO argo_meter "
            "USING (true) WITH CHECK (true)"
        )
        op.execute(f"GRANT {grants} ON {table} TO argo_meter")
    op.execute("DROP FUNCTION quota_take(uuid, int, int, int, bigint, float8, timestamptz)")
    op.execute(_TAKE)
    op.execute(
        "CREATE FUNCTION quota_tokens_used(at timestamptz) RETURNS bigint LANGUAGE sql STABLE "
        "RETURN (SELECT coalesce(sum(prompt_tokens + completion_tokens), 0)::bigint "
        "FROM usage_days WHERE day = (at AT TIME ZONE 'UTC')::date)"
    )
    op.execute("REVOKE ALL ON FUNCTION quota_take FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION quota_take TO argo_person")
    op.execute("ALTER FUNCTION quota_take OWNER TO argo_meter")
