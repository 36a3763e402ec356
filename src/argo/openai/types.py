"""A request once it is checked, and what can be asked."""

from __future__ import annotations

from dataclasses import dataclass

from argo.clock import Clock
from argo.completions.beside import Beside
from argo.completions.service import Completions
from argo.completions.types import Endpoint
from argo.documents.service import Documents
from argo.engines.embeddings import Embeddings
from argo.engines.rerank import Rerank
from argo.knowledge.search import KnowledgeSearch
from argo.knowledge.service import Collections


@dataclass(frozen=True)
class Asked:
    """What a caller asked for: `fields` go to the engine, the rest is ARGO's to do."""

    fields: dict[str, object]
    stream: bool
    include_usage: bool
    endpoint: Endpoint = "chat/completions"
    """Where of an engine it goes."""


@dataclass(frozen=True)
class Asks:
    """Everything a program may ask: models, and the engines beside them."""

    completions: Completions
    beside: Beside
    embeddings: Embeddings
    rerank: Rerank


@dataclass(frozen=True)
class Keeps:
    """What programs keep here, and find in it; a body is at most `most_body_bytes` long."""

    documents: Documents
    collections: Collections
    search: KnowledgeSearch
    beside: Beside
    clock: Clock
    most_body_bytes: int
