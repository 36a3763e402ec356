"""The roles of the embedded database, made once by a superuser who cannot sign in afterwards."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from argo.embedded.cluster import Passwords
from argo.embedded.types import DatabaseAddress

_EXTENSIONS = ("vector", "unaccent", "pg_trgm")


def address(sockets: Path, passwords: Passwords) -> DatabaseAddress:
    """Return the two addresses at which the running database is reached."""
    host = quote(str(sockets), safe="")
    return DatabaseAddress(
        service=f"postgresql://argo_service:{passwords.service}@/argo?host={host}",
        owner=f"postgresql://argo_owner:{passwords.owner}@/argo?host={host}",
    )


async def make_roles(sockets: Path, passwords: Passwords) -> None:
    """Make the roles, the database and its extensions where they are missing, then reload."""
    roles = {
        "argo_owner": (sql.SQL("LOGIN CREATEROLE NOBYPASSRLS"), passwords.owner),
        "argo_service": (sql.SQL("LOGIN NOINHERIT NOBYPASSRLS"), passwords.service),
    }
    async with await _superuser(sockets, "postgres") as connection:
        for role, (rights, password) in roles.items():
            known = await connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,))
            verb = sql.SQL("CREATE" if known.rowcount == 0 else "ALTER")
            await connection.execute(
                sql.SQL("{} ROLE {} {} PASSWORD {}").format(
                    verb, sql.Identifier(role), rights, sql.Literal(password)
                )
            )
        known = await connection.execute("SELECT FROM pg_database WHERE datname = 'argo'")
        if known.rowcount == 0:
            await connection.execute("CREATE DATABASE argo OWNER argo_owner")
    async with await _superuser(sockets, "argo") as connection:
        for extension in _EXTENSIONS:
            await connection.execute(
                sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension))
            )
            await connection.execute(
                sql.SQL("ALTER EXTENSION {} UPDATE").format(sql.Identifier(extension))
            )


async def reload_doors(sockets: Path) -> None:
    """Make PostgreSQL read its settings again; the last thing the superuser does."""
    async with await _superuser(sockets, "postgres") as connection:
        await connection.execute("SELECT pg_reload_conf()")


async def _superuser(sockets: Path, name: str) -> psycopg.AsyncConnection[tuple[object, ...]]:
    return await psycopg.AsyncConnection.connect(
        host=str(sockets), user="postgres", dbname=name, autocommit=True, connect_timeout=10
    )
