"""`argo engine simulate` and `argo loadtest`, as an operator runs them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import argo.cli

PROGRAM = [sys.executable, "-c", "import sys; from argo.cli import main; sys.exit(main())"]
SOURCES = str(Path(argo.cli.__file__).parents[2])


def started(*words: str) -> subprocess.Popen[str]:
    """Start `argo` with these words."""
    return subprocess.Popen(
        [*PROGRAM, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": SOURCES},
    )


@contextmanager
def engine(*words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the simulator on a free port; give its process and address."""
    with started("engine", "simulate", "--port", "0", *words) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("Simulated engine ready: http://127.0.0.1:")
            yield process, line.rpartition(" ")[2].strip()
        finally:
            process.kill()


def run(*words: str) -> tuple[int, str, str]:
    """Run `argo` with these words to its end: status, what it answers, what it says beside."""
    with started(*words) as process:
        answer, beside = process.communicate(timeout=60)
    return process.returncode, answer, beside


def test_an_operator_measures_a_simulated_engine(tmp_path: Path) -> None:
    """Table, JSON and picture against a running simulator; Ctrl-C ends it at once."""
    picture = tmp_path / "load.svg"
    keys = tmp_path / "keys"
    keys.write_text("one\ntwo\n")
    with engine("--profile", "fast", "--models", "a,b", "--answer-tokens", "7") as (process, url):
        code, answer, _ = run("loadtest", url, "--questions", "20,30", "--window", "0", "--json")
        record = json.loads(answer)
        assert code == 0
        assert [row["answered"] for row in record["rows"]] == [20, 30]
        assert record["rows"][0]["total_tokens"] == 20 * 7

        code, table, _ = run(
            *("loadtest", url, "--keys", str(keys), "--model", "b", "--questions", "500"),
            *("--window", "0.2", "--plot", str(picture)),
        )
        assert code == 0
        assert "100.00" in table
        assert "Against the seed's cluster" in table
        assert picture.read_text().startswith("<svg")

        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=5) == 0


def test_unanswered_questions_end_the_load_test_with_1(tmp_path: Path) -> None:
    """The table says what failed."""
    faults = tmp_path / "faults.toml"
    faults.write_text('[[faults]]\ndoes = "html_500"\nevery = 5\n')
    with engine("--profile", "fast", "--faults", str(faults)) as (_, url):
        code, table, _ = run("loadtest", url, "--questions", "10", "--window", "0")
    assert code == 1
    assert "10: status 500, 2 times" in table


def test_mistakes_are_one_clear_line() -> None:
    """A wrong profile, script, address or key file: exit 2, no traceback."""
    for words in (
        ("engine", "simulate", "--profile", "quick"),
        ("engine", "simulate", "--faults", "/nowhere"),
        ("loadtest", "ftp://127.0.0.1"),
        ("loadtest", "http://127.0.0.1:1", "--keys", "/nowhere"),
    ):
        code, _, beside = run(*words)
        assert code == 2
        assert beside.count("\n") == 1


def test_a_taken_port_is_said() -> None:
    """The second engine on one port leaves with 2."""
    with engine("--profile", "fast") as (_, url):
        port = url.removesuffix("/v1").rpartition(":")[2]
        code, _, beside = run("engine", "simulate", "--port", port)
    assert code == 2
    assert "argo engine simulate:" in beside
