"""Make a file of a paper, in a child process, and put the mark of origin on it."""

from __future__ import annotations

import asyncio
import re
import sys
from dataclasses import asdict

import orjson

from argo.export.errors import ExportBusy, ExportFailed, ExportTooLong
from argo.export.origin import Signing
from argo.export.types import MEDIA_TYPES, MOST_CHARACTERS, Exported, Format, Paper

_AT_ONCE = 2
_PATIENCE_SECONDS = 30.0
_CHILD_SECONDS = 40.0
_NAME = re.compile(r"[^\w.-]+")
_NAME_CHARACTERS = 60


class Exports:
    """Makes files, a few at once; nothing of them is kept."""

    def __init__(self, signing: Signing) -> None:
        """Mark files with `signing`."""
        self._signing = signing
        self._places = asyncio.Semaphore(_AT_ONCE)

    @property
    def public_key(self) -> str:
        """The key that verifies the marks, in base64."""
        return self._signing.public

    async def made(self, paper: Paper, form: Format) -> Exported:
        """Return `paper` as a marked file.

        Raises `ExportTooLong`, `ExportBusy`, or `ExportFailed`.
        """
        if paper.characters > MOST_CHARACTERS:
            raise ExportTooLong
        await self._place()
        try:
            content = await _child(orjson.dumps({"format": form, "paper": asdict(paper)}))
        finally:
            self._places.release()
        # Hashing and signing some megabytes: beside the loop.
        file = await asyncio.to_thread(self._signing.marked, content, paper, form)
        return Exported(file, MEDIA_TYPES[form], _file_name(paper.title, form))

    async def _place(self) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._places.acquire()
        except TimeoutError:
            raise ExportBusy(retry_after=5) from None


async def _child(asked: bytes) -> bytes:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-m",
        "argo.export.child",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        # What it complains of may quote the text: it goes nowhere.
        stderr=asyncio.subprocess.DEVNULL,
        env={},
    )
    try:
        async with asyncio.timeout(_CHILD_SECONDS):
            content, _ = await child.communicate(asked)
    except TimeoutError:
        raise ExportFailed from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0 or not content:
        raise ExportFailed
    return content


def _file_name(title: str, form: Format) -> str:
    name = _NAME.sub("-", title).strip("-.")[:_NAME_CHARACTERS].strip("-.")
    return f"{name or 'argo'}.{form}"
