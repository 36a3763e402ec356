"""As root the parts are somebody else, wherever their files lie; else they are the user."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from argo.embedded.identity import identity_for
from tests.embedded.families import IS_ROOT, PARENT, Family, family, user_of

as_root = pytest.mark.skipif(not IS_ROOT, reason="only root can become another user")
_CAP_DAC_READ_SEARCH, _CAP_SYS_ADMIN, _PR_CAPBSET_DROP = 2, 21, 24
_NOBODY = 65534


def _as_in_a_container() -> None:
    """Leave root what an ordinary container's root has; runs in the child before it starts."""
    libc = ctypes.CDLL(None)
    for capability in (_CAP_SYS_ADMIN, _CAP_DAC_READ_SEARCH):
        assert libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) == 0


def _works_as_somebody_else(run: Family, data: Path) -> None:
    with psycopg.connect(run.told["service"]) as service:
        assert service.execute("SELECT '[1,2]'::text").fetchone() == ("[1,2]",)
    users = {user_of(pid) for pid in run.members() - {run.process.pid}}
    assert 0 not in users
    assert (data / "postgres").stat().st_uid in users


@as_root
def test_parts_of_root_run_as_somebody_else_in_a_closed_folder(fresh: Path) -> None:
    assert fresh.parent.stat().st_mode & 0o077 == 0
    with family(fresh, "engine") as run:
        _works_as_somebody_else(run, fresh)
        assert _capabilities(run.told["pids"]["postgres"]) == 0
        assert _capabilities(run.told["pids"]["engine"]) == 0


@as_root
def test_the_root_of_an_ordinary_container_does_too(fresh: Path) -> None:
    with family(fresh, "engine", preexec_fn=_as_in_a_container) as run:
        _works_as_somebody_else(run, fresh)
        assert _capabilities(run.told["pids"]["engine"]) == 0


@as_root
def test_parts_run_as_the_owner_of_the_data_folder(fresh: Path) -> None:
    fresh.mkdir()
    os.chown(fresh, 1, 1)
    with family(fresh) as run:
        assert user_of(run.told["pids"]["postgres"]) == 1
    made = [path.stat().st_uid for path in fresh.iterdir()]
    assert set(made) == {1}


@as_root
def test_each_data_folder_gets_a_user_of_its_own(fresh: Path) -> None:
    one, two = (identity_for(fresh / name, fresh / name / "postgres") for name in ("a", "b"))
    assert one is not None
    assert one != two


@pytest.fixture
def ordinary_python() -> Iterator[Path]:
    """An environment that an ordinary user may enter, with what this one has installed."""
    system = Path("/usr/bin/python3")
    wanted = f"{sys.version_info.major}.{sys.version_info.minor}"
    probe = [str(system), "-c", "import sys, venv; print('%d.%d' % sys.version_info[:2])"]
    found = subprocess.run(probe, capture_output=True, text=True, check=False).stdout.strip()
    if found != wanted:
        pytest.skip(f"/usr/bin/python3 is not {wanted}, and root's own cannot be entered")
    with tempfile.TemporaryDirectory(prefix="argo-python-") as folder:
        os.chmod(folder, 0o755)
        subprocess.run([str(system), "-m", "venv", "--without-pip", folder], check=True)
        packages = next(Path(folder).glob("lib/python*/site-packages"))
        paths = [path for path in sys.path if path and Path(path).is_dir()]
        own = [path for path in paths if "site-packages" in path or path.endswith("/src")]
        (packages / "these.pth").write_text("\n".join(own) + "\n")
        yield Path(folder) / "bin" / "python"


@as_root
def test_an_ordinary_user_runs_everything_alone(ordinary_python: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="argo test ") as home:
        os.chown(home, _NOBODY, _NOBODY)
        data = Path(home) / "data"
        somebody = {"user": _NOBODY, "group": _NOBODY, "extra_groups": [], "cwd": "/"}
        with family(data, "engine", python=str(ordinary_python), **somebody) as run:
            assert {user_of(pid) for pid in run.members()} == {_NOBODY}
            with psycopg.connect(run.told["service"]) as service:
                assert service.execute("SELECT 1").fetchone() == (1,)


@as_root
def test_a_user_without_a_name_is_told_so(ordinary_python: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="argo test ") as home:
        os.chown(home, 12345, 12345)
        refused = subprocess.run(
            [str(ordinary_python), str(PARENT), f"{home}/data"],
            user=12345,
            group=12345,
            extra_groups=[],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert refused.returncode == 2
    assert "/etc/passwd" in refused.stderr


def _capabilities(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("CapEff")).split()[1], 16)
