"""Places on replicas: one queue a model, whichever worker a question came to.

Each model has one elected scheduler, the worker that holds its lease in the database; it keeps
the model's desk. A question on the same worker sits at the desk directly; one on another worker
holds a call over the link, and the call is the lease: when it breaks, the place is free. When a
scheduler dies, those who waited arrive at the next one with the time they first came, and those
who run say where; it grants nothing until they had time to.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from functools import partial
from uuid import UUID

from argo.accounts import institutions
from argo.clock import Clock
from argo.completions import store
from argo.completions.channel import Message
from argo.completions.desks import Desks, Gone, Granted, News, Refused
from argo.completions.errors import LinkBroken, WaitTooLong
from argo.completions.line import Call
from argo.completions.queue import Waiter
from argo.completions.types import QueueSettings, Waiting
from argo.completions.worker import Worker
from argo.engines.errors import ModelUnknown
from argo.engines.service import Engines
from argo.engines.types import Outcome
from argo.storage.database import Connection

_RETRY_SECONDS = 0.1
_SETTLE_SECONDS = 0.6
_LEFT = Outcome("left")


class Place:
    """One question's place: first in the queue, then on a replica, until it is closed."""

    def __init__(self, places: Places, model_id: str, waiter: Waiter) -> None:
        """Be the place of `waiter` among `places`."""
        self.url = ""
        """The replica the question may go to, once `waiting` has ended."""
        self.granted_at = 0.0
        self.model_id, self.waiter = model_id, waiter
        self.call: Call | None = None
        """The call that holds it at another worker's desk."""
        self.open = True
        self._places = places
        self._outcome = _LEFT
        self._told: Waiting | Refused | Gone | None = None
        self._changed = asyncio.Event()

    async def waiting(self) -> AsyncGenerator[Waiting, None]:
        """Yield the place as it changes; ends with the grant.

        Raises `WaitTooLong` when the question has no patience for its wait, and `ModelUnknown`
        when the model is taken from service meanwhile.
        """
        while not self.url:
            await self._changed.wait()
            self._changed.clear()
            told, self._told = self._told, None
            if self.url or told is None:
                continue
            if isinstance(told, Refused):
                raise self._places.refusal(self.model_id, told)
            if isinstance(told, Gone):
                raise ModelUnknown(param="model")
            yield told

    def hear(self, news: News) -> None:
        """Take what the desk tells; only the newest counts."""
        if isinstance(news, Granted):
            if not self.url:
                self.url, self.granted_at = news.url, self._places.now()
        elif news is None:
            self.call = None
            # It was let in: a change of scheduler is no reason to send it away.
            self.waiter = replace(self.waiter, patience_seconds=None)
            self._places.seat_again(self)
            return
        elif not isinstance(self._told, Refused | Gone):
            self._told = news
        self._changed.set()

    def ended(self, outcome: Outcome) -> None:
        """Say how it went, before the place is closed."""
        self._outcome = outcome

    async def close(self) -> None:
        """Give the place back, waiting or granted; a second time does nothing."""
        if self.open:
            self.open = False
            self._places.leave(self, self._outcome)


