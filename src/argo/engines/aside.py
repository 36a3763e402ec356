"""An engine that stands beside the models, for one purpose: embeddings, reranking."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping

from argo.engines.client import EngineClient, EngineFault
from argo.engines.errors import (
    ContextExceeded,
    EngineAway,
    EngineBroke,
    EngineFull,
    EngineRefused,
    EngineSlow,
)
from argo.engines.types import EngineSettings, ModelState, Replica
from argo.errors import ArgoError

_MOST_AT_ONCE = 8


class Aside:
    """One engine of one model: asked, and looked after now and then."""

    def __init__(
        self,
        replica: Replica,
        model_id: str,
        context_tokens: int,
        client: EngineClient,
        settings: EngineSettings,
    ) -> None:
        """Reach `replica`, which serves `model_id`; `open` starts the probes."""
        self._replica, self._client, self._settings = replica, client, settings
        self.model_id, self.context_tokens = model_id, context_tokens
        self.state: ModelState = "starting"
        """How it stands: by probes and by outcomes."""
        # First come, first served on this worker; what comes beyond waits here, not there.
        self._turns = asyncio.Semaphore(replica.capacity or _MOST_AT_ONCE)
        self._probing: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Start probing."""
        self._probing = asyncio.create_task(self._probe_always())

    async def close(self) -> None:
        """Stop probing."""
        if self._probing is not None:
            self._probing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._probing

    async def answer(self, endpoint: str, fields: Mapping[str, object]) -> dict[str, object]:
        """Return the engine's answer to `fields`, an object not yet checked.

        Raises `EngineAway`, `EngineFull`, `EngineSlow`, `EngineRefused` or `ContextExceeded`.
        """
        body = {**fields, "model": self.model_id}
        try:
            async with self._turns:
                answer = await self._client.whole(self._replica, endpoint, body)
        except EngineFault as fault:
            if fault.fault in ("away", "slow"):
                self.state = "away"
            raise self._refusal(fault) from None
        self.state = "ready"
        return answer

    def broke(self) -> ArgoError:
        """Return what to tell when an answer is none."""
        return EngineBroke(retry_after=2, model=self.model_id)

    def _refusal(self, fault: EngineFault) -> ArgoError:
        match fault.fault:
            case "full":
                return EngineFull(retry_after=fault.retry_after or 5, model=self.model_id)
            case "refused":
                return EngineRefused(model=self.model_id)
            case "too_long":
                return ContextExceeded(
                    param="input", model=self.model_id, context_tokens=self.context_tokens
                )
            case "slow":
                return EngineSlow(retry_after=5, model=self.model_id)
            case "broke":
                return self.broke()
            case _:
                return EngineAway(retry_after=5, model=self.model_id)

    async def _probe_always(self) -> None:
        while True:
            probe = await self._client.probe(self._replica, ())
            well = probe.status is not None and probe.status < 500
            self.state = "ready" if well else "starting" if probe.status == 503 else "away"
            pause = self._settings.probe_seconds
            await asyncio.sleep(pause if well else min(1.0, pause))
