"""A question on its way: asked, waiting, running, done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from argo.storage.types import Owner

Lane = Literal["interactive", "api", "batch"]
Source = Literal["web", "temporary", "api"]
Endpoint = Literal["chat/completions", "completions"]
FinishReason = Literal["stop", "length", "tool_calls", "content_filter"]
AnswerState = Literal["waiting", "running", "complete", "stopped", "interrupted", "failed"]
Outcome = Literal["complete", "stopped", "interrupted", "failed", "refused"]


Weight = Annotated[float, Field(gt=0, le=1000)]


@dataclass(frozen=True)
class QueueSettings:
    """`[queue]`: who waits how long, and how institutions share."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    whole_answer_wait_seconds: Annotated[float, Field(ge=0)] = 120.0
    """A whole (not streamed) answer that would wait longer is refused with 503 at once."""
    shares: Mapping[str, Weight] = field(default_factory=dict)
    """Weights of institutions, by slug; 1 where none is said."""


@dataclass(frozen=True)
class Asker:
    """Who asks, from where: what quota, fairness and the ledger need to know of a person."""

    owner: Owner
    source: Source
    key_id: UUID | None = None


@dataclass(frozen=True)
class Question:
    """A checked question; `fields` is all of the engine's body that came from the caller.

    `fields` was rebuilt from an allow-list and never holds `model`, `stream`,
    `stream_options` or `cache_salt`: completions sets these. `affinity` groups questions that
    share a prompt's beginning (a conversation, or a key); `salt_of` names whom the engine's
    prefix cache is kept apart for.
    """

    asker: Asker
    lane: Lane
    model_id: str
    fields: Mapping[str, object]
    affinity: bytes
    salt_of: bytes
    endpoint: Endpoint = "chat/completions"
    assistant_id: str | None = None
    counted: bool = True
    """Whether it counts against the quota: titles and checks of ARGO's own do not."""
    continues: bool = False
    """Whether the last message is an unfinished answer that the engine itself goes on with."""


@dataclass(frozen=True)
class Waiting:
    """The question waits: its place (1 is next) and, when known, the estimated seconds."""

    position: int
    eta_seconds: float | None


@dataclass(frozen=True)
class Usage:
    """Tokens of one completion; `exact` says the engine counted them."""

    prompt_tokens: int
    completion_tokens: int
    exact: bool


@dataclass(frozen=True)
class CallDelta:
    """A piece of a tool call: its number in the answer, and what is new of it."""

    index: int
    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(frozen=True)
class Delta:
    """New text of an answer, new text of its reasoning, new pieces of its tool calls."""

    text: str = ""
    reasoning: str = ""
    calls: tuple[CallDelta, ...] = ()
    finish_reason: FinishReason | None = None


@dataclass(frozen=True)
class EventNumbered:
    """One event of an answer's stream, as pages receive it: number from 1, name, data."""

    number: int
    name: Literal["queued", "started", "reasoning", "delta", "done", "snapshot"]
    data: Mapping[str, object] = field(default_factory=dict)
