"""The generations of this worker, and the way to those of the others.

One owner a generation: the worker that started it. Another worker that is asked for it relays
from the owner over the link. A worker's heart beats in the database; the generations of one
whose heart stopped are marked interrupted by whichever worker notices first.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from uuid import UUID

from argo.clock import Clock
from argo.completions import store
from argo.completions.answer_log import AnswerLog
from argo.completions.channel import Message
from argo.completions.completion import Admitted
from argo.completions.errors import AnswerUnknown, LinkBroken
from argo.completions.generation import Before, Generation, Sink
from argo.completions.link import Messages
from argo.completions.seam import Seam
from argo.completions.service import Completions
from argo.completions.types import EventNumbered, Question
from argo.completions.worker import BEAT_SECONDS, Worker
from argo.errors import ArgoError
from argo.storage.database import Connection, Database
from argo.storage.types import Owner

_KEPT_SECONDS = 60.0

Interrupted = Callable[[UUID, Owner], Awaitable[None]]


class Generations:
    """Starts, follows and stops generations, on whichever worker they run."""

    def __init__(
        self,
        completions: Completions,
        database: Database,
        worker: Worker,
        clock: Clock,
    ) -> None:
        """Write with `completions`; `open` before use."""
        self._completions, self._database = completions, database
        self._worker, self._clock = worker, clock
        self._interrupted: Interrupted | None = None
        self._running: dict[tuple[UUID, Owner], Generation] = {}
        self._kept: dict[tuple[UUID, Owner], AnswerLog] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._beaten_at = self._steady_since = -math.inf

    def open(self, interrupted: Interrupted) -> None:
        """Answer the other workers, and tell `interrupted` of answers a dead one left behind."""
        self._interrupted = interrupted
        self._worker.answers("follow", self._answer_follow)
        self._worker.answers("stop", self._answer_stop)
        self._worker.at_each_beat(self._reap)

    async def close(self) -> None:
        """Stop what still runs here, keeping what came."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def running(self) -> int:
        """How many answers this worker is writing."""
        return len(self._running)

    async def admit(self, question: Question) -> Admitted:
        """Take the quota for a question that `start` will ask; raises like `Completions.admit`."""
        return await self._completions.admit(question)

    async def give_back(self, admitted: Admitted) -> None:
        """Let go of a question that was admitted and will not be asked after all."""
        await self._completions.give_back(admitted)

    async def claim(self, person: Connection, answer_id: UUID, owner: Owner) -> None:
        """Note, in the transaction that stores the empty answer, that this worker writes it.

        From its commit on, the answer ends in an end state even if the worker dies at once.
        """
        await store.generation_started(person, answer_id, owner, self._worker.id)

    def start(
        self,
        answer_id: UUID,
        owner: Owner,
        admitted: Admitted,
        sink: Sink,
        *,
        before: Before | None = None,
        seam: Seam | None = None,
    ) -> None:
        """Have the server write the claimed answer from here on, whoever is looking.

        One that is continued goes on from what was `before`.
        """
        generation = Generation(sink, self._clock, before, seam)
        self._running[answer_id, owner] = generation
        task = asyncio.create_task(self._write(answer_id, owner, generation, admitted))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def follow(
        self, answer_id: UUID, owner: Owner, after: int
    ) -> AsyncGenerator[EventNumbered, None]:
        """Yield the answer's events with numbers above `after`, to its end, from any worker.

        Raises `AnswerUnknown` when nobody writes it any more: the stored answer is whole then.
        """
        log = self._log(answer_id, owner)
        if log is not None:
            async for event in log.follow(after):
                yield event
            return
        call = {"verb": "follow", "after": after}
        async with contextlib.aclosing(self._elsewhere(answer_id, owner, call)) as messages:
            async for message in messages:
                yield EventNumbered(message["number"], message["name"], message["data"])

    async def stop(self, answer_id: UUID, owner: Owner) -> bool:
        """Stop the answer wherever it is written; returns whether it was being written."""
        generation = self._running.get((answer_id, owner))
        if generation is not None:
            generation.stop()
            return True
        try:
            messages = self._elsewhere(answer_id, owner, {"verb": "stop"})
            async with contextlib.aclosing(messages) as answers:
                async for message in answers:
                    return bool(message["stopped"])
        except AnswerUnknown:
            pass
        return False

    def stop_of(self, people: Collection[UUID]) -> None:
        """Stop every answer that this worker writes for one of `people`."""
        for (_, owner), generation in list(self._running.items()):
            if owner.owner_id in people:
                generation.stop()

    async def stop_all(self, owner: Owner) -> int:
        """Stop every answer of `owner`, wherever it is written; returns how many there were."""
        async with self._database.person(owner) as person:
            answers = await store.written_for(person)
        for answer_id in answers:
            await self.stop(answer_id, owner)
        return len(answers)

    def _log(self, answer_id: UUID, owner: Owner) -> AnswerLog | None:
        generation = self._running.get((answer_id, owner))
        return generation.log if generation else self._kept.get((answer_id, owner))

    async def _write(
        self, answer_id: UUID, owner: Owner, generation: Generation, admitted: Admitted
    ) -> None:
        try:
            await generation.write(
                self._completions.ask(admitted.question, stream=True, admitted=admitted)
            )
        finally:
            self._running.pop((answer_id, owner), None)
            self._keep(answer_id, owner, generation.log)
            with contextlib.suppress(ArgoError):
                async with self._database.house() as house:
                    await store.generation_ended(house, answer_id)

    def _keep(self, answer_id: UUID, owner: Owner, log: AnswerLog) -> None:
        """Keep a finished log for readers who were cut off just before its end."""
        self._kept[answer_id, owner] = log
        loop = asyncio.get_running_loop()
        loop.call_later(_KEPT_SECONDS, self._forget, answer_id, owner, log)

    def _forget(self, answer_id: UUID, owner: Owner, log: AnswerLog) -> None:
        # An answer that was continued meanwhile has a newer log.
        if self._kept.get((answer_id, owner)) is log:
            del self._kept[answer_id, owner]

    async def _elsewhere(self, answer_id: UUID, owner: Owner, call: Message) -> Messages:
        """Ask the worker that writes the answer; waits for the reaper when that one is dead."""
        call = {
            **call,
            "answer_id": str(answer_id),
            "institution_id": str(owner.institution_id),
            "owner_id": str(owner.owner_id),
        }
        while True:
            async with self._database.person(owner) as person:
                address = await store.writer_of(person, answer_id)
            if address is None or address == self._worker.address:
                raise AnswerUnknown
            begun = False
            try:
                async with contextlib.aclosing(self._worker.link.call(address, call)) as messages:
                    async for message in messages:
                        if "unknown" in message:
                            raise AnswerUnknown
                        begun = True
                        yield message
                return
            except LinkBroken:
                if begun:
                    raise
                await asyncio.sleep(BEAT_SECONDS)

    async def _answer_stop(self, call: Message) -> Messages:
        generation = self._running.get(_named(call))
        if generation is not None:
            generation.stop()
        yield {"stopped": generation is not None}

    async def _answer_follow(self, call: Message) -> Messages:
        log = self._log(*_named(call))
        if log is None:
            yield {"unknown": True}
            return
        async for event in log.follow(call["after"]):
            yield {"number": event.number, "name": event.name, "data": dict(event.data)}

    async def _reap(self, house: Connection) -> None:
        """Mark what dead workers were writing as interrupted, then forget they wrote it.

        The lock lasts until both are done: a reaper that dies leaves the work to the next.
        After an outage of the database every heart looks still, so all may beat first.
        """
        now, since = self._clock.monotonic(), self._beaten_at
        self._beaten_at = now
        if now - since > store.DEAD_SECONDS / 2:
            self._steady_since = now
        if now - self._steady_since < store.DEAD_SECONDS or self._interrupted is None:
            return
        await store.dead_workers_forgotten(house)
        for orphan in await store.orphans(house):
            if (orphan.answer_id, orphan.owner) in self._running:
                continue
            await self._interrupted(orphan.answer_id, orphan.owner)
            await store.generation_ended(house, orphan.answer_id)


def _named(call: Message) -> tuple[UUID, Owner]:
    owner = Owner(UUID(call["institution_id"]), UUID(call["owner_id"]))
    return UUID(call["answer_id"]), owner
