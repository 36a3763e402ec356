"""The parts' logs hold nothing that people wrote, and stay small."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import psycopg
import pytest

from argo.embedded.logfile import LogFile
from tests.embedded.families import family, soon

CANARY = "zanzibar-heliotrope"


def test_no_question_and_no_answer_is_in_any_log(data: Path) -> None:
    with family(data, "engine") as run:
        _ask(run.told, {"messages": [{"role": "user", "content": f"Repeat: {CANARY}"}]})
        _ask(run.told, {"messages": [{"role": CANARY, "content": CANARY}]})
        _ask(run.told, {"messages": CANARY, "grammar": CANARY})
        _ask(run.told, f'{{"messages": "{CANARY}')
        _ask(run.told, {"messages": [{"role": "user", "content": CANARY * 2000}]})
    assert _places_with(CANARY, data / "logs") == []


def test_no_statement_value_or_error_is_in_any_log(data: Path) -> None:
    with family(data) as run, psycopg.connect(run.told["owner"], autocommit=True) as owner:
        owner.execute("CREATE TABLE kept (word text PRIMARY KEY)")
        owner.execute("INSERT INTO kept VALUES (%s)", (CANARY,))
        for statement in (
            f"SELECT '{CANARY}'::uuid",
            f"INSERT INTO kept VALUES ('{CANARY}')",
            f"SELECT no_such_function('{CANARY}')",
            f"DO $$ BEGIN RAISE WARNING '{CANARY}'; END $$",
            f'SELECT "{CANARY}"',
        ):
            with contextlib.suppress(psycopg.Error):
                owner.execute(statement.encode())
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            owner.execute("SELECT %s::text::uuid", (CANARY,))
        # That a backend crashed is logged, and PostgreSQL adds what it ran as a detail.
        crash = threading.Timer(0.3, os.kill, (owner.info.backend_pid, signal.SIGKILL))
        crash.start()
        with pytest.raises(psycopg.OperationalError):
            owner.execute(f"SELECT '{CANARY}', pg_sleep(20)".encode())
        assert soon(lambda: "terminated by signal 9" in _log(data), seconds=5)
    assert _places_with(CANARY, data / "logs") == []
    assert "ready to accept connections" in _log(data)


def test_a_full_log_makes_room_and_keeps_the_one_before(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "part.log", most_bytes=1000)
    for number in range(200):
        log.write(f"line {number} of the part".encode())
    log.close()
    sizes = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    assert sizes.keys() == {"part.log", "part.log.1"}
    assert all(size < 1100 for size in sizes.values())
    assert "line 199 of" in (tmp_path / "part.log").read_text()


def test_a_log_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    LogFile(tmp_path / "no such folder" / "part.log").write(b"lost")


def _ask(told: dict[str, Any], body: object) -> None:
    text = body if isinstance(body, str) else json.dumps({"max_tokens": 20, **_mapping(body)})
    request = urllib.request.Request(
        f"{told['url']}/chat/completions",
        data=text.encode(),
        headers={"authorization": f"Bearer {told['key']}", "content-type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()
    except urllib.error.HTTPError as error:
        error.close()


def _log(data: Path) -> str:
    return (data / "logs" / "postgres.log").read_text()


def _mapping(body: object) -> dict[str, Any]:
    assert isinstance(body, dict)
    return body


def _places_with(word: str, folder: Path) -> list[Path]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [path for path in files if word.encode() in path.read_bytes()]
