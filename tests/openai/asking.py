"""Requests as tests write them."""

from __future__ import annotations

from typing import Any

from argo.engines.types import Capability, Model
from argo.openai import fields
from argo.openai.types import Asked

MODEL_ID = "gpt-oss-20b"


def model(*capabilities: Capability, context_tokens: int = 8192) -> Model:
    """Return a model that can do `capabilities`."""
    return Model(
        id=MODEL_ID,
        name="GPT-OSS 20B",
        size="small",
        context_tokens=context_tokens,
        capabilities=capabilities,
        bundled=False,
        replicas=(),
    )


ABLE = model("tools", "json_schema", "reasoning")
HELLO: list[Any] = [{"role": "user", "content": "Bonjour"}]


def rebuilt(**body: Any) -> Asked:
    """Return what is made of a request with the fields `body`."""
    return fields.rebuilt({"model": MODEL_ID, "messages": HELLO, **body}, ABLE, None)


def sent(**body: Any) -> dict[str, Any]:
    """Return what an engine gets of `body`, without the messages."""
    built = dict(rebuilt(**body).fields)
    built.pop("messages")
    return built


def conversation(*messages: dict[str, Any], instructions: str | None = None) -> Any:
    """Return the messages an engine gets."""
    body = {"model": MODEL_ID, "messages": list(messages)}
    return fields.rebuilt(body, ABLE, instructions).fields["messages"]


def function(name: str, parameters: Any = None, **more: Any) -> dict[str, Any]:
    """Return a tool."""
    return {"type": "function", "function": {"name": name, "parameters": parameters, **more}}


SMALL, LARGE = "small-model", "large-model"
"""The models of the tests' service; only the large one reasons."""
