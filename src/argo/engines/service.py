"""Which models there are, and how their replicas stand: by probes and by outcomes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Sequence

from argo.engines.client import EngineClient
from argo.engines.errors import ModelUnknown
from argo.engines.types import EngineSettings, Model, ModelState, Replica, ReplicaState

# vLLM's key guards only /v1: these stay open to whoever reaches the engine (shared SECURITY § 2).
UNSAFE_DOORS = ("/pause", "/invocations", "/collective_rpc")
_LOADING = 503


class _Standing:
    """One replica's standing; the only mutable state of this subject."""

    def __init__(self, replica: Replica) -> None:
        self.replica = replica
        self.state: ModelState = "starting"
        self.open_doors: tuple[str, ...] = ()

    def seen(self) -> ReplicaState:
        return ReplicaState(self.replica, self.state, open_doors=self.open_doors)


class Engines:
    """The models of the settings and the standing of each replica."""

    def __init__(
        self, models: Sequence[Model], client: EngineClient, settings: EngineSettings
    ) -> None:
        """Know `models`; `open` starts the probes."""
        self._settings = settings
        self._client = client
        self._models: dict[str, Model] = {}
        self._standings: dict[Replica, _Standing] = {}
        self._probing: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self.replace(models)

    def replace(self, models: Iterable[Model]) -> None:
        """Take `models` in place of those known; replicas that stay keep their standing."""
        self._models = {model.id: model for model in models}
        wanted = {replica for model in self._models.values() for replica in model.replicas}
        self._standings = {
            replica: self._standings.get(replica) or _Standing(replica) for replica in wanted
        }
        self._changed.set()

    async def open(self) -> None:
        """Start probing."""
        self._probing = asyncio.create_task(self._probe_always())

    async def close(self) -> None:
        """Stop probing."""
        if self._probing is not None:
            self._probing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._probing

    def models(self) -> tuple[Model, ...]:
        """Return the models that have a replica, in the settings' order."""
        return tuple(model for model in self._models.values() if model.replicas)

    def model(self, model_id: str) -> Model:
        """Return the model named `model_id`; raises `ModelUnknown`."""
        model = self._models.get(model_id)
        if model is None or not model.replicas:
            raise ModelUnknown(param="model")
        return model

    def model_state(self, model_id: str) -> ModelState:
        """Return "ready" when a replica is, else "starting" or "away"."""
        states = {standing.state for standing in self.replicas(model_id)}
        return "ready" if "ready" in states else "starting" if "starting" in states else "away"

    def replicas(self, model_id: str) -> tuple[ReplicaState, ...]:
        """Return how each replica of the model stands; raises `ModelUnknown`."""
        return tuple(self._standings[replica].seen() for replica in self.model(model_id).replicas)

    def replica(self, model_id: str, url: str) -> Replica | None:
        """Return the model's replica at `url`, None when it has none there (any more)."""
        replicas = self._models[model_id].replicas if model_id in self._models else ()
        return next((each for each in replicas if each.url == url), None)

    def went_well(self, replica: Replica) -> None:
        """Note that `replica` answered: it is ready, whatever the last probe said."""
        standing = self._standings.get(replica)
        if standing is not None and not standing.open_doors:
            standing.state = "ready"

    def failed(self, replica: Replica) -> None:
        """Note that `replica` did not answer: others go first until it is well again."""
        if (standing := self._standings.get(replica)) is not None:
            standing.state = "away"

    async def _probe_always(self) -> None:
        while True:
            self._changed.clear()
            await asyncio.gather(*(self._probe(each) for each in self._standings.values()))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pause_seconds()):
                    await self._changed.wait()

    def _pause_seconds(self) -> float:
        """Look often while something is not ready: people wait for it."""
        ready = all(each.state == "ready" for each in self._standings.values())
        return self._settings.probe_seconds if ready else min(1.0, self._settings.probe_seconds)

    async def _probe(self, standing: _Standing) -> None:
        replica = standing.replica
        doors = () if replica.unsafe_routes_allowed else UNSAFE_DOORS
        probe = await self._client.probe(replica, doors)
        standing.open_doors = probe.open_doors
        if probe.status is None or probe.open_doors:
            standing.state = "away"
        elif probe.status == _LOADING:
            standing.state = "starting"
        elif probe.status in (500, 502, 504):
            standing.state = "away"
        else:
            standing.state = "ready"
