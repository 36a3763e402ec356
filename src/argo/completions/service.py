"""Ask a model: admission, routing, relay, metering, and the place given back exactly once."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from argo.clock import Clock
from argo.completions.completion import Admitted, Completion, Ways
from argo.completions.errors import ServerStopping
from argo.completions.places import Places
from argo.completions.relay import Pace
from argo.completions.types import Outcome, Question
from argo.engines.client import EngineClient
from argo.engines.service import Engines
from argo.engines.types import Model, ModelState
from argo.errors import ArgoError
from argo.quotas.service import Quotas
from argo.quotas.types import Allowance, Lease
from argo.usage.service import Ledger


class Completions:
    """The heart's front: who wants an answer asks here."""

    def __init__(
        self,
        engines: Engines,
        client: EngineClient,
        places: Places,
        quotas: Quotas,
        ledger: Ledger,
        clock: Clock,
        *,
        salt_secret: bytes,
    ) -> None:
        """Ask `engines` through `client`; `salt_secret` keeps their prefix caches apart."""
        self._engines = engines
        self._client = client
        self._ways = Ways(places, engines, client, clock, Pace(), self._body)
        self._quotas, self._ledger, self._clock = quotas, ledger, clock
        self._salting = hmac.new(salt_secret, digestmod=hashlib.sha256)
        self._settling: set[asyncio.Task[None]] = set()
        self._running = 0
        self._ended = asyncio.Event()
        self._draining = False

    def models(self) -> tuple[Model, ...]:
        """Return the models that can be asked."""
        return self._engines.models()

    def model(self, model_id: str) -> Model:
        """Return a model that can be asked; raises `ModelUnknown`."""
        return self._engines.model(model_id)

    def model_state(self, model_id: str) -> ModelState:
        """Return whether a model is ready; raises `ModelUnknown`."""
        return self._engines.model_state(model_id)

    async def tokens(self, model_id: str, messages: Sequence[Mapping[str, str]]) -> int | None:
        """Return what `messages` cost the model, counted by its engine; None when it cannot.

        Raises `ModelUnknown`.
        """
        for standing in self._engines.replicas(model_id):
            if standing.state != "away":
                return await self._client.tokens(standing.replica, model_id, messages)
        return None

    @property
    def running(self) -> int:
        """How many questions are between admission and end on this worker."""
        return self._running

    async def idle(self) -> None:
        """Return when no question is under way on this worker."""
        while self._running:
            self._ended.clear()
            await self._ended.wait()

    def drain(self) -> None:
        """Take no new question; those that run go on."""
        self._draining = True

    async def close(self) -> None:
        """Wait for the last ledger lines and leases."""
        await asyncio.gather(*self._settling, return_exceptions=True)

    async def admit(self, question: Question) -> Admitted:
        """Take the quota for `question`; give it to `ask`, or back with `give_back`.

        Raises `ModelUnknown`, `ServerStopping`, and what quotas refuse with.
        """
        if self._draining:
            raise ServerStopping(retry_after=2)
        model = self._engines.model(question.model_id)
        if not question.counted:
            unlimited = Allowance(limit=0, remaining=0, resets_in_seconds=0.0, window_seconds=60)
            return self._admitted(question, model, unlimited, None)
        taken = await self._quotas.take(question.asker.owner, question.asker.key_id)
        return self._admitted(question, model, taken.allowance, taken.lease)

    def _admitted(
        self, question: Question, model: Model, allowance: Allowance, lease: Lease | None
    ) -> Admitted:
        now, arrived = self._clock.monotonic(), self._clock.now().timestamp()
        return Admitted(question, model, allowance, lease, now, arrived)

    async def give_back(self, admitted: Admitted) -> None:
        """Let go of a question that was admitted and never asked."""
        if admitted.lease is not None:
            await self._quotas.release(admitted.lease)

    @asynccontextmanager
    async def ask(
        self, question: Question, *, stream: bool, admitted: Admitted | None = None
    ) -> AsyncIterator[Completion]:
        """Ask `question`; leaving the block, however it is left, ends the engine's work.

        Then the lease is given back and one line written to the ledger, exactly once. Raises
        what `admit` raises, before anything is sent.
        """
        admitted = admitted or await self.admit(question)
        completion = Completion(admitted, self._ways, stream=stream)
        self._running += 1
        outcome: Outcome = "stopped"
        try:
            yield completion
            outcome = "complete" if completion.ended else "stopped"
        except ArgoError:
            outcome = "interrupted" if completion.started else "failed"
            raise
        finally:
            self._running -= 1
            self._ended.set()
            # On its own task: the asker's cancellation must not tear it apart.
            settling = asyncio.create_task(self._settle(completion, outcome))
            self._settling.add(settling)
            settling.add_done_callback(self._settling.discard)

    async def _settle(self, completion: Completion, outcome: Outcome) -> None:
        entry = completion.entry(outcome)
        try:
            await completion.abort()
        finally:
            await self.give_back(completion.admitted)
            await self._ledger.append(entry)

    def _body(self, admitted: Admitted, stream: bool) -> dict[str, object]:
        """Build the engine's request: the checked fields, and what only ARGO may say."""
        question = admitted.question
        body: dict[str, object] = {**question.fields, "model": admitted.model.id, "stream": stream}
        if stream:
            body["stream_options"] = {"include_usage": True}
        salt = self._salting.copy()
        salt.update(question.salt_of)
        body["cache_salt"] = base64.urlsafe_b64encode(salt.digest()).decode().rstrip("=")
        if question.continues:
            body["add_generation_prompt"], body["continue_final_message"] = False, True
        if "reasoning" not in admitted.model.capabilities:
            body.pop("reasoning_effort", None)
        return body
