"""Builds the heart from the settings: engines, quotas, the ledger, the queue, generations."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass

from argo.completions.beside import Beside
from argo.completions.generations import Generations
from argo.completions.link import Link
from argo.completions.places import Places
from argo.completions.service import Completions
from argo.completions.worker import Worker
from argo.embedded.types import Addresses
from argo.engines import register
from argo.engines.client import EngineClient
from argo.engines.embeddings import Embeddings
from argo.engines.rerank import Rerank
from argo.engines.service import Engines
from argo.engines.types import Model
from argo.ground import Ground
from argo.quotas.service import Quotas
from argo.settings import Settings
from argo.usage.service import Ledger


@dataclass(frozen=True)
class Heart:
    """The parts that bring a question to an engine and back, in floor order."""

    client: EngineClient
    engines: Engines
    embeddings: Embeddings
    rerank: Rerank
    ledger: Ledger
    quotas: Quotas
    worker: Worker
    places: Places
    completions: Completions
    beside: Beside
    generations: Generations

    async def open(self, stack: AsyncExitStack) -> None:
        """Start the parts below generations; `stack` closes them in reverse order."""
        stack.callback(self.client.close)
        await self.engines.open()
        stack.push_async_callback(self.engines.close)
        await self.embeddings.open()
        stack.push_async_callback(self.embeddings.close)
        await self.rerank.open()
        stack.push_async_callback(self.rerank.close)
        stack.push_async_callback(self.ledger.close)
        await self.quotas.open()
        stack.push_async_callback(self.quotas.close)
        stack.push_async_callback(self.completions.close)
        stack.push_async_callback(self.beside.close)
        self.places.open()
        stack.push_async_callback(self.places.close)

    def drain(self) -> None:
        """Take no new question; those that run go on."""
        self.completions.drain()
        self.beside.drain()

    def replace(self, settings: Settings, addresses: Addresses) -> None:
        """Take the models, quotas and queue of new `settings`."""
        self.engines.replace(_models(settings, addresses))
        self.quotas.replace(settings.quotas)
        self.places.replace(settings.queue)


def build_heart(ground: Ground) -> Heart:
    """Build the heart on its ground."""
    settings, database, clock = ground.settings, ground.database, ground.clock
    client = EngineClient(settings.engines)
    engines = Engines(_models(settings, ground.addresses), client, settings.engines, clock)
    source = register.embedding_source(
        settings.embeddings, ground.addresses.embeddings, settings.engine_keys
    )
    ledger = Ledger(database, clock)
    quotas = Quotas(settings.quotas, database, clock)
    link = Link(ground.secrets.derived("link"))
    worker = Worker(database, link, clock, link_host=settings.server.link_host)
    places = Places(worker, engines, clock, settings.queue)
    completions = Completions(
        engines,
        client,
        places,
        quotas,
        ledger,
        clock,
        salt_secret=ground.secrets.derived("cache salt"),
    )
    return Heart(
        client=client,
        engines=engines,
        embeddings=Embeddings(source, client, settings.engines),
        rerank=Rerank(
            settings.rerank,
            register.rerank_replica(settings.rerank, settings.engine_keys),
            client,
            settings.engines,
        ),
        ledger=ledger,
        quotas=quotas,
        worker=worker,
        places=places,
        completions=completions,
        beside=Beside(quotas, ledger, clock),
        generations=Generations(completions, database, worker, clock),
    )


def _models(settings: Settings, addresses: Addresses) -> tuple[Model, ...]:
    return register.models(settings.models, addresses.engines, settings.engine_keys)
