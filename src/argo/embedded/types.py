"""The settings of the embedded parts, and the addresses they are reached at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field

Say = Callable[[str], None]
"""Tells the operator one line."""


@dataclass(frozen=True)
class EmbeddedSettings:
    """`[embedded]`: the language model that runs inside ARGO, on llama.cpp.

    Memory grows with `answers_at_once` times `context_tokens`: about 0.5 GB with the bundled
    model and these defaults.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    model_file: Path | None = None
    """A GGUF file in place of the bundled model, when no `[[models]]` are set."""
    context_tokens: Annotated[int, Field(ge=512)] = 4096
    """What one conversation may hold, question and answer together."""
    answers_at_once: Annotated[int, Field(ge=1, le=64)] = 4
    threads: Annotated[int, Field(ge=0)] = 0
    """Threads that compute; 0 means one a core."""


@dataclass(frozen=True)
class BundledModel:
    """What is known of the model that ships inside ARGO."""

    id: str = "smollm2-135m"
    name: str = "SmolLM2 135M"
    licence: str = "Apache-2.0"
    origin: str = "HuggingFaceTB/SmolLM2-135M-Instruct"
    trained_context_tokens: int = 8192


@dataclass(frozen=True)
class LocalModel:
    """A model to run on the embedded llama.cpp: the bundled one when `file` is None."""

    id: str
    file: Path | None
    context_tokens: int
    answers_at_once: int


@dataclass(frozen=True)
class DatabaseAddress:
    """The embedded database as libpq addresses: of the service, and of the tables' owner."""

    service: str = field(repr=False)
    owner: str = field(repr=False)


@dataclass(frozen=True)
class EngineAddress:
    """Where the embedded llama.cpp answers for one model, until the next `argo serve`."""

    model_id: str
    url: str
    """The base of its OpenAI API, as in `[[models.replicas]]`."""
    key: str = field(repr=False)
    answers_at_once: int
    context_tokens: int
    tool_call_opening: str | None
    """What an answer that is a tool call begins with, where the template is ours (dialect.py)."""


@dataclass(frozen=True)
class EmbeddingsAddress:
    """Where the embedded embedding model answers, until the next `argo serve`."""

    model_id: str
    url: str
    """The base of its OpenAI API, as in `[embeddings]`."""
    key: str = field(repr=False)
    dimension: int
    """How many numbers a vector has."""
    context_tokens: int
    """How much of a text is read as one; a longer one is read in parts and their mean taken."""
    version: str
    """Vectors compare with those of the same version alone."""
    query_prefix: str
    passage_prefix: str


@dataclass(frozen=True)
class Addresses:
    """What a worker is told of the embedded parts; empty where the settings name others."""

    database: str | None = field(default=None, repr=False)
    """libpq address of the service's role."""
    engines: tuple[EngineAddress, ...] = ()
    embeddings: EmbeddingsAddress | None = None


def addresses_of(told: Mapping[str, Any]) -> Addresses:
    """Return the addresses that `dataclasses.asdict` made `told` of."""
    engines = tuple(EngineAddress(**engine) for engine in told["engines"])
    embeddings = told["embeddings"] and EmbeddingsAddress(**told["embeddings"])
    return Addresses(database=told["database"], engines=engines, embeddings=embeddings)
