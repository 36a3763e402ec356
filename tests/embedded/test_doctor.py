"""`argo doctor` says one line a check, and by its exit status whether all hold."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.embedded.families import ARGO


def examined(data: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the doctor on `data`, with the settings of `folder`."""
    command = [*ARGO, "doctor", "--data", str(data)]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


def test_all_is_well_on_embedded_parts(data: Path, tmp_path: Path) -> None:
    found = examined(data, tmp_path)
    assert found.returncode == 0, found.stdout + found.stderr
    lines = found.stdout.splitlines()
    assert len(lines) >= 5
    assert all(line.startswith("ok ") for line in lines)
    assert "owns nothing and bypasses nothing" in found.stdout
    assert "documents: read in a child behind limits, seccomp" in found.stdout


def test_an_engine_that_is_away_is_named(data: Path, tmp_path: Path) -> None:
    (tmp_path / "argo.toml").write_text(
        '[[models]]\nid = "m"\n[[models.replicas]]\nurl = "http://127.0.0.1:9/v1"\n'
    )
    found = examined(data, tmp_path)
    assert found.returncode == 1
    assert "WRONG engine: m at http://127.0.0.1:9/v1 does not answer" in found.stdout


def test_unfit_secrets_are_named_and_not_shown(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "root.key").write_text("c2hvcnQ=")
    (tmp_path / "argo.toml").write_text(f'[secrets]\ndirectory = "{folder}"\n')
    found = examined(data, tmp_path)
    assert found.returncode == 1
    assert "WRONG secrets and key store: The secret root.key is too short" in found.stdout
    assert "c2hvcnQ" not in found.stdout
