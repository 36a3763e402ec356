"""Assistants as settings say them, and the choices that follow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from pydantic import ConfigDict

from argo.engines.types import Model, Size
from argo.errors import Language


@dataclass(frozen=True)
class InBothLanguages:
    """A text for people, in French and in English."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    fr: str
    en: str

    def text(self, language: Language) -> str:
        """Return the text in `language`."""
        return self.fr if language == "fr" else self.en


@dataclass(frozen=True)
class ModelsBySize:
    """The model an assistant uses for each size, by id; None: not offered in that size."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    small: str | None = None
    large: str | None = None

    def model_id(self, size: Size) -> str | None:
        """Return the model's id for `size`."""
        return self.small if size == "small" else self.large


@dataclass(frozen=True)
class AssistantSettings:
    """`[[assistants]]`: absent `instructions` mean ARGO's own."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: str
    name: InBothLanguages
    models: ModelsBySize = field(default_factory=ModelsBySize)
    collections: tuple[str, ...] = ()
    instructions: InBothLanguages | None = None


@dataclass(frozen=True)
class Assistant:
    """One assistant as people meet it; its instructions are the system prompt."""

    id: str
    name: InBothLanguages
    instructions: InBothLanguages
    collections: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choice:
    """What a person or program may choose: an assistant, a size, the model behind them."""

    assistant: Assistant
    size: Size
    model_id: str

    @property
    def alias(self) -> str:
        """The choice's name as a model of the API."""
        return f"{self.assistant.id}-{self.size}"


@dataclass(frozen=True)
class Resolved:
    """A model name of the API, resolved: `assistant` is None for a raw model."""

    model: Model
    assistant: Assistant | None
