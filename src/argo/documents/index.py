"""The words of passages, stemmed and hashed in a child of their own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import orjson

from argo.documents.errors import ReadingFailed
from argo.storage.sealing import OwnerKey

_LONGEST_LINE = 64 * 1024 * 1024


class Index:
    """One child at work; made by `indexing`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        """Speak with `process`."""
        self._process = process

    async def vectors(self, texts: Sequence[str]) -> list[str]:
        """Return each text as the literal of a `tsvector`; raises `ReadingFailed`."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(orjson.dumps(list(texts)) + b"\n")
            await stdin.drain()
            line = await stdout.readline()
        except (ConnectionError, ValueError) as error:
            raise ReadingFailed from error
        if not line:
            raise ReadingFailed
        vectors: list[str] = orjson.loads(line)
        return vectors


@asynccontextmanager
async def indexing(key: OwnerKey) -> AsyncIterator[Index]:
    """Start a child that hashes with the owner's `key`; it ends with the block."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "argo.documents.index_child"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        limit=_LONGEST_LINE,
    )
    assert process.stdin is not None
    try:
        orders = {"parent": os.getpid(), "key": key.lexeme_key.hex()}
        process.stdin.write(orjson.dumps(orders) + b"\n")
        yield Index(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
