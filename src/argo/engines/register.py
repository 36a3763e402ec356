"""The models of the settings, and those the embedded engine adds, as the service knows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from argo.embedded.types import BundledModel, EmbeddingsAddress, EngineAddress
from argo.engines.types import (
    EmbeddingSource,
    EmbeddingsSettings,
    Model,
    ModelSettings,
    Replica,
    ReplicaSettings,
    RerankSettings,
)


def models(
    settings: Sequence[ModelSettings],
    embedded: Sequence[EngineAddress],
    keys: Mapping[str, str],
) -> tuple[Model, ...]:
    """Return the models of `settings`; without any, the bundled one that `embedded` serves.

    `keys` holds the engines' keys by the variable that `api_key_env` names.
    """
    if not settings:
        return tuple(_bundled(engine) for engine in embedded)
    waiting = list(embedded)
    return tuple(
        replace(_model(each, waiting, keys), succeeds=_retired_for(each.id, settings))
        for each in settings
    )


def _retired_for(model_id: str, settings: Sequence[ModelSettings]) -> tuple[str, ...]:
    """Return the retired models that come to `model_id`, through others or at once."""
    following = {each.id: each.successor for each in settings if each.successor is not None}
    found = []
    for name in following:
        at, steps = name, 0
        while at in following and steps <= len(following):
            at, steps = following[at], steps + 1
        if at == model_id and name != model_id:
            found.append(name)
    return tuple(found)


def embedding_source(
    settings: EmbeddingsSettings | None,
    embedded: EmbeddingsAddress | None,
    keys: Mapping[str, str],
) -> EmbeddingSource | None:
    """Return what makes vectors: the engine of `settings`, else the embedded one, else none."""
    if settings is not None:
        return EmbeddingSource(
            replica=_beside(settings, keys),
            model_id=settings.model,
            context_tokens=settings.context_tokens,
            version=settings.version,
            query_prefix=settings.query_prefix,
            passage_prefix=settings.passage_prefix,
            dimension=None,
        )
    if embedded is None:
        return None
    return EmbeddingSource(
        replica=Replica(url=embedded.url, capacity=None, api_key=embedded.key),
        model_id=embedded.model_id,
        context_tokens=embedded.context_tokens,
        version=embedded.version,
        query_prefix=embedded.query_prefix,
        passage_prefix=embedded.passage_prefix,
        dimension=embedded.dimension,
    )


def rerank_replica(settings: RerankSettings | None, keys: Mapping[str, str]) -> Replica | None:
    """Return the engine that ranks, None when there is none."""
    return None if settings is None else _beside(settings, keys)


def _beside(settings: EmbeddingsSettings | RerankSettings, keys: Mapping[str, str]) -> Replica:
    """Return the engine that stands beside the models, as `settings` say it."""
    key = keys[settings.api_key_env] if settings.api_key_env is not None else None
    return Replica(url=settings.url.rstrip("/"), capacity=settings.capacity, api_key=key)


def _bundled(engine: EngineAddress) -> Model:
    bundled = BundledModel()
    own = engine.model_id == bundled.id
    return Model(
        id=engine.model_id,
        name=bundled.name if own else engine.model_id,
        size="small",
        context_tokens=engine.context_tokens,
        capabilities=("tools", "json_schema"),
        bundled=own,
        replicas=(_embedded(engine),),
        licence=bundled.licence if own else None,
        origin=bundled.origin if own else None,
    )


def _model(settings: ModelSettings, waiting: list[EngineAddress], keys: Mapping[str, str]) -> Model:
    # A retired model is asked no more, even if its engine still runs.
    asked = settings.replicas if settings.successor is None else ()
    replicas = [_replica(settings, each, waiting, keys) for each in asked]
    return Model(
        id=settings.id,
        name=settings.name or settings.id,
        size=settings.size,
        context_tokens=settings.context_tokens,
        capabilities=settings.capabilities,
        bundled=settings.bundled,
        replicas=tuple(each for each in replicas if each is not None),
        target_tokens_per_second=settings.target_tokens_per_second,
        licence=settings.licence,
        origin=settings.origin,
        sha256=settings.sha256,
    )


def _replica(
    model: ModelSettings,
    settings: ReplicaSettings,
    waiting: list[EngineAddress],
    keys: Mapping[str, str],
) -> Replica | None:
    """Return the replica of `settings`; one with a file is the next of the model's in `waiting`."""
    if settings.url is not None:
        key = keys[settings.api_key_env] if settings.api_key_env is not None else None
        return Replica(
            url=settings.url.rstrip("/"),
            capacity=settings.capacity,
            api_key=key,
            unsafe_routes_allowed=settings.unsafe_routes_allowed,
            draining=settings.draining,
        )
    for engine in waiting:
        if engine.model_id == model.id:
            waiting.remove(engine)
            return _embedded(engine)
    return None


def _embedded(engine: EngineAddress) -> Replica:
    return Replica(
        url=engine.url.rstrip("/"),
        capacity=engine.answers_at_once,
        api_key=engine.key,
        # Only ARGO's own user reaches it, with a key made for this run.
        unsafe_routes_allowed=True,
        embedded=True,
        tool_call_opening=engine.tool_call_opening,
    )
