"""This worker among the others: its name, its end of the link, its heart.

Its heart beats in the database every second; what must happen at each beat (claiming queues,
reaping the dead) is given to it by the parts that need it.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Awaitable, Callable
from uuid import UUID

from argo.clock import Clock
from argo.completions import store
from argo.completions.link import Answers, Link, Message, Messages
from argo.errors import ArgoError
from argo.storage.database import Connection, Database

BEAT_SECONDS = 1.0

Beat = Callable[[Connection], Awaitable[None]]


class Worker:
    """One process that serves; `answers` and `beats` are given before `open`."""

    def __init__(self, database: Database, link: Link, clock: Clock, *, link_host: str) -> None:
        """Be one of the workers on `database`, listening for the others on `link_host`."""
        self.id: UUID = clock.new_id()
        self.address = ""
        """Where the others reach this worker, "host:port"; empty before `open`."""
        self.link = link
        self._database, self._link_host = database, link_host
        self._answers: dict[str, Answers] = {}
        self._beats: list[tuple[Beat, int]] = []
        self._beating: asyncio.Task[None] | None = None

    def answers(self, verb: str, answers: Answers) -> None:
        """Have calls of other workers with this `verb` answered by `answers`."""
        self._answers[verb] = answers

    def at_each_beat(self, beat: Beat, *, every: int = 1) -> None:
        """Run `beat` in a house context after each heartbeat, or after each `every`th."""
        self._beats.append((beat, every))

    async def open(self) -> None:
        """Listen, and let the heart beat."""
        self.address = await self.link.open(self._link_host, self._answer)
        self._beating = asyncio.create_task(self._beat_always())

    async def close(self) -> None:
        """Take leave of the others."""
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.gather(self._beating, return_exceptions=True)
        await self.link.close()
        with contextlib.suppress(ArgoError):
            async with self._database.house() as house:
                await store.worker_left(house, self.id)

    async def _answer(self, call: Message) -> Messages:
        answers = self._answers.get(str(call.get("verb")))
        if answers is None:
            return
        async with contextlib.aclosing(answers(call)) as messages:
            async for message in messages:
                yield message

    async def _beat_always(self) -> None:
        for number in itertools.count():
            with contextlib.suppress(ArgoError):
                async with self._database.house() as house:
                    await store.worker_seen(house, self.id, self.address)
                for beat, every in self._beats:
                    if number % every == 0:
                        async with self._database.house() as house:
                            await beat(house)
            await asyncio.sleep(BEAT_SECONDS)