class Places:
    """Gives every question its place, at a desk here or at another worker's."""

    def __init__(
        self, worker: Worker, engines: Engines, clock: Clock, settings: QueueSettings
    ) -> None:
        """Take part in the scheduling of the models of `engines`."""
        self._worker, self._engines, self._clock = worker, engines, clock
        self._settings = settings
        self.desks = Desks(engines, clock)
        self._schedulers: dict[str, str] = {}
        self._homeless: dict[UUID, Place] = {}
        self._stir = asyncio.Event()
        self._seating: asyncio.Task[None] | None = None
        self._leaving = False
        worker.takes("place", self._take_call)
        worker.at_each_beat(self._elect)
        worker.at_each_beat(self._learn_shares, every=10)

    def open(self) -> None:
        """Start the desks."""
        self.desks.open()
        self._seating = asyncio.create_task(self._seat_always())

    async def close(self) -> None:
        """Stop the desks; those who waited here arrive at another worker's."""
        self._leaving = True
        await self.desks.close()
        if self._seating is not None:
            self._seating.cancel()
            await asyncio.gather(self._seating, return_exceptions=True)

    def replace(self, settings: QueueSettings) -> None:
        """Take other settings from the next question on."""
        self._settings = settings

    @property
    def patience_seconds(self) -> float:
        """How long a whole answer may have to wait for its turn."""
        return self._settings.whole_answer_wait_seconds

    def now(self) -> float:
        """Return the time that places are measured by."""
        return self._clock.monotonic()

    def take(self, model_id: str, waiter: Waiter) -> Place:
        """Have `waiter` wait for the model; the place is held until it is closed."""
        place = Place(self, model_id, waiter)
        self._seat(place)
        return place

    def leave(self, place: Place, outcome: Outcome) -> None:
        """Give a place back."""
        self._homeless.pop(place.waiter.id, None)
        if place.call is not None:
            if outcome.how != "left":
                place.call.say(vars(outcome))
            place.call.hang_up()
        else:
            self.desks.leave(place.model_id, place.waiter.id, outcome)

    def seat_again(self, place: Place) -> None:
        """Find a place's next scheduler: the one before is gone."""
        if place.open and not self._leaving:
            self._homeless[place.waiter.id] = place
            self._stir.set()

    def refusal(self, model_id: str, refused: Refused) -> WaitTooLong:
        """Return what to tell somebody who has no patience for the wait."""
        seconds = max(1, round(refused.seconds))
        model = self._engines.model(model_id)
        return WaitTooLong(retry_after=min(seconds, 600), model=model.name, seconds=seconds)

    # -- finding a desk -------------------------------------------------------------------------

    def _seat(self, place: Place) -> None:
        """Seat a place at its model's desk, or have it wait until that one can be reached."""
        runs_seconds = self.now() - place.granted_at if place.url else 0.0
        if self.desks.holds(place.model_id):
            self.desks.sit(
                place.model_id,
                place.waiter,
                place.hear,
                runs_on=place.url,
                runs_seconds=runs_seconds,
            )
            return
        address = self._schedulers.get(place.model_id)
        if address is not None and address != self._worker.address:
            message = {
                "verb": "place",
                "model": place.model_id,
                "runs_on": place.url,
                "runs_seconds": runs_seconds,
                **_written(place.waiter),
            }
            place.call = self._worker.link.begin(address, message, partial(_pass_on, place))
        if place.call is None:
            self.seat_again(place)

    async def _seat_always(self) -> None:
        """Seat those who have no desk, again and again: a scheduler is elected meanwhile."""
        while True:
            await self._stir.wait()
            self._stir.clear()
            await self._open_lines()
            homeless, self._homeless = list(self._homeless.values()), {}
            for place in homeless:
                if place.open:
                    self._seat(place)
            if self._homeless:
                self._worker.hurry()
                self._tell_of_models_gone()
                await asyncio.sleep(_RETRY_SECONDS)

    async def _open_lines(self) -> None:
        models = {place.model_id for place in self._homeless.values()}
        for model_id in models:
            address = self._schedulers.get(model_id)
            if address is None or address == self._worker.address or self.desks.holds(model_id):
                continue
            try:
                await self._worker.link.line(address)
            except LinkBroken:
                # Whoever it was is gone; the lease tells who comes after.
                self._schedulers.pop(model_id, None)

    def _tell_of_models_gone(self) -> None:
        served = {model.id for model in self._engines.models()}
        for place in list(self._homeless.values()):
            if place.model_id not in served and not place.url:
                del self._homeless[place.waiter.id]
                place.hear(Gone())

    # -- other workers' questions at a desk here ------------------------------------------------

    def _take_call(self, call: Call, message: Message) -> None:
        model_id, waiter = message["model"], _waiter(message)
        if not self.desks.holds(model_id):
            call.hang_up()
            return
        outcome = _LEFT

        def hear(said: Message | None) -> None:
            nonlocal outcome
            if said is None:
                self.desks.leave(model_id, waiter.id, outcome)
            else:
                outcome = Outcome(**said)

        call.hear = hear
        self.desks.sit(
            model_id,
            waiter,
            partial(_tell, call),
            runs_on=message["runs_on"],
            runs_seconds=message["runs_seconds"],
        )

    # -- election -------------------------------------------------------------------------------

    async def _elect(self, house: Connection) -> None:
        """Renew this worker's leases, claim those that ran out, learn who holds the others."""
        models = [model.id for model in self._engines.models()]
        holders = await store.schedulers(house, models, self._worker.id, self._worker.address)
        self._schedulers = {holder.model_id: holder.address for holder in holders}
        mine = {each.model_id for each in holders if each.worker_id == self._worker.id}
        if new := [model_id for model_id in mine if not self.desks.holds(model_id)]:
            alone = not await store.others(house, self._worker.id)
            for model_id in new:
                self.desks.take(model_id, 0.0 if alone else _SETTLE_SECONDS)
        for model_id in self.desks.held():
            if model_id not in mine and model_id in self._schedulers:
                self.desks.drop(model_id)
        if self._homeless:
            self._stir.set()

    async def _learn_shares(self, house: Connection) -> None:
        """Give the institutions their weights; none is asked for as long as none is set."""
        slugs = self._settings.shares
        found = await institutions.ids_of(house, slugs) if slugs else {}
        self.desks.share({str(found[slug]): slugs[slug] for slug in found})


def _pass_on(place: Place, message: Message | None) -> None:
    place.hear(None if message is None else _read(message))


def _tell(call: Call, news: News) -> None:
    if news is None:
        call.hang_up()
    elif isinstance(news, Gone):
        call.say({"gone": True})
    else:
        call.say(vars(news))


def _written(waiter: Waiter) -> Message:
    return {
        "id": str(waiter.id),
        "institution_id": str(waiter.institution_id),
        "person_id": str(waiter.person_id),
        "lane": waiter.lane,
        "arrived": waiter.arrived,
        "affinity": waiter.affinity.hex(),
        "avoiding": sorted(waiter.avoiding),
        "patience_seconds": waiter.patience_seconds,
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
        patience_seconds=call["patience_seconds"],
    )


def _read(message: Message) -> News:
    if "url" in message:
        return Granted(message["url"])
    if "gone" in message:
        return Gone()
    if "seconds" in message:
        return Refused(message["seconds"])
    return Waiting(message["position"], message["eta_seconds"])
