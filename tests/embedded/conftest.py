"""One engine for all tests that ask it something: loading the model takes a second."""

from __future__ import annotations

import shutil
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


@pytest.fixture
def data() -> Iterator[Path]:
    """A place for a data folder, in a closed folder whose path has a space."""
    closed = Path(tempfile.mkdtemp(prefix="argo test "))
    yield closed / "my data"
    shutil.rmtree(closed, ignore_errors=True)


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
