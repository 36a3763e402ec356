"""One web worker of `argo serve`: started by it, told by it, ended by it. Not a command.

It reads its orders as JSON from standard input, never from the command line, which others can
read; on standard output it speaks to its parent alone.
"""

from __future__ import annotations

import asyncio
import gc
import json
import resource
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import uvloop
from granian._granian import SocketHolder
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.embed import Server

from argo import app, commanding
from argo.cli.serve import LINK
from argo.embedded import launch
from argo.embedded.part import READY
from argo.embedded.types import Addresses, addresses_of
from argo.errors import ArgoError
from argo.settings import Settings, load

_BACKLOG = 4096
# How many people at once a worker lets in is the application's to say, not the server's.
_MOST_CONNECTIONS = 65_536
_HEADER_MILLISECONDS = 10_000
_CLOSE_SECONDS = 5.0


class KnownWarning:
    """Lets every line of granian's through but the one that says it is embedded."""

    def filter(self, record: Any) -> bool:
        """Return whether the line shall be written."""
        return "experimental" not in record.getMessage()


# Granian writes to standard output by default; and its word of warning that it is embedded is
# no news to an operator.
_LOGGING = {
    "filters": {"known": {"()": KnownWarning}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "generic",
            "stream": "ext://sys.stderr",
            "filters": ["known"],
        }
    },
    "loggers": {"_granian": {"handlers": ["console"], "level": "WARNING", "propagate": False}},
}


@dataclass(frozen=True)
class Orders:
    """What the parent tells a worker: where the settings are, where the parts answer."""

    parent: int
    config: Path | None
    data: Path | None
    overrides: Mapping[str, Any]
    addresses: Addresses
    host: str
    port: int | None
    """None: no pages, background jobs only."""
    runs_jobs: bool
    """Whether it does background jobs, or leaves them to `argo serve --role jobs`."""
    listening: int | None
    """The descriptor of the socket that all workers take their connections from."""
    makes_link: bool
    """Whether it shall make the first sign-in link, when there is no user yet."""

    @property
    def settings(self) -> Settings:
        """The settings as they are now; raises `ArgoError` when they are wrong."""
        return load(self.config, self.data, self.overrides)


def main() -> None:
    """Serve until the parent says to end, or dies."""
    told = json.load(sys.stdin)
    orders = Orders(
        **{
            **told,
            "config": told["config"] and Path(told["config"]),
            "data": told["data"] and Path(told["data"]),
            "addresses": addresses_of(told["addresses"]),
        }
    )
    launch.bind(orders.parent, signal.SIGKILL, None, None)
    _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))
    try:
        uvloop.run(_work(orders))
    except ArgoError as error:
        print(error.text("en"), flush=True)
        sys.exit(2)


async def _work(orders: Orders) -> None:
    stopping = _Stopping()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stopping.begin)
    loop.add_signal_handler(signal.SIGUSR2, partial(stopping.begin, with_farewell=True))
    settings = orders.settings
    argo = app.build(settings, orders.addresses, runs_jobs=orders.runs_jobs)
    await argo.open()
    _settle_memory()
    try:
        reloading = _Reloading(orders, argo)
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, reloading.begin)
        if orders.makes_link:
            await _tell_link(settings, orders.addresses)
        if orders.listening is None:
            _say(READY)
            await stopping.asked.wait()
        else:
            await _serve(argo, orders.listening, stopping, settings.server.drain_seconds)
    finally:
        async with asyncio.timeout(_CLOSE_SECONDS):
            await argo.close()


class _Stopping:
    """Whether this worker was asked to stop, and how: at once, or with a farewell."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.with_farewell = False

    def begin(self, *, with_farewell: bool = False) -> None:
        self.with_farewell = with_farewell
        self.asked.set()


def _settle_memory() -> None:
    """Keep the collector away from what lives as long as the worker: it is half a million objects.

    A look at all of them holds every stream for a tenth of a second; what a question leaves
    behind is freed without the collector but for the cycles of exceptions and tasks.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


class _Server(Server):
    """Takes connections from a socket that was opened before, and is shared."""

    def __init__(self, *args: Any, listening: int, **options: Any) -> None:
        super().__init__(*args, **options)
        self._listening = listening

    def _init_shared_socket(self) -> None:
        # Its stub does not say what it takes: descriptor, whether a Unix socket, backlog.
        self._shd: Any = SocketHolder(self._listening, False, _BACKLOG)  # type: ignore[call-arg]


async def _serve(argo: app.Argo, listening: int, stopping: _Stopping, drain_seconds: float) -> None:
    server = _Server(
        argo.asgi,
        interface=Interfaces.ASGINL,
        websockets=False,
        backpressure=_MOST_CONNECTIONS,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADER_MILLISECONDS),
        log_level=LogLevels.warning,
        log_dictconfig=_LOGGING,
        listening=listening,
    )
    serving = asyncio.create_task(server.serve())
    while not (server.wrks or serving.done()):
        await asyncio.sleep(0)
    _say(READY)
    stop_asked = asyncio.create_task(stopping.asked.wait())
    await asyncio.wait((serving, stop_asked), return_when=asyncio.FIRST_COMPLETED)
    stop_asked.cancel()
    # With a farewell, half of the time for what began before. Then nobody new comes in, and
    # answers under way have the rest to end, whether somebody looks on or not.
    began = asyncio.get_running_loop().time()
    if stopping.with_farewell and not serving.done():
        await argo.asgi.begin(drain_seconds / 2)
    left = max(0.0, began + drain_seconds - asyncio.get_running_loop().time())
    server.stop()  # type: ignore[no-untyped-call]
    ending = asyncio.create_task(argo.idle())
    await asyncio.wait((serving, ending), timeout=left, return_when=asyncio.ALL_COMPLETED)
    ending.cancel()
    if serving.done():
        serving.result()


class _Reloading:
    """Takes new settings while the worker serves, one change at a time."""

    def __init__(self, orders: Orders, argo: app.Argo) -> None:
        self._orders, self._argo = orders, argo
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        before = self._task
        self._task = asyncio.create_task(self._reload(before))

    async def _reload(self, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait((before,))
        try:
            settings = await asyncio.to_thread(lambda: self._orders.settings)
            await self._argo.reload(settings)
        except ArgoError as error:
            print(f"argo: {error.text('en')} The settings stay as they were.", file=sys.stderr)


async def _tell_link(settings: Settings, addresses: Addresses) -> None:
    token = await commanding.first_link(settings, addresses)
    if token is not None:
        _say(LINK + token)


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
