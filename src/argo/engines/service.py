"""Which models there are, and how their replicas stand: by probes and by outcomes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Mapping, Sequence

import orjson

from argo.clock import Clock
from argo.engines.capacity import CapacityFinder
from argo.engines.client import EngineClient
from argo.engines.errors import ModelUnknown
from argo.engines.gauges import gauges
from argo.engines.health import Health
from argo.engines.types import EngineSettings, Model, ModelState, Outcome, Replica, ReplicaState

# vLLM's key guards only /v1: these stay open to whoever reaches the engine (shared SECURITY § 2).
UNSAFE_DOORS = ("/pause", "/invocations", "/collective_rpc")
_LOADING = 503
_LOOK_SECONDS = 1.0
_LOOKS_WITHOUT_FIGURES = 30


class _Standing:
    """One replica's standing for one model; the only mutable state of this subject."""

    def __init__(self, replica: Replica, target: float | None) -> None:
        self.replica = replica
        self.target = target
        self.health = Health()
        self.open_doors: tuple[str, ...] = ()
        self.finder = CapacityFinder(replica.capacity, target)
        self.ours = 0
        self.looks_left_out = 0
        self.asked_for_slots = False

    def take(self, replica: Replica, target: float | None) -> None:
        """Go on with other settings; what was found under others is found anew."""
        if (replica.capacity, target) != (self.replica.capacity, self.target):
            self.finder = CapacityFinder(replica.capacity, target)
        self.replica, self.target = replica, target

    @property
    def wants_figures(self) -> bool:
        """Whether the engine's own figures could say more than the settings."""
        return self.replica.capacity is None or self.target is not None

    def seen(self, now: float) -> ReplicaState:
        state = self.health.state(now)
        found = self.finder.capacity
        if self.health.on_trial and state == "ready":
            return ReplicaState(self.replica, state, 0, self.open_doors, 1, "trial")
        return ReplicaState(self.replica, state, 0, self.open_doors, found.count, found.why)


class Engines:
    """The models of the settings and the standing of each replica."""

    def __init__(
        self,
        models: Sequence[Model],
        client: EngineClient,
        settings: EngineSettings,
        clock: Clock | None = None,
    ) -> None:
        """Know `models`; `open` starts the probes."""
        self._settings = settings
        self._client = client
        self._clock = clock or Clock()
        self._models: dict[str, Model] = {}
        self._standings: dict[tuple[str, str], _Standing] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._changed = asyncio.Event()
        self.replace(models)

    def replace(self, models: Iterable[Model]) -> None:
        """Take `models` in place of those known; replicas that stay keep their standing."""
        self._models = {model.id: model for model in models}
        before, self._standings = self._standings, {}
        for model in self._models.values():
            for replica in model.replicas:
                key, target = (model.id, replica.url), model.target_tokens_per_second
                standing = before.get(key) or _Standing(replica, target)
                standing.take(replica, target)
                self._standings[key] = standing
        self._changed.set()

    async def open(self) -> None:
        """Start probing."""
        self._tasks = [
            asyncio.create_task(self._probe_always()),
            asyncio.create_task(self._look_always()),
        ]

    async def close(self) -> None:
        """Stop probing."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

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
        states = {each.state for each in self.replicas(model_id)}
        return "ready" if "ready" in states else "starting" if "starting" in states else "away"

    def replicas(self, model_id: str) -> tuple[ReplicaState, ...]:
        """Return how each replica of the model stands; raises `ModelUnknown`."""
        now = self._clock.monotonic()
        urls = [replica.url for replica in self.model(model_id).replicas]
        return tuple(self._standings[model_id, url].seen(now) for url in urls)

    def replica(self, model_id: str, url: str) -> Replica | None:
        """Return the model's replica at `url`, None when it has none there (any more)."""
        replicas = self._models[model_id].replicas if model_id in self._models else ()
        return next((each for each in replicas if each.url == url), None)

    def went_well(self, model_id: str, url: str) -> None:
        """Note that a replica began to answer: it is ready, whatever the last probe said."""
        standing = self._standings.get((model_id, url))
        if standing is not None and not standing.open_doors:
            standing.health.answered(self._clock.monotonic())

    def runs(self, model_id: str, counts: Mapping[str, int]) -> None:
        """Note how many questions run on each replica, by URL: this worker schedules the model."""
        for (each_id, url), standing in self._standings.items():
            if each_id == model_id:
                standing.ours = counts.get(url, 0)

    def learn(self, model_id: str, url: str, outcome: Outcome, running: int) -> None:
        """Learn from how a question ended on a replica that ran `running` questions by then."""
        standing = self._standings.get((model_id, url))
        if standing is None:
            return
        if outcome.how == "failed":
            standing.health.failed(self._clock.monotonic())
            self._changed.set()
        elif outcome.how == "full":
            standing.finder.refused(running)
        elif outcome.how == "whole":
            if not standing.open_doors:
                standing.health.answered(self._clock.monotonic())
            standing.finder.went_well()
            standing.finder.wrote(outcome.tokens, outcome.writing_seconds, running)

    # -- probes ---------------------------------------------------------------------------------

    async def _probe_always(self) -> None:
        while True:
            self._changed.clear()
            await asyncio.gather(*(self._probe(each) for each in self._standings.values()))
            await asyncio.sleep(_LOOK_SECONDS / 4)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pause_seconds()):
                    await self._changed.wait()

    def _pause_seconds(self) -> float:
        """Look often while something is not ready: people wait for it."""
        now = self._clock.monotonic()
        ready = all(each.health.state(now) == "ready" for each in self._standings.values())
        return self._settings.probe_seconds if ready else min(1.0, self._settings.probe_seconds)

    async def _probe(self, standing: _Standing) -> None:
        replica = standing.replica
        doors = () if replica.unsafe_routes_allowed else UNSAFE_DOORS
        probe = await self._client.probe(replica, doors)
        standing.open_doors, now = probe.open_doors, self._clock.monotonic()
        if probe.status is None or probe.open_doors or probe.status in (500, 502, 504):
            standing.health.probed("away", now)
        elif probe.status == _LOADING:
            standing.health.probed("starting", now)
        else:
            standing.health.probed("ready", now)

    # -- capacity -------------------------------------------------------------------------------

    async def _look_always(self) -> None:
        """Read the figures of the engines that work for us, where they could tell more."""
        while True:
            looked = [each for each in self._standings.values() if each.ours and each.wants_figures]
            await asyncio.gather(*(self._look(each) for each in looked))
            await asyncio.sleep(_LOOK_SECONDS)

    async def _look(self, standing: _Standing) -> None:
        if not standing.asked_for_slots:
            standing.asked_for_slots = True
            if (slots := await slots_of(self._client, standing.replica)) is not None:
                standing.finder.has_slots(slots)
        if standing.looks_left_out:
            standing.looks_left_out -= 1
            return
        text = await self._client.text(standing.replica, "/metrics")
        seen = gauges(text) if text is not None else None
        if seen is None:
            standing.looks_left_out = _LOOKS_WITHOUT_FIGURES
        else:
            standing.finder.look(self._clock.monotonic(), seen, standing.ours)


async def slots_of(client: EngineClient, replica: Replica) -> int | None:
    """Return how many answers llama.cpp writes at once; None when it is another kind of engine."""
    text = await client.text(replica, "/props")
    try:
        slots = orjson.loads(text or "").get("total_slots")
    except (orjson.JSONDecodeError, AttributeError):
        return None
    return slots if isinstance(slots, int) and slots > 0 else None
