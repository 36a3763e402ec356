"""One question between admission and end: waiting, running, done."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, replace
from typing import Literal

from argo.clock import Clock
from argo.completions import frames, relay
from argo.completions.chunks import Chunk
from argo.completions.mending import Mending
from argo.completions.metering import Meter, prompt_characters
from argo.completions.places import Place, Places
from argo.completions.queue import Waiter
from argo.completions.refusals import interruption, refusal
from argo.completions.types import Delta, FinishReason, Outcome, Question, Usage, Waiting
from argo.engines.client import EngineClient, EngineFault
from argo.engines.service import Engines
from argo.engines.types import Model, Replica
from argo.engines.types import Outcome as Ended
from argo.quotas.types import Allowance, Lease
from argo.usage.types import Entry

_ANOTHER_MAY_DO = ("away", "broke", "full", "unparsed")
_HOW_IT_LEFT: dict[str, Literal["failed", "full"]] = {
    "away": "failed",
    "broke": "failed",
    "slow": "failed",
    "full": "full",
}
_MOST_READINGS = 3
"""How often one replica is asked for a tool call that its engine can read."""
_MOST_WRITINGS = 2
"""How often a model is asked for a whole answer whose calls keep to their tools' parameters."""


@dataclass(frozen=True)
class Admitted:
    """A question that may be asked: its quota is taken, its lease held.

    `at` is when, on this worker's monotonic clock; `arrived`, on the clock all workers share.
    """

    question: Question
    model: Model
    allowance: Allowance
    lease: Lease | None
    at: float
    arrived: float


@dataclass(frozen=True)
class Ways:
    """What a completion goes through: places, engines, and who builds the engine's request."""

    places: Places
    engines: Engines
    client: EngineClient
    clock: Clock
    pace: relay.Pace
    body: Callable[[Admitted, bool], dict[str, object]]


