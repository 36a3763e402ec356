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
from argo.completions.channel import Message
from argo.completions.line import Answer, Call
from argo.completions.link import Answers, Link, streamed
from argo.errors import ArgoError
from argo.storage.database import Connection, Database

BEAT_SECONDS = 1.0
_HURRY_SECONDS = 0.2

Beat = Callable[[Connection], Awaitable[None]]


class Worker:
    """One process that serves; `answers` and `beats` are given before `open`."""

    def __init__(self, database: Database, link: Link, clock: Clock, *, link_host: str) -> None:
        """Be one of the workers on `database`, listening for the others on `link_host`."""
        self.id: UUID = clock.new_id()
        self.address = ""
        """Where the others reach this worker, "host:port"; empty before `open`."""
        self.link = link
        self._database, self._link_host, self._clock = database, link_host, clock
        self._answers: dict[str, Answer] = {}
        self._answering: set[asyncio.Task[None]] = set()
        self._beats: list[tuple[Beat, int]] = []
        self._hurry = asyncio.Event()
        self._beating: asyncio.Task[None] | None = None

    def answers(self, verb: str, answers: Answers) -> None:
        """Have calls of other workers with this `verb` answered by `answers`."""
        self._answers[verb] = streamed(answers, self._answering)

    def takes(self, verb: str, answer: Answer) -> None:
        """Have calls with this `verb` go to `answer`, without a task of their own."""
        self._answers[verb] = answer

    def hurry(self) -> None:
        """Beat again at once: somebody waits for what the next beat will tell."""
        self._hurry.set()

    def at_each_beat(self, beat: Beat, *, every: int = 1) -> None:
        """Run `beat` in a house context after each heartbeat, or after each `every`th."""
        self._beats.append((beat, every))

    async def open(self) -> None:
        """Listen, and let the heart beat."""
        self.address = await self.link.open(self._link_host, self._answer)
        self._beating = asyncio.create_task(self._beat_always())

    async def others(self) -> list[str]:
        """Return the addresses of the other workers that live; raises `DatabaseAway`."""
        async with self._database.house() as house:
            return await store.others(house, self.id)

    async def close(self) -> None:
        """Take leave of the others."""
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.gather(self._beating, return_exceptions=True)
        for task in tuple(self._answering):
            task.cancel()
        await self.link.close()
        with contextlib.suppress(ArgoError):
            async with self._database.house() as house:
                await store.worker_left(house, self.id)

    def _answer(self, call: Call, message: Message) -> None:
        verb = message["call"]["verb"] if "call" in message else message.get("verb")
        answer = self._answers.get(str(verb))
        if answer is None:
            call.hang_up()
        else:
            answer(call, message)

    async def _beat_always(self) -> None:
        for number in itertools.count():
            await self._beat(number)
            due = self._clock.monotonic() + BEAT_SECONDS
            while await self._hurried(due):
                await self._beat(None)

    async def _beat(self, number: int | None) -> None:
        """Beat once; None is one between two beats, for what belongs to each."""
        with contextlib.suppress(ArgoError):
            async with self._database.house() as house:
                await store.worker_seen(house, self.id, self.address)
            for beat, every in self._beats:
                if every == 1 if number is None else number % every == 0:
                    async with self._database.house() as house:
                        await beat(house)

    async def _hurried(self, due: float) -> bool:
        """Wait until `due`, or until somebody hurries; returns which."""
        await asyncio.sleep(_HURRY_SECONDS)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, due - self._clock.monotonic())):
                await self._hurry.wait()
        hurried = self._hurry.is_set()
        self._hurry.clear()
        return hurried
