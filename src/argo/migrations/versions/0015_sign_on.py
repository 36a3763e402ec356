"""Sign-on: whom an identity provider knows as whom, what was used once, referents of units."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from argo.migrations import isolation

revision = "0015"
down_revision = "0014"

_INSTANT = sa.DateTime(timezone=True)

# Two first sign-ins of one person at once: the second waits and finds what the first made.
_SIGN_ON = """
DECLARE
    stands record;
    home uuid;
    unit uuid;
BEGIN
    INSERT INTO public.used_tokens AS used (hash, expires_at) VALUES (once, once_until)
    ON CONFLICT (hash) DO NOTHING;
    IF NOT FOUND THEN
        verdict := 'used';
        RETURN NEXT;
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(who_issuer || ' ' || who_subject, 11));
    SELECT id INTO home FROM public.institutions WHERE slug = who_slug;
    IF home IS NULL THEN
        verdict := 'nowhere';
        RETURN NEXT;
        RETURN;
    END IF;
    SELECT users.id, users.institution_id AS home, users.role, users.unit_id, users.disabled_at
    INTO stands FROM public.identities JOIN public.users ON users.id = identities.owner_id
    WHERE issuer = who_issuer AND subject = who_subject;
    role_changed := false;
    unit_changed := false;
    SELECT units.id INTO unit FROM public.units
    JOIN unnest(who_units) WITH ORDINALITY AS named (slug, rank) ON named.slug = units.slug
    WHERE units.institution_id = home ORDER BY rank LIMIT 1;
    IF stands.id IS NULL THEN
        verdict := 'made';
        user_id := person;
        INSERT INTO public.users
            (id, institution_id, owner_id, email, name, role, unit_id, local)
        VALUES (person, home, person, who_email, who_name, coalesce(who_role, 'member'), unit,
            false);
        INSERT INTO public.identities (issuer, subject, institution_id, owner_id, created_at)
        VALUES (who_issuer, who_subject, home, person, clock_timestamp());
    ELSIF stands.home <> home THEN
        verdict := 'elsewhere';
        RETURN NEXT;
        RETURN;
    ELSIF stands.disabled_at IS NOT NULL THEN
        verdict := 'disabled';
        RETURN NEXT;
        RETURN;
    ELSE
        verdict := 'known';
        user_id := stands.id;
        role_changed := who_role IS NOT NULL AND who_role <> stands.role;
        unit_changed := who_units IS NOT NULL AND unit IS DISTINCT FROM stands.unit_id;
        UPDATE public.users SET email = who_email, role = coalesce(who_role, users.role),
            unit_id = CASE WHEN who_units IS NULL THEN users.unit_id ELSE unit END
        WHERE users.id = stands.id AND (role_changed OR unit_changed OR email <> who_email);
    END IF;
    institution_id := home;
    INSERT INTO public.sessions (id, institution_id, owner_id, token_hash, device, created_at,
        last_seen_at, expires_at, provider, provider_session)
    VALUES (session, home, user_id, session_hash, session_device, clock_timestamp(),
        clock_timestamp(), session_until, who_provider, who_session);
    RETURN NEXT;
END
"""

_SIGN_OFF = """
DECLARE
    ended bigint;
BEGIN
    INSERT INTO public.used_tokens (hash, expires_at) VALUES (once, once_until)
    ON CONFLICT (hash) DO NOTHING;
    IF NOT FOUND THEN
        RETURN -1;
    END IF;
    DELETE FROM public.sessions USING public.identities
    WHERE identities.owner_id = sessions.owner_id AND issuer = who_issuer
    AND provider = who_provider
    AND (who_subject IS NULL OR subject = who_subject)
    AND (who_session IS NULL OR provider_session = who_session)
    AND (who_subject IS NOT NULL OR who_session IS NOT NULL);
    GET DIAGNOSTICS ended = ROW_COUNT;
    RETURN ended;