class Completion:
    """Made by `Completions.ask`; its asker reads `waiting`, then `frames`, `deltas` or `whole`."""

    def __init__(self, admitted: Admitted, ways: Ways, *, stream: bool) -> None:
        """Prepare; nothing is sent before the first read. Not `stream` means `whole`."""
        self.admitted = admitted
        self.answer_id = f"chatcmpl-{ways.clock.new_id().hex}"
        """OpenAI's id of this completion."""
        self.created = int(time.time())
        """When it was asked, in seconds since 1970, as OpenAI's answers say it."""
        self.started = False
        """Whether the first token has come."""
        self.ended = False
        """Whether the engine came to the end of its answer."""
        self._ways, self._stream = ways, stream
        self._meter = Meter(prompt_characters(admitted.question.fields))
        tools = admitted.question.fields.get("tools")
        self._mending = Mending(tools) if isinstance(tools, list) and tools else None
        self._held = AsyncExitStack()
        self._place: Place | None = None
        self._answering: relay.Answering | None = None
        self._first: list[Chunk] = []
        self._whole: Chunk = {}
        self._granted_at = self._first_at = admitted.at

    @property
    def allowance(self) -> Allowance:
        """How the asker's quota stands after this question."""
        return self.admitted.allowance

    @property
    def model_id(self) -> str:
        """The model that answers."""
        return self.admitted.model.id

    @property
    def usage(self) -> Usage:
        """The tokens so far; exact once the engine has counted them."""
        return self._meter.usage

    @property
    def finish_reason(self) -> FinishReason | None:
        """Why the answer ended."""
        return self._meter.finish_reason

    async def waiting(self) -> AsyncGenerator[Waiting, None]:
        """Yield the question's place as long as it waits; ends when the first token has come.

        A replica that fails before that is left for another unseen. Raises what
        `refusals.refusal` names.
        """
        model, avoiding = self.admitted.model, frozenset[str]()
        readings = 0
        while not self.started:
            async with AsyncExitStack() as opened:
                place = self._ways.places.take(model.id, self._waiter(avoiding))
                opened.push_async_callback(place.close)
                async with aclosing(place.waiting()) as news:
                    async for each in news:
                        yield each
                try:
                    await self._attempt(place, opened)
                except EngineFault as fault:
                    place.ended(Ended(_HOW_IT_LEFT.get(fault.fault, "left")))
                    readings += fault.fault == "unparsed"
                    if fault.fault == "unparsed" and readings < _MOST_READINGS:
                        # The model writes anew each time: most often the next try is readable.
                        continue
                    avoiding |= {place.url}
                    alone = len(avoiding) >= len(model.replicas)
                    if alone or fault.fault not in _ANOTHER_MAY_DO:
                        raise refusal(fault, model) from None
                else:
                    self._place = place
                    self._held.push_async_exit(opened.pop_all())

    async def frames(self) -> AsyncGenerator[bytes, None]:
        """Yield the answer as events for API callers, without usage and `[DONE]`.

        Raises like `waiting`, and `EngineBroke` when it breaks off after the first token.
        """
        await self._begun()
        envelope = frames.Envelope(self.answer_id, self.model_id, self.created)
        batch: list[Chunk] | None = self._first
        while batch is not None:
            if frame := b"".join(map(envelope.rebuilt, batch)):
                yield frame
            batch = await self._batch()

    async def deltas(self) -> AsyncGenerator[Delta, None]:
        """Yield what is new of the answer, merged per frame; raises like `frames`."""
        await self._begun()
        batch: list[Chunk] | None = self._first
        while batch is not None:
            merged = Delta()
            for delta in map(frames.delta_of, batch):
                merged = replace(
                    merged,
                    text=merged.text + delta.text,
                    reasoning=merged.reasoning + delta.reasoning,
                    calls=merged.calls + delta.calls,
                    finish_reason=delta.finish_reason or merged.finish_reason,
                )
            if merged != Delta():
                yield merged
            batch = await self._batch()

    async def whole(self) -> dict[str, object]:
        """Return the whole answer, rebuilt from the allow-list; raises like `waiting`."""
        await self._begun()
        self.ended = True
        return self._whole

    async def abort(self) -> None:
        """End what still runs on the engine and give the place on it back."""
        if self._place is not None and self.ended:
            began = self._first_at if self._stream else self._granted_at
            seconds = self._ways.clock.monotonic() - began
            self._place.ended(Ended("whole", self.usage.completion_tokens, seconds))
        await self._held.aclose()

    def entry(self, outcome: Outcome) -> Entry:
        """Return the ledger line of this completion: counts and times, no text."""
        question, now = self.admitted.question, self._ways.clock.monotonic()
        usage = self.usage
        return Entry(
            owner=question.asker.owner,
            source=question.asker.source,
            lane=question.lane,
            key_id=question.asker.key_id,
            model_id=self.model_id,
            assistant_id=question.assistant_id,
            prompt_tokens=usage.prompt_tokens if self.started else 0,
            completion_tokens=usage.completion_tokens,
            exact=usage.exact,
            waited_seconds=self._granted_at - self.admitted.at,
            first_token_seconds=self._first_at - self.admitted.at if self.started else None,
            seconds=now - self.admitted.at,
            outcome=outcome,
        )

    async def _batch(self) -> list[Chunk] | None:
        """Return what the engine says next, None at the end; what is held back is []."""
        assert self._answering is not None
        try:
            batch = await self._answering.batch()
        except EngineFault as fault:
            if self._place is not None:
                self._place.ended(Ended(_HOW_IT_LEFT.get(fault.fault, "left")))
            raise interruption(fault, self.admitted.model) from None
        self.ended = self._answering.ended
        if not batch:
            return None
        self._meter.saw(batch)
        return self._mended(batch)

    async def _begun(self) -> None:
        """Have the first token come, for askers who do not want to know their place."""
        async with aclosing(self.waiting()) as places:
            async for _ in places:
                pass

    async def _attempt(self, place: Place, opened: AsyncExitStack) -> None:
        """Ask the replica of `place` until it begins to answer; raises `EngineFault`."""
        engines, now = self._ways.engines, self._ways.clock.monotonic
        replica = engines.replica(self.model_id, place.url)
        if replica is None:
            raise EngineFault("away")
        self._granted_at = now()
        await (self._ask_stream if self._stream else self._ask_whole)(replica, opened)
        engines.went_well(self.model_id, replica.url)
        self.started = True
        self._first_at = now()

    async def _ask_stream(self, replica: Replica, opened: AsyncExitStack) -> None:
        body = self._ways.body(self.admitted, True)
        opening = self._ways.client.stream(replica, self.admitted.question.endpoint, body)
        stream = await opened.enter_async_context(opening)
        answering = relay.Answering(stream, self._ways.pace)
        self._first = await answering.batch()
        if not self._first:
            raise EngineFault("broke")
        self._meter.saw(self._first)
        self._first = self._mended(self._first)
        self._answering, self.ended = answering, answering.ended

    def _mended(self, batch: list[Chunk]) -> list[Chunk]:
        if self._mending is None:
            return batch
        mended = self._mending.batch(batch)
        if self._mending.made_calls:
            self._meter.finish_reason = "tool_calls"
        return mended

    async def _ask_whole(self, replica: Replica, _opened: AsyncExitStack) -> None:
        body = self._ways.body(self.admitted, False)
        for reading in range(_MOST_WRITINGS):
            answer = await self._ways.client.whole(replica, self.admitted.question.endpoint, body)
            self._whole = frames.whole(
                answer, answer_id=self.answer_id, model_id=self.model_id, created=self.created
            )
            if self._mending is not None:
                self._whole = self._mending.whole(self._whole)
            # What an unfit call cost is counted as well.
            self._meter.saw_whole(self._whole | {"usage": answer.get("usage")}, again=reading > 0)
            if self._mending is None or self._mending.fits(self._whole):
                return
            self._mending = self._mending.anew()

    def _waiter(self, avoiding: frozenset[str]) -> Waiter:
        question = self.admitted.question
        return Waiter(
            id=self._ways.clock.new_id(),
            institution_id=question.asker.owner.institution_id,
            person_id=question.asker.owner.owner_id,
            lane=question.lane,
            arrived=self.admitted.arrived,
            affinity=question.affinity,
            avoiding=avoiding,
            patience_seconds=None if self._stream else self._ways.places.patience_seconds,
        )
