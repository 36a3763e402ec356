"""The command line: help with an example, one clear line for a mistake, the promised exit codes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from argo.cli import COMMANDS
from tests.embedded.families import ARGO, listening


def run(*words: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run `argo` with `words` in `folder`."""
    command = [*ARGO, *words]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=30, check=False, cwd=folder
    )


def test_help_names_the_commands_and_gives_an_example() -> None:
    shown = run("--help")
    assert shown.returncode == 0
    assert "serve" in shown.stdout
    assert "example:" in shown.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_takes_a_configuration_and_a_data_folder(command: str) -> None:
    shown = run(command, "--help")
    if "invalid choice" in shown.stderr:
        pytest.skip(f"argo {command} is not built yet")
    assert shown.returncode == 0
    assert "example:" in shown.stdout
    # A command of several verbs takes them behind the verb.
    assert "{" in shown.stdout.splitlines()[0] or {"--config", "--data"} <= set(
        shown.stdout.replace(",", " ").split()
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("serve", "--port", "99999"), "server.port"),
        (("serve", "--config", "no-such.toml"), "no-such.toml"),
        (("serve", "--host", "0.0.0.0"), "plain http"),
        (("serve", "--host", "no.such.host.invalid"), "cannot listen"),
    ],
)
def test_a_wrong_setting_is_one_clear_line_and_exit_2(
    words: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    refused = run(*words, folder=tmp_path)
    assert refused.returncode == 2
    assert said in refused.stderr
    assert refused.stdout == ""
    assert len(refused.stderr.strip().splitlines()) == 1


def test_a_taken_port_is_one_clear_line_and_exit_2(tmp_path: Path) -> None:
    with listening() as port:
        refused = run("serve", "--port", str(port), folder=tmp_path)
    assert refused.returncode == 2
    assert f"Port {port}" in refused.stderr
    assert not (tmp_path / ".argo").exists()


def test_plain_http_off_loopback_is_allowed_behind_a_declared_proxy(tmp_path: Path) -> None:
    (tmp_path / "argo.toml").write_text(
        '[server]\nhost = "0.0.0.0"\npublic_url = "https://argo.example.org"\nworkerz = 1\n'
    )
    # The host passes; what is wrong here is another setting, and it is named.
    refused = run("serve", folder=tmp_path)
    assert refused.returncode == 2
    assert "workerz" in refused.stderr


def test_a_model_file_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "argo.toml").write_text(
        '[[models]]\nid = "m"\n[[models.replicas]]\nfile = "not-there.gguf"\n'
        '[database]\nurl = "postgresql://nobody@localhost/none"\n'
    )
    refused = run("serve", "--port", "0", folder=tmp_path)
    assert refused.returncode == 2
    assert "not-there.gguf" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


def test_help_is_quick() -> None:
    shown = subprocess.run(
        [sys.executable, "-X", "importtime", "-P", "-c", "import argo.cli"],
        capture_output=True,
        text=True,
        check=True,
    )
    heavy = ("sqlalchemy", "fastapi", "pydantic", "aiohttp", "psycopg", "xllamacpp")
    assert not [name for name in heavy if f" {name}\n" in shown.stderr]
