"""The figures of /metrics: what the parts of one worker stand at, and those of its fellows."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

from argo.completions.channel import Message
from argo.completions.errors import LinkBroken
from argo.completions.link import Messages
from argo.errors import ArgoError
from argo.ground import Ground
from argo.heart import Heart
from argo.http.metrics import Figure, Metrics

_MOST_SECONDS = 2.0


def metrics_of(ground: Ground, heart: Heart) -> Metrics:
    """Return the figures of this worker, which asks the others for theirs when somebody looks."""
    metrics = Metrics(str(heart.worker.id))
    metrics.read(lambda: _figures(ground, heart))

    async def answer(_call: Message) -> Messages:
        yield {"text": metrics.text().decode()}

    async def ask(address: str) -> str | None:
        with contextlib.suppress(LinkBroken, TimeoutError):
            async with asyncio.timeout(_MOST_SECONDS):
                calling = heart.worker.link.call(address, {"verb": "figures"})
                async with contextlib.aclosing(calling) as messages:
                    async for message in messages:
                        return str(message["text"])
        return None

    async def elsewhere() -> list[str]:
        try:
            addresses = await heart.worker.others()
        except ArgoError:
            return []
        found = await asyncio.gather(*map(ask, addresses))
        return [text for text in found if text is not None]

    heart.worker.answers("figures", answer)
    metrics.with_others(elsewhere)
    return metrics


def _figures(ground: Ground, heart: Heart) -> Iterator[Figure]:
    pool = ground.database.state()
    yield Figure("argo_workers", 1)
    yield Figure("argo_database_connections", pool.connections)
    yield Figure("argo_database_waiting", pool.waiting)
    yield Figure("argo_completions_running", heart.completions.running)
    yield Figure("argo_generations_running", heart.generations.running)
    yield Figure("argo_jobs_running", ground.jobs.running)
    for model_id, desk in heart.places.desks.held().items():
        model = {"model": model_id}
        yield Figure("argo_queue_waiting", desk.waiting, model)
        yield Figure("argo_queue_running", desk.running, model)
        for lane, count in desk.waiting_by_lane().items():
            yield Figure("argo_queue_waiting_in_lane", count, {**model, "lane": lane})
        # Under vLLM's names too, so that what scales engines by them sees who waits here.
        vllm = {"model_name": model_id}
        yield Figure("vllm:num_requests_running", desk.running, vllm)
        yield Figure("vllm:num_requests_waiting", desk.waiting, vllm)
        for each in desk.replicas():
            replica = {**model, "replica": each.replica.url}
            yield Figure("argo_replica_running", each.running, replica)
            yield Figure("argo_replica_ready", each.state == "ready", replica)
            if each.capacity is not None:
                yield Figure("argo_replica_capacity", each.capacity, {**replica, "why": each.why})
