"""What `GET /v1/models` says: models by their id, and assistants as models of their own."""

from __future__ import annotations

from collections.abc import Iterator

from argo.assistants.service import Assistants
from argo.assistants.types import Choice
from argo.completions.service import Completions
from argo.engines.embeddings import Embeddings
from argo.engines.errors import ModelUnknown
from argo.engines.rerank import Rerank
from argo.engines.types import Model, ModelState
from argo.openai.types import Asks

Entry = dict[str, object]


def models(asks: Asks, assistants: Assistants) -> list[Entry]:
    """Return every name that may be asked, raw models first."""
    completions = asks.completions
    known = {model.id: model for model in completions.models()}
    entries = [_model(model, completions) for model in known.values()]
    entries += [
        _choice(choice, known[choice.model_id], completions)
        for choice in assistants.choices()
        if choice.model_id in known and choice.alias not in known
    ]
    return entries + list(_beside(asks))


def model(name: str, asks: Asks, assistants: Assistants) -> Entry:
    """Return the entry of `name`; raises `ModelUnknown`."""
    for entry in models(asks, assistants):
        if entry["id"] == name:
            return entry
    raise ModelUnknown(param="model")


def _model(model: Model, completions: Completions) -> Entry:
    maker, slash, _ = (model.origin or "").partition("/")
    return {
        "id": model.id,
        "object": "model",
        "created": 0,  # OpenAI's type wants a number; ARGO does not record one
        "owned_by": maker if slash else "argo",
        "name": model.name,
        **_size_and_state(model.context_tokens, completions.model_state(model.id)),
        "type": "chat",
        "capabilities": list(model.capabilities),
    }


def _size_and_state(context_tokens: int, state: ModelState) -> Entry:
    """Return both under each name that clients look for them by."""
    return {
        "context_tokens": context_tokens,
        "context_window": context_tokens,
        "max_model_len": context_tokens,
        "state": state,
        "status": state,
    }


def _beside(asks: Asks) -> Iterator[Entry]:
    kinds: tuple[tuple[Embeddings | Rerank, str], ...] = (
        (asks.embeddings, "embedding"),
        (asks.rerank, "rerank"),
    )
    for engine, kind in kinds:
        if engine.model_id is not None:
            yield {
                "id": engine.model_id,
                "object": "model",
                "created": 0,
                "owned_by": "argo",
                "name": engine.model_id,
                **_size_and_state(engine.context_tokens, engine.state()),
                "type": kind,
                "capabilities": [],
            }


def _choice(choice: Choice, model: Model, completions: Completions) -> Entry:
    return {
        **_model(model, completions),
        "id": choice.alias,
        "owned_by": "argo",
        "name": f"{choice.assistant.name.en}, {choice.size}",
        "root": model.id,
    }
