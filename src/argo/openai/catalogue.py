"""What `GET /v1/models` says: models by their id, and assistants as models of their own."""

from __future__ import annotations

from argo.assistants.service import Assistants
from argo.assistants.types import Choice
from argo.completions.service import Completions
from argo.engines.errors import ModelUnknown
from argo.engines.types import Model

Entry = dict[str, object]


def models(completions: Completions, assistants: Assistants) -> list[Entry]:
    """Return every name that may be asked, raw models first."""
    known = {model.id: model for model in completions.models()}
    entries = [_model(model, completions) for model in known.values()]
    return entries + [
        _choice(choice, known[choice.model_id], completions)
        for choice in assistants.choices()
        if choice.model_id in known and choice.alias not in known
    ]


def model(name: str, completions: Completions, assistants: Assistants) -> Entry:
    """Return the entry of `name`; raises `ModelUnknown`."""
    for entry in models(completions, assistants):
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
        "context_tokens": model.context_tokens,
        "max_model_len": model.context_tokens,
        "capabilities": list(model.capabilities),
        "state": completions.model_state(model.id),
    }


def _choice(choice: Choice, model: Model, completions: Completions) -> Entry:
    return {
        **_model(model, completions),
        "id": choice.alias,
        "owned_by": "argo",
        "name": f"{choice.assistant.name.en}, {choice.size}",
        "root": model.id,
    }
