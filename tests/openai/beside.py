"""A service with an embedding and a reranking engine, for the tests of both."""

from __future__ import annotations

from argo.engines.types import EmbeddingsSettings, RerankSettings
from tests.support.engine import ScriptedEngine

EMBEDDER, RERANKER = "bge-m3", "bge-reranker"


def sections(engine: ScriptedEngine) -> dict[str, object]:
    """Return the settings' sections that name `engine` for both."""
    return {
        "embeddings": EmbeddingsSettings(url=engine.url, model=EMBEDDER),
        "rerank": RerankSettings(url=engine.url, model=RERANKER),
    }
