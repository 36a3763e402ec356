"""Places on replicas: one queue a model, whichever worker a question came to.

Each model has one elected scheduler, the worker that holds its lease in the database; it keeps
the model's desk. A question on the same worker sits at the desk directly; one on another worker
holds a call over the link, and the call is the lease: when it breaks, the place is free. When a
scheduler dies, those who waited arrive at the next one with the time they first came, and those
who run say where.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from uuid import UUID

from argo.clock import Clock
from argo.completions import store
from argo.completions.desks import Desks, Granted
from argo.completions.errors import LinkBroken
from argo.completions.link import Message, Messages
from argo.completions.queue import Waiter
from argo.completions.types import Waiting
from argo.completions.worker import Worker
from argo.engines.service import Engines
from argo.storage.database import Connection

_RETRY_SECONDS = 0.1


class Place:
    """One question's place: first in the queue, then on a replica, until it is closed."""

    def __init__(self, told: AsyncGenerator[Waiting | Granted, None]) -> None:
        """Hold the place that `told` speaks of."""
        self.url = ""
        """The replica the question may go to, once `waiting` has ended."""
        self._news: asyncio.Queue[Waiting | Granted] = asyncio.Queue()
        self._holding = asyncio.create_task(self._hold(told))

    async def waiting(self) -> AsyncGenerator[Waiting, None]:
        """Yield the place as it changes; ends with the grant."""
        while not self.url:
            news = await self._news.get()
            if isinstance(news, Granted):
                self.url = news.url
            else:
                yield news

    async def close(self) -> None:
        """Give the place back, waiting or granted; a second time does nothing."""
        self._holding.cancel()
        await asyncio.gather(self._holding, return_exceptions=True)

    async def _hold(self, told: AsyncGenerator[Waiting | Granted, None]) -> None:
        async with contextlib.aclosing(told) as news:
            async for each in news:
                self._news.put_nowait(each)


class Places:
    """Gives every question its place, at a desk here or at another worker's."""

    def __init__(self, worker: Worker, engines: Engines, clock: Clock) -> None:
        """Take part in the scheduling of the models of `engines`."""
        self._worker, self._engines = worker, engines
        self._desks = Desks(engines, clock)
        self._schedulers: dict[str, str] = {}
        worker.answers("place", self._answer_place)
        worker.at_each_beat(self._elect)

    def open(self) -> None:
        """Start the desks."""
        self._desks.open()

    async def close(self) -> None:
        """Stop the desks; those who waited here arrive at another worker's."""
        await self._desks.close()

    def take(self, model_id: str, waiter: Waiter) -> Place:
        """Have `waiter` wait for the model; the place is held until it is closed."""
        return Place(self._told(model_id, waiter))

    async def _told(self, model_id: str, waiter: Waiter) -> AsyncGenerator[Waiting | Granted, None]:
        """Yield places, then one grant; then stay, and tell the next scheduler where it runs."""
        running_on: str | None = None
        while True:
            try:
                async with contextlib.aclosing(self._at_desk(model_id, waiter, running_on)) as told:
                    async for each in told:
                        if running_on is not None:
                            continue
                        if isinstance(each, Granted):
                            running_on = each.url
                        yield each
            except LinkBroken:
                await asyncio.sleep(_RETRY_SECONDS)

    async def _at_desk(
        self, model_id: str, waiter: Waiter, running_on: str | None
    ) -> AsyncGenerator[Waiting | Granted, None]:
        if self._desks.holds(model_id):
            sitting = self._desks.sit(model_id, waiter, running_on)
            async with contextlib.aclosing(sitting) as told:
                async for each in told:
                    yield each
            return
        address = self._schedulers.get(model_id)
        if address is None:
            raise LinkBroken
        call = {"verb": "place", "model": model_id, "running_on": running_on, **_written(waiter)}
        async with contextlib.aclosing(self._worker.link.call(address, call)) as messages:
            async for message in messages:
                yield _read(message)
        raise LinkBroken

    async def _answer_place(self, call: Message) -> Messages:
        model_id, waiter = call["model"], _waiter(call)
        if not self._desks.holds(model_id):
            return
        sitting = self._desks.sit(model_id, waiter, call["running_on"])
        async with contextlib.aclosing(sitting) as told:
            async for each in told:
                yield (
                    {"url": each.url}
                    if isinstance(each, Granted)
                    else {"position": each.position, "eta_seconds": each.eta_seconds}
                )

    async def _elect(self, house: Connection) -> None:
        """Renew this worker's leases, claim those that ran out, learn who holds the others."""
        models = [model.id for model in self._engines.models()]
        holders = await store.schedulers(house, models, self._worker.id, self._worker.address)
        self._schedulers = {holder.model_id: holder.address for holder in holders}
        for holder in holders:
            if holder.worker_id == self._worker.id:
                self._desks.take(holder.model_id)
            else:
                self._desks.drop(holder.model_id)


def _written(waiter: Waiter) -> Message:
    return {
        "id": str(waiter.id),
        "institution_id": str(waiter.institution_id),
        "person_id": str(waiter.person_id),
        "lane": waiter.lane,
        "arrived": waiter.arrived,
        "affinity": waiter.affinity.hex(),
        "avoiding": sorted(waiter.avoiding),
    }


def _waiter(call: Message) -> Waiter:
    return Waiter(
        id=UUID(call["id"]),
        institution_id=UUID(call["institution_id"]),
        person_id=UUID(call["person_id"]),
        lane=call["lane"],
        arrived=call["arrived"],
        affinity=bytes.fromhex(call["affinity"]),
        avoiding=frozenset(call["avoiding"]),
    )


def _read(message: Message) -> Waiting | Granted:
    if "url" in message:
        return Granted(message["url"])
    return Waiting(message["position"], message["eta_seconds"])
