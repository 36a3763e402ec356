"""The parent's side of reading: one nursery, at most so many children, first come first served."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from typing import Any

import orjson

from argo.extraction.errors import SandboxUnfit
from argo.extraction.types import ExtractionSettings, Layers

_BARE = {
    "PATH": "/usr/bin:/bin",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    # Where tesseract looks within the root folder that children for scans see.
    "TESSDATA_PREFIX": "/tessdata",
    "KREUZBERG_CACHE_DIR": "/",
    # One document has one core's share: the readers' pools would take every core, and their
    # stacks the child's memory.
    "TOKIO_WORKER_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
    "OMP_THREAD_LIMIT": "1",
    "MALLOC_ARENA_MAX": "2",
}
_START_SECONDS = 60.0
_LONGEST_WORD = 65_536


class Child:
    """One document's child: a socket to it, and how it ended once it has."""

    def __init__(self, channel: socket.socket) -> None:
        self.channel = channel
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()


class Children:
    """Starts children and ends them; a dead nursery is replaced at the next document."""

    def __init__(self, settings: ExtractionSettings) -> None:
        self._settings = settings
        self._places = asyncio.Semaphore(settings.processes)
        self._starting = asyncio.Lock()
        self._nursery: asyncio.subprocess.Process | None = None
        self._control: socket.socket | None = None
        self._running: dict[int, Child] = {}
        self._last = 0
        self.waiting = 0
        self.layers: Layers | None = None

    @property
    def running(self) -> int:
        """How many children live."""
        return len(self._running)

    @property
    def ocr(self) -> bool:
        """Whether a child may be asked to read scans."""
        return self.layers is not None and self.layers.ocr

    async def open(self) -> None:
        """Start the nursery. Raises `SandboxUnfit`."""
        async with self._starting:
            if self._control is None:
                await self._start()

    async def close(self) -> None:
        """End every child and the nursery."""
        nursery = self._nursery
        self._forget()
        if nursery is not None:
            with suppress(ProcessLookupError):
                nursery.kill()
            await nursery.wait()

    @asynccontextmanager
    async def child(self, *, ocr: bool = False) -> AsyncIterator[Child]:
        """Lend a child, after waiting for a place; it is ended on leaving. Raises `SandboxUnfit`.

        The place is free again when the child is really gone. With `ocr` the child may read the
        letters of tesseract.
        """
        self.waiting += 1
        try:
            await self._places.acquire()
        finally:
            self.waiting -= 1
        number = self._last = self._last + 1
        try:
            await self.open()
            child = self._ask_for(number, ocr=ocr)
        except BaseException:
            self._places.release()
            raise
        try:
            yield child
        finally:
            child.channel.close()
            if not child.ended.done():
                self._tell({"end": number})

    def _ask_for(self, number: int, *, ocr: bool) -> Child:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        child = Child(ours)
        assert self._control is not None
        try:
            socket.send_fds(
                self._control, [orjson.dumps({"start": number, "ocr": ocr})], [theirs.fileno()]
            )
        except OSError as error:
            ours.close()
            self._forget()
            raise SandboxUnfit(fault="the nursery is gone") from error
        finally:
            theirs.close()
        self._running[number] = child
        return child

    async def _start(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        with theirs:
            self._nursery = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-m", "argo.extraction.sandbox.nursery"),
                stdin=theirs.fileno(),
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                env=_BARE,
                cwd="/",
                start_new_session=True,
            )
        loop = asyncio.get_running_loop()
        try:
            ours.send(orjson.dumps(asdict(self._settings)))
            async with asyncio.timeout(_START_SECONDS):
                word = await loop.sock_recv(ours, _LONGEST_WORD)
        except (TimeoutError, OSError):
            word = b""
        told: dict[str, Any] = orjson.loads(word) if word else {"unfit": "it did not start"}
        if "layers" not in told:
            ours.close()
            with suppress(ProcessLookupError):
                self._nursery.kill()
            await self._nursery.wait()
            raise SandboxUnfit(fault=str(told.get("unfit")))
        held = told["layers"]
        self.layers = Layers(**{**held, "namespaces": tuple(held["namespaces"])})
        self._control = ours
        loop.add_reader(ours, self._hear)

    def _hear(self) -> None:
        assert self._control is not None
        try:
            word = self._control.recv(_LONGEST_WORD)
        except BlockingIOError:
            return
        except OSError:
            word = b""
        if not word:
            self._forget()
            return
        told = orjson.loads(word)
        self._gone(told["ended"], told["status"])

    def _gone(self, number: int, status: int) -> None:
        child = self._running.pop(number, None)
        if child is not None:
            self._places.release()
            if not child.ended.done():
                child.ended.set_result(status)

    def _tell(self, order: object) -> None:
        if self._control is not None:
            with suppress(OSError):
                self._control.send(orjson.dumps(order))

    def _forget(self) -> None:
        """Let go of a nursery that is gone or shall go; its children end with it."""
        control, self._control = self._control, None
        if control is not None:
            with suppress(ValueError, RuntimeError):
                asyncio.get_running_loop().remove_reader(control)
            control.close()
        if self._nursery is not None and self._nursery.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self._nursery.pid, signal.SIGKILL)
        for number in list(self._running):
            self._gone(number, -signal.SIGKILL)
