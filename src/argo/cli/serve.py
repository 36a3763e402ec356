"""`argo serve`: the parent of everything that runs; it answers no question itself.

It starts PostgreSQL, the engines and the workers in this order, starts again what ends, passes
SIGHUP on, replaces the workers one by one on SIGUSR2, and stops all in reverse. Workers get
addresses, and share the socket that listens.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from argo.cli.place import Place, answers, listening_place
from argo.clock import Clock
from argo.embedded.attach import Served, serving
from argo.embedded.embeddings import Embedder
from argo.embedded.engine import Engine
from argo.embedded.part import Part, PartEnded
from argo.embedded.postgres import Postgres
from argo.embedded.spawn import spawn_alike
from argo.embedded.types import (
    Addresses,
    BundledModel,
    EmbeddedSettings,
    EmbeddingsAddress,
    EngineAddress,
    LocalModel,
)
from argo.errors import ArgoError
from argo.settings import Settings, load

EXAMPLE = "example: argo serve --data ./.argo --port 8080"
LINK = "argo: link "
"""Begins the line by which a worker hands over the token of the first sign-in link."""

_MOST_WORKERS = 4
_CLOSE_SECONDS = 10.0
_INTERRUPTED, _MISTAKE = 130, 2


class SettingRefused(ArgoError):
    """A worker found a setting wrong and said why."""

    code = "setting_refused"
    kind = "invalid"
    english = "{reason}"
    french = "{reason}"


class ServiceFailed(ArgoError):
    """A worker or the migrations failed while the service started."""

    code = "service_failed"
    kind = "unavailable"
    english = "The service did not start: {fault}."
    french = "Le service n'a pas démarré : {fault}."


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `argo serve` to the command line."""
    serve = subparsers.add_parser(
        "serve",
        help="run the service",
        description="Run the service until Ctrl-C, with everything it needs in the data folder.",
        epilog=EXAMPLE,
    )
    serve.add_argument("--host", help="address to listen on (127.0.0.1)")
    serve.add_argument("--port", type=int, help="port (8000; 0: any free one)")
    serve.add_argument(
        "--workers", type=int, metavar="N", help="web workers (one a core, 4 at most)"
    )
    serve.add_argument("--role", choices=("all", "web", "jobs"), help="pages, jobs, or both (all)")
    serve.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until a signal; 0 after SIGTERM, 130 after Ctrl-C. Raises `ArgoError`."""
    overrides = {"server": {"host": args.host, "port": args.port, "workers": args.workers}}
    settings = load(args.config, args.data, overrides)
    source = _Source(args.config, args.data, overrides)
    return asyncio.run(_run(settings, source, args.role))


async def _run(settings: Settings, source: _Source, role: str | None) -> int:
    if role == "jobs":
        return await Service(settings, None, source).run()
    async with listening_place(settings.server) as place:
        return await Service(settings, place, source, runs_jobs=role != "web").run()


@dataclass(frozen=True)
class _Source:
    """Where the settings came from, so that they can be read again."""

    config: Path | None
    data: Path | None
    overrides: Mapping[str, Any]

    def settings(self) -> Settings:
        return load(self.config, self.data, self.overrides)

    def orders(self) -> dict[str, Any]:
        return {
            "config": self.config and str(self.config.absolute()),
            "data": self.data and str(self.data.absolute()),
            "overrides": self.overrides,
        }


class Service:
    """Everything that runs, in order."""

    def __init__(
        self, settings: Settings, place: Place | None, source: _Source, *, runs_jobs: bool = True
    ) -> None:
        """Prepare to serve at `place` (None: background jobs without pages)."""
        self._settings, self._place, self._source = settings, place, source
        self._runs_jobs = runs_jobs
        self._clock = Clock()
        self._parts: list[Part] = []
        self._workers: list[Part] = []
        self._token: str | None = None
        self._asked_to_stop = asyncio.Event()
        self._announced = False
        self._exit_code = 0
        self._addresses = Addresses()
        self._renewing: asyncio.Task[None] | None = None
        # Started with nohup, it is meant to outlive its terminal.
        told_to_stay = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
        self._ends_with_terminal = _has_terminal() and not told_to_stay

    async def run(self) -> int:
        """Serve until asked to stop and return the exit code; raises `ArgoError`."""
        serving_task = asyncio.create_task(self._serve())
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._end, number, serving_task)
        loop.add_signal_handler(signal.SIGHUP, self._reload, serving_task)
        loop.add_signal_handler(signal.SIGUSR2, self._renew)
        with contextlib.suppress(asyncio.CancelledError):
            await serving_task
        return self._exit_code

    async def _serve(self) -> None:
        async with AsyncExitStack() as stack:
            addresses = await self._start_parts(stack)
            await self._start_workers(stack, addresses)
            if self._place is not None:
                await answers(self._place)
            self._announce()
            await self._asked_to_stop.wait()
            if self._place is not None:
                self._place.close()

    async def _start_parts(self, stack: AsyncExitStack) -> Addresses:
        """Start what the settings do not name elsewhere; without any, no data folder is held."""
        models = _local_models(self._settings)
        embeds = self._settings.embeddings is None
        if self._settings.database.url is not None and not models and not embeds:
            return Addresses()
        url = None if self._place is None else self._place.url
        served = await stack.enter_async_context(serving(self._settings.data, url))
        database = None
        if self._settings.database.url is None:
            database = await self._start_database(stack, served)
        engines = [self._start_engine(stack, served, model) for model in models]
        embeddings = self._start_embedder(stack, served) if embeds else None
        return Addresses(database=database, engines=tuple(engines), embeddings=embeddings)

    async def _start_database(self, stack: AsyncExitStack, served: Served) -> str:
        postgres = Postgres(served.folder, served.sockets, served.identity, _say, self._clock)
        stack.push_async_callback(postgres.stop)
        self._parts.append(postgres.part)
        address = await postgres.start()
        await asyncio.to_thread(_migrate, address.owner)
        return address.service

    def _start_engine(
        self, stack: AsyncExitStack, served: Served, model: LocalModel
    ) -> EngineAddress:
        threads = self._settings.embedded.threads
        engine = Engine(model, threads, served.folder, served.identity, _say, self._clock)
        stack.push_async_callback(engine.stop)
        self._parts.append(engine.part)
        # Pages answer while it loads its model: nobody waits for it here.
        engine.part.start()
        return engine.address

    def _start_embedder(self, stack: AsyncExitStack, served: Served) -> EmbeddingsAddress:
        threads = self._settings.embedded.threads
        embedder = Embedder(threads, served.folder, served.identity, _say, self._clock)
        stack.push_async_callback(embedder.stop)
        self._parts.append(embedder.part)
        embedder.part.start()
        return embedder.address

    async def _start_workers(self, stack: AsyncExitStack, addresses: Addresses) -> None:
        count = self._settings.server.workers or min(_MOST_WORKERS, len(os.sched_getaffinity(0)))
        self._addresses = addresses
        for number in range(1 if self._place is None else count):
            # One of them makes the first sign-in link; once it is made, a restart is no matter.
            self._new_worker(number, makes_link=number == 0).start()
        stack.push_async_callback(self._stop_workers)
        try:
            await asyncio.gather(*(worker.answers() for worker in self._workers))
        except PartEnded as error:
            if error.code == _MISTAKE:
                raise SettingRefused(reason=error.last_line) from error
            raise ServiceFailed(fault=f"a worker ended ({error})") from error

    def _new_worker(self, number: int, *, makes_link: bool) -> Part:
        orders = {**self._orders(self._addresses), "makes_link": makes_link}
        keep = () if self._place is None else (self._place.socket.fileno(),)
        worker = Part(
            f"Worker {number + 1}",
            partial(_spawn_worker, orders, keep),
            hear=self._hear,
            say=_say,
            clock=self._clock,
            goodbyes=((signal.SIGTERM, self._settings.server.drain_seconds + _CLOSE_SECONDS),),
        )
        self._workers.append(worker)
        self._parts.append(worker)
        return worker

    async def _stop_workers(self) -> None:
        if self._renewing is not None:
            self._renewing.cancel()
        await asyncio.gather(*(worker.stop() for worker in self._workers))

    def _renew(self) -> None:
        """Replace the workers, unless that is under way."""
        if self._announced and (self._renewing is None or self._renewing.done()):
            self._renewing = asyncio.create_task(self._renew_workers())

    async def _renew_workers(self) -> None:
        """Start a new worker, then let the old one finish what it has; one after the other."""
        for number, old in enumerate(tuple(self._workers)):
            new = self._new_worker(number, makes_link=False)
            new.start()
            try:
                await new.answers()
            except PartEnded as error:
                _say(f"The new worker did not start ({error}). The old ones go on.")
                await self._let_go(new)
                return
            # It says farewell first: nobody is to meet a connection that closes.
            seconds = self._settings.server.drain_seconds + _CLOSE_SECONDS
            await self._let_go(old, (signal.SIGUSR2, seconds))
        _say("All workers are new.")

    async def _let_go(self, worker: Part, *goodbyes: tuple[signal.Signals, float]) -> None:
        await worker.stop(goodbyes)
        self._workers.remove(worker)
        self._parts.remove(worker)

    def _orders(self, addresses: Addresses) -> dict[str, Any]:
        return {
            "parent": os.getpid(),
            **self._source.orders(),
            "addresses": asdict(addresses),
            "host": "" if self._place is None else self._place.address,
            "port": None if self._place is None else self._place.port,
            "runs_jobs": self._runs_jobs,
            "listening": None if self._place is None else self._place.socket.fileno(),
        }

    def _hear(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace")
        if text.startswith(LINK):
            self._token = text.removeprefix(LINK)
        elif self._announced:
            _say(text)

    def _announce(self) -> None:
        self._announced = True
        if self._place is None:
            print("ARGO ready: background jobs", flush=True)
            return
        print(f"ARGO ready: {self._place.url}", flush=True)
        if self._token is not None:
            print(f"Sign in: {self._place.url}/sign-in/{self._token}", flush=True)
            self._token = None

    def _end(self, number: signal.Signals, serving_task: asyncio.Task[None]) -> None:
        """The first signal stops in good order, the second at once."""
        if self._asked_to_stop.is_set():
            for part in self._parts:
                part.end_now()
            return
        self._exit_code = _INTERRUPTED if number == signal.SIGINT else 0
        self._asked_to_stop.set()
        if not self._announced:
            serving_task.cancel()

    def _reload(self, serving_task: asyncio.Task[None]) -> None:
        if self._ends_with_terminal and not _has_terminal():
            # The terminal was closed: a service started by hand in it ends with it.
            self._end(signal.SIGHUP, serving_task)
            return
        try:
            self._source.settings()
        except ArgoError as error:
            _say(f"{error.text('en')} The settings stay as they were.")
            return
        for worker in self._workers:
            worker.send(signal.SIGHUP)


async def _spawn_worker(
    orders: Mapping[str, Any], keep: tuple[int, ...]
) -> asyncio.subprocess.Process:
    return await spawn_alike("argo.cli.worker", orders, keep)


def _local_models(settings: Settings) -> tuple[LocalModel, ...]:
    """Return the models that llama.cpp shall run here: those with a file, or else the bundled."""
    embedded = settings.embedded
    if not settings.models:
        return (_only_model(embedded),)
    return tuple(
        LocalModel(
            model.id,
            replica.file,
            model.context_tokens,
            replica.capacity or embedded.answers_at_once,
        )
        for model in settings.models
        for replica in model.replicas
        if replica.file is not None
    )


def _only_model(embedded: EmbeddedSettings) -> LocalModel:
    file, tokens, at_once = embedded.model_file, embedded.context_tokens, embedded.answers_at_once
    if file is not None:
        return LocalModel(file.stem, file, tokens, at_once)
    bundled = BundledModel()
    return LocalModel(bundled.id, None, min(tokens, bundled.trained_context_tokens), at_once)


def _migrate(owner_url: str) -> None:
    # Imported here: Alembic is heavy, and only this needs it.
    from alembic.util.exc import CommandError
    from sqlalchemy.exc import SQLAlchemyError

    from argo import migrations

    try:
        migrations.upgrade(owner_url, service_role="argo_service")
    except (SQLAlchemyError, CommandError) as error:
        # The first line alone: those that follow can hold what stands in a row.
        line = str(error).partition("\n")[0]
        raise ServiceFailed(fault=f"the database was not migrated ({line})") from error


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _say(line: str) -> None:
    with contextlib.suppress(OSError):
        print(f"argo: {line}", file=sys.stderr, flush=True)
