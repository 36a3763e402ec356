"""Brings a database to this version's schema: Alembic, forward only."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

_CONTEXT_ROLES = "argo_person, argo_sign_in, argo_house"
_ONE_AT_A_TIME = 4_772_911_003


def upgrade(owner_url: str, *, service_role: str, revision: str = "head") -> None:
    """Migrate the database at `owner_url` and let `service_role` take the three contexts.

    Blocks; two at once wait for each other. Raises SQLAlchemy's errors when the database is
    away or `owner_url` may not create what is needed.
    """
    engine = create_engine(
        make_url(owner_url).set(drivername="postgresql+psycopg"), poolclass=NullPool
    )
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        quoted = connection.dialect.identifier_preparer.quote(service_role)
        connection.execute(text(f"GRANT {_CONTEXT_ROLES} TO {quoted} WITH INHERIT FALSE, SET TRUE"))
    engine.dispose()
