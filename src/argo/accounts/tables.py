"""The tables of accounts."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from argo.storage.tables import instant, metadata, owned_columns

institutions = Table(
    "institutions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("charter", Boolean, nullable=False, server_default=false()),
)

units = Table(
    "units",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("institution_id", Uuid, nullable=False),
    Column("slug", Text, nullable=False),
    Column("name", Text, nullable=False),
    ForeignKeyConstraint(
        ["institution_id"], ["institutions.id"], name="fk_units_institution_id_institutions"
    ),
    UniqueConstraint("institution_id", "id", name="uq_units_institution_id_id"),
    UniqueConstraint("institution_id", "slug", name="uq_units_institution_id_slug"),
)

first_links = Table(
    "first_links",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    instant("expires_at"),
)

users = Table(
    "users",
    metadata,
    Column("id", Uuid, primary_key=True),
    *owned_columns(),
    Column("email", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("language", Text),
    instant("disabled_at", nullable=True),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("unit_id", Uuid),
    # Made by hand, and let in by links: an address names one of these in an institution.
    Column("local", Boolean, nullable=False, server_default=text("true")),
    ForeignKeyConstraint(
        ["institution_id", "unit_id"],
        ["units.institution_id", "units.id"],
        name="fk_users_institution_id_unit_id_units",
    ),
    Index("ix_users_unit_id", "unit_id"),
    CheckConstraint("owner_id = id", name="owns_itself"),
    CheckConstraint("role IN ('member', 'referent', 'admin', 'platform')", name="role"),
    CheckConstraint("language IN ('fr', 'en')", name="language"),
    ForeignKeyConstraint(
        ["institution_id"], ["institutions.id"], name="fk_users_institution_id_institutions"
    ),
    UniqueConstraint("institution_id", "id", name="uq_users_institution_id_id"),
    Index(
        "uq_users_institution_id_email",
        "institution_id",
        text("lower(email)"),
        unique=True,
        postgresql_where=text("local"),
    ),
    Index("ix_users_disabled_at", "disabled_at", postgresql_where=text("disabled_at IS NOT NULL")),
)


def _of_user(table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["institution_id", "owner_id"],
        ["users.institution_id", "users.id"],
        name=f"fk_{table}_institution_id_owner_id_users",
        ondelete="CASCADE",
    )


identities = Table(
    "identities",
    metadata,
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    *owned_columns(),
    instant("created_at"),
    PrimaryKeyConstraint("issuer", "subject", name="pk_identities"),
    _of_user("identities"),
    Index("ix_identities_institution_id_owner_id", "institution_id", "owner_id"),
)

used_tokens = Table(
    "used_tokens",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    instant("expires_at"),
    Index("ix_used_tokens_expires_at", "expires_at"),
)

unit_referents = Table(
    "unit_referents",
    metadata,
    Column("institution_id", Uuid, nullable=False),
    Column("unit_id", Uuid, nullable=False),
    Column("owner_id", Uuid, nullable=False),
    PrimaryKeyConstraint("unit_id", "owner_id", name="pk_unit_referents"),
    ForeignKeyConstraint(
        ["institution_id", "unit_id"],
        ["units.institution_id", "units.id"],
        name="fk_unit_referents_institution_id_unit_id_units",
    ),
    _of_user("unit_referents"),
    Index("ix_unit_referents_institution_id_owner_id", "institution_id", "owner_id"),
)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("id", Uuid, primary_key=True),
    *owned_columns(),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    instant("expires_at"),
    instant("used_at", nullable=True),
    _of_user("sign_in_links"),
    Index("ix_sign_in_links_expires_at", "expires_at"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    *owned_columns(),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("device", Text, nullable=False),
    instant("created_at"),
    instant("last_seen_at"),
    instant("expires_at"),
    # The identity provider that let in, and what it calls this session.
    Column("provider", Text),
    Column("provider_session", Text),
    _of_user("sessions"),
    Index("ix_sessions_institution_id_owner_id", "institution_id", "owner_id"),
    Index("ix_sessions_expires_at", "expires_at"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Uuid, primary_key=True),
    *owned_columns(),
    Column("prefix", Text, nullable=False),
    Column("key_hash", LargeBinary, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    instant("created_at"),
    instant("expires_at", nullable=True),
    instant("last_used_at", nullable=True),
    instant("revoked_at", nullable=True),
    Column("models", ARRAY(Text)),
    Column("lane", Text, nullable=False, server_default=text("'api'")),
    # The unit whose quota the key's questions count against; absent, its owner's own unit.
    Column("unit_id", Uuid),
    Column("requests_per_minute", Integer),
    Column("concurrent_requests", Integer),
    Column("tokens_per_day", BigInteger),
    CheckConstraint("lane IN ('api', 'batch')", name="lane"),
    CheckConstraint(
        "requests_per_minute >= 0 AND concurrent_requests >= 0 AND tokens_per_day >= 0",
        name="limits",
    ),
    ForeignKeyConstraint(
        ["institution_id", "unit_id"],
        ["units.institution_id", "units.id"],
        name="fk_api_keys_institution_id_unit_id_units",
    ),
    _of_user("api_keys"),
    Index("ix_api_keys_institution_id_owner_id", "institution_id", "owner_id"),
)
