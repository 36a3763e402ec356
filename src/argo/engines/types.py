"""Models and replicas, as settings say them and as they stand now."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

Size = Literal["small", "large"]
Capability = Literal["tools", "json_schema", "reasoning", "cites", "continues"]
ModelState = Literal["ready", "starting", "away"]


@dataclass(frozen=True)
class ReplicaSettings:
    """`[[models.replicas]]`: one engine process, by the base of its OpenAI API.

    `api_key_env` names the environment variable that holds the engine's key.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    url: str | None = None
    file: Path | None = None
    """A GGUF file for the embedded llama.cpp, in place of `url`."""
    capacity: int | None = None
    api_key_env: str | None = None
    unsafe_routes_allowed: bool = False
    """Route to an engine although it leaves `/pause` or the like open."""
    draining: bool = False
    """Send it nothing new; what runs there goes on. For taking an engine down in calm."""


@dataclass(frozen=True)
class ModelSettings:
    """`[[models]]`: one model and its replicas."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: str
    replicas: tuple[ReplicaSettings, ...] = ()
    name: str | None = None
    size: Size = "small"
    context_tokens: int = 8192
    licence: str | None = None
    origin: str | None = None
    sha256: str | None = None
    target_tokens_per_second: float | None = None
    capabilities: tuple[Capability, ...] = ("tools", "json_schema")
    successor: str | None = None
    """This model is retired: the id of the one that answers in its place, from now on."""
    bundled: bool = False
    """The small model that ships inside ARGO; the page says so."""


@dataclass(frozen=True)
class EmbeddingsSettings:
    """`[embeddings]`: an OpenAI `/v1/embeddings` elsewhere; absent means the embedded one."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    url: str
    model: str
    api_key_env: str | None = None
    context_tokens: Annotated[int, Field(ge=16)] = 8192
    """What the model reads of one text."""
    query_prefix: str = ""
    """What the model wants before a text that is searched with ("query: " for e5)."""
    passage_prefix: str = ""
    """What it wants before a text that is searched in ("passage: " for e5)."""
    version: str = "1"
    """Changed by the operator when other weights answer under the same name: vectors are then
    made anew."""
    capacity: Annotated[int, Field(ge=1)] | None = None
    """How many requests a worker sends at once; absent means 8."""


@dataclass(frozen=True)
class RerankSettings:
    """`[rerank]`: an engine that orders texts by how well they answer a question (`/v1/rerank`)."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    url: str
    model: str
    api_key_env: str | None = None
    context_tokens: Annotated[int, Field(ge=16)] = 8192
    """What the model reads of a question and one text together."""
    capacity: Annotated[int, Field(ge=1)] | None = None
    """How many requests a worker sends at once; absent means 8."""


@dataclass(frozen=True)
class Replica:
    """One engine process as the service reaches it. `repr` does not show the key."""

    url: str
    capacity: int | None
    api_key: str | None
    unsafe_routes_allowed: bool = False
    embedded: bool = False
    """Whether it is the llama.cpp inside ARGO, which wants some things said differently."""
    tool_call_opening: str | None = None
    draining: bool = False
    """Whether it gets nothing new."""

    def __repr__(self) -> str:
        """Show everything but the key."""
        return f"Replica(url={self.url!r}, capacity={self.capacity!r})"


@dataclass(frozen=True)
class EmbeddingSource:
    """What makes vectors here, and what it wants before a text of each kind."""

    replica: Replica
    model_id: str
    context_tokens: int
    version: str
    query_prefix: str
    passage_prefix: str
    dimension: int | None
    """None until the engine has made a first vector."""


@dataclass(frozen=True)
class Model:
    """One model people and programs may choose."""

    id: str
    name: str
    size: Size
    context_tokens: int
    capabilities: tuple[Capability, ...]
    bundled: bool
    replicas: tuple[Replica, ...]
    target_tokens_per_second: float | None = None
    licence: str | None = None
    origin: str | None = None
    sha256: str | None = None
    succeeds: tuple[str, ...] = ()
    """The retired models whose place it takes, by id."""


@dataclass(frozen=True)
class EngineSettings:
    """`[engines]`: how long an engine may take, in seconds."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    connect_seconds: float = 3.0
    first_token_seconds: float = 300.0
    idle_seconds: float = 60.0
    probe_seconds: float = 5.0


@dataclass(frozen=True)
class Outcome:
    """How a question left its place on a replica, and what the replica had written by then.

    Only `whole` ones tell how long answers take; `failed` and `full` are the replica's doing.
    """

    how: Literal["whole", "left", "failed", "full"]
    tokens: int = 0
    writing_seconds: float = 0.0


CapacityReason = Literal["set", "slots", "engine", "target", "refused", "trial", "unknown"]


@dataclass(frozen=True)
class ReplicaState:
    """How one replica stands: what probes and answers have told, and what runs there now."""

    replica: Replica
    state: ModelState
    running: int = 0
    open_doors: tuple[str, ...] = ()
    found: int | None = None
    """The capacity that was found; None leaves what is set."""
    why: CapacityReason = "set"
    """Which of the bounds the capacity is."""

    @property
    def capacity(self) -> int | None:
        """How many answers it writes at once, None when that is not known."""
        return self.replica.capacity if self.found is None else self.found

    @property
    def room(self) -> int | None:
        """How many more questions it may take, None when its capacity is not known."""
        return None if self.capacity is None else self.capacity - self.running
