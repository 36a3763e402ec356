"""PostgreSQL starts from nothing, answers, and lets in nobody but the two roles."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.embedded.families import IS_ROOT, Family, family


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Family]:
    """One database for the tests that only look."""
    with family(tmp_path_factory.mktemp("look") / "data") as run:
        yield run


def test_a_fresh_folder_becomes_a_database_with_its_extensions(running: Family) -> None:
    with psycopg.connect(running.told["service"]) as service:
        version = service.execute("SHOW server_version").fetchone()
        extensions = {row[0] for row in service.execute("SELECT extname FROM pg_extension")}
    assert version is not None
    assert version[0].startswith("18.")
    assert {"vector", "unaccent", "pg_trgm"} <= extensions


def test_what_was_written_is_there_at_the_next_start(data: Path) -> None:
    with family(data) as run, psycopg.connect(run.told["owner"]) as owner:
        owner.execute("CREATE TABLE kept (word text)")
        owner.execute("INSERT INTO kept VALUES ('still here')")
    with family(data) as run, psycopg.connect(run.told["owner"]) as owner:
        assert owner.execute("SELECT word FROM kept").fetchone() == ("still here",)


def test_the_service_owns_nothing_and_cannot_pass_row_level_security(running: Family) -> None:
    with psycopg.connect(running.told["service"]) as service:
        role = service.execute(
            "SELECT rolsuper, rolbypassrls, rolinherit, rolcreaterole, rolcreatedb "
            "FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            service.execute("CREATE TABLE mine (id int)")
    assert role == (False, False, False, False, False)


def test_the_superuser_cannot_sign_in_once_the_roles_are_made(running: Family) -> None:
    host = running.sockets()
    for name in ("postgres", "argo"):
        with pytest.raises(psycopg.OperationalError, match="pg_hba"):
            psycopg.connect(host=host, user="postgres", dbname=name)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host=host, user="argo_service", dbname="argo", password="guessed")


def test_it_listens_on_a_private_socket_and_on_no_port(data: Path) -> None:
    with family(data) as run, psycopg.connect(run.told["service"]) as service:
        assert service.execute("SHOW listen_addresses").fetchone() == ("",)
        sockets = run.sockets()
        assert stat.S_IMODE(os.stat(sockets).st_mode) == 0o700
    assert not os.path.exists(sockets)


@pytest.mark.skipif(not IS_ROOT, reason="only root can become another user")
def test_another_user_of_the_machine_does_not_reach_it(running: Family) -> None:
    command = ["/bin/ls", running.sockets()]
    attempt = subprocess.run(
        command, user=65534, group=65534, extra_groups=[], capture_output=True, check=False
    )
    assert attempt.returncode != 0


def test_durability_stays_on_and_statements_off_the_log(running: Family) -> None:
    wanted = {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "log_statement": "none",
        "log_min_messages": "log",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_min_duration_statement": "-1",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
    }
    with psycopg.connect(running.told["service"]) as service:
        found = {name: service.execute(f"SHOW {name}").fetchone() for name in wanted}
    assert found == {name: (value,) for name, value in wanted.items()}


def test_secrets_and_files_are_closed_to_others(fresh: Path) -> None:
    with family(fresh):
        pass
    modes = {name: stat.S_IMODE((fresh / name).stat().st_mode) for name in ("secrets", "logs")}
    assert modes == {"secrets": 0o700, "logs": 0o700}
    assert stat.S_IMODE((fresh / "postgres").stat().st_mode) == 0o700
    assert stat.S_IMODE((fresh / "secrets" / "database.json").stat().st_mode) == 0o600


def test_lost_passwords_are_replaced_and_the_data_stays(data: Path) -> None:
    with family(data) as run, psycopg.connect(run.told["owner"]) as owner:
        owner.execute("CREATE TABLE kept (word text)")
    (data / "secrets" / "database.json").unlink()
    with family(data) as run, psycopg.connect(run.told["owner"]) as owner:
        assert owner.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_a_path_longer_than_a_socket_name_may_be_works(fresh: Path) -> None:
    long = fresh / ("a long name " * 8) / ("and another " * 8) / "données"
    with family(long) as run, psycopg.connect(run.told["service"]) as service:
        assert service.execute("SELECT 1").fetchone() == (1,)


def test_a_database_of_another_version_is_refused_in_one_line(data: Path) -> None:
    with family(data):
        pass
    version = data / "postgres" / "PG_VERSION"
    version.write_text("17\n")
    command = [sys.executable, str(Path(__file__).with_name("parent.py")), str(data)]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert refused.returncode == 2
    assert "PostgreSQL 17" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
