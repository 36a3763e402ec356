"""One engine for all tests that ask it something: loading the model takes a second."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from argo.clock import Clock
from argo.embedded.engine import Engine
from argo.embedded.folder import DataFolder
from argo.embedded.identity import identity_for
from argo.embedded.types import LocalModel
from tests.embedded.families import family


@pytest.fixture
def fresh() -> Iterator[Path]:
    """A place for a data folder, in a closed folder whose path has a space."""
    closed = Path(tempfile.mkdtemp(prefix="argo test "))
    yield closed / "my data"
    shutil.rmtree(closed, ignore_errors=True)


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose database was made once for the whole run."""
    path = tmp_path_factory.mktemp("made") / "data"
    with family(path):
        pass
    return path


@pytest.fixture
def data(fresh: Path, _made: Path) -> Path:
    """A data folder as `fresh` is, with a database that was started and stopped before."""
    # `cp`: the database's files keep their owner.
    subprocess.run(["cp", "-a", str(_made), str(fresh)], check=True)
    return fresh


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def engine(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Engine]:
    """The embedded engine with the bundled model, two thousand tokens for each of four."""
    folder = DataFolder(tmp_path_factory.mktemp("engine") / "data")
    identity = identity_for(folder.path, folder.database)
    engine = Engine(LocalModel("small", None, 2048, 4), 0, folder, identity, print, Clock())
    engine.part.start()
    await engine.part.answers()
    yield engine
    await engine.stop()