END
"""


def upgrade() -> None:
    """Open the tables to what needs them, then make the two functions of sign-on."""
    _people()
    _identities()
    _referents()
    isolation.gate_function(
        "sign_on(once bytea, once_until timestamptz, who_issuer text, who_subject text, "
        "who_provider text, who_session text, who_slug text, who_email text, who_name text, "
        "who_role text, who_units text[], person uuid, session uuid, session_hash bytea, "
        "session_device text, session_until timestamptz) "
        "RETURNS TABLE (verdict text, institution_id uuid, user_id uuid, role_changed boolean, "
        "unit_changed boolean)",
        "#variable_conflict use_variable\n" + _SIGN_ON,
        language="plpgsql",
    )
    isolation.gate_function(
        "sign_off(once bytea, once_until timestamptz, who_issuer text, who_provider text, "
        "who_subject text, who_session text) RETURNS bigint",
        _SIGN_OFF,
        language="plpgsql",
    )


def _people() -> None:
    # Alembic's naming convention named it twice over in 0002.
    op.execute("ALTER TABLE users DROP CONSTRAINT IF EXISTS ck_users_role")
    op.execute("ALTER TABLE users DROP CONSTRAINT IF EXISTS ck_users_ck_users_role")
    op.execute(
        "ALTER TABLE users ADD CONSTRAINT ck_users_role "
        "CHECK (role IN ('member', 'referent', 'admin', 'platform'))"
    )
    # An address names one local account; people of providers are told apart by their subject.
    op.add_column(
        "users", sa.Column("local", sa.Boolean, nullable=False, server_default=sa.text("true"))
    )
    op.drop_index("uq_users_institution_id_email", "users")
    op.create_index(
        "uq_users_institution_id_email",
        "users",
        ["institution_id", sa.text("lower(email)")],
        unique=True,
        postgresql_where=sa.text("local"),
    )
    op.create_index(
        "ix_users_disabled_at",
        "users",
        ["disabled_at"],
        postgresql_where=sa.text("disabled_at IS NOT NULL"),
    )
    op.execute("GRANT UPDATE (email, role, unit_id) ON users TO argo_gate")
    isolation.gate_reads("units", grants="SELECT")
    op.add_column("sessions", sa.Column("provider", sa.Text))
    op.add_column("sessions", sa.Column("provider_session", sa.Text))


def _identities() -> None:
    op.create_table(
        "identities",
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("institution_id", sa.Uuid, nullable=False),
        sa.Column("owner_id", sa.Uuid, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_identities"),
        sa.ForeignKeyConstraint(
            ["institution_id", "owner_id"],
            ["users.institution_id", "users.id"],
            name="fk_identities_institution_id_owner_id_users",
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        "ix_identities_institution_id_owner_id", "identities", ["institution_id", "owner_id"]
    )
    isolation.person_table("identities", grants="SELECT")
    isolation.gate_reads("identities", grants="SELECT, INSERT")
    op.create_table(
        "used_tokens",
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        sa.Column("expires_at", _INSTANT, nullable=False),
    )
    op.create_index("ix_used_tokens_expires_at", "used_tokens", ["expires_at"])
    isolation.house_reads("used_tokens", grants="SELECT (expires_at), DELETE")
    isolation.gate_reads("used_tokens", grants="SELECT, INSERT")


def _referents() -> None:
    op.create_table(
        "unit_referents",
        sa.Column("institution_id", sa.Uuid, nullable=False),
        sa.Column("unit_id", sa.Uuid, nullable=False),
        sa.Column("owner_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("unit_id", "owner_id", name="pk_unit_referents"),
        sa.ForeignKeyConstraint(
            ["institution_id", "unit_id"],
            ["units.institution_id", "units.id"],
            name="fk_unit_referents_institution_id_unit_id_units",
        ),
        sa.ForeignKeyConstraint(
            ["institution_id", "owner_id"],
            ["users.institution_id", "users.id"],
            name="fk_unit_referents_institution_id_owner_id_users",
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        "ix_unit_referents_institution_id_owner_id",
        "unit_referents",
        ["institution_id", "owner_id"],
    )
    isolation.person_table("unit_referents", grants="SELECT")
    isolation.house_reads("unit_referents", grants="SELECT, INSERT, DELETE")
