"""What is exported, and how."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from argo.errors import Language

Format = Literal["md", "docx", "odt", "pdf", "json"]
FORMATS: tuple[Format, ...] = ("md", "docx", "odt", "pdf", "json")
MEDIA_TYPES: dict[Format, str] = {
    "md": "text/markdown; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
    "pdf": "application/pdf",
    "json": "application/json",
}
MOST_CHARACTERS = 2_000_000


@dataclass(frozen=True)
class Part:
    """One message: who says it (a heading), what else is to be said of it, its Markdown."""

    role: Literal["user", "assistant", "summary"]
    heading: str
    text: str
    note: str = ""
    model: str | None = None
    at: str | None = None


@dataclass(frozen=True)
class Paper:
    """A conversation, or one answer, to be exported; `at` is now, in ISO 8601."""

    title: str
    language: Language
    institution: str
    parts: tuple[Part, ...]
    at: str
    source: Literal["saved", "temporary"]

    @property
    def models(self) -> tuple[str, ...]:
        """The models that wrote parts of it, each once."""
        return tuple(dict.fromkeys(each.model for each in self.parts if each.model))

    @property
    def characters(self) -> int:
        """How long its texts are."""
        return sum(len(each.text) for each in self.parts)


@dataclass(frozen=True)
class LeafPart:
    """A part, its Markdown read."""

    heading: str
    note: str
    blocks: list[dict[str, Any]]


@dataclass(frozen=True)
class Leaf:
    """A paper read, as the writers of DOCX, ODT and PDF take it."""

    title: str
    language: Language
    author: str
    notice: tuple[str, ...]
    exported_at: str
    parts: list[LeafPart] = field(default_factory=list)


@dataclass(frozen=True)
class Exported:
    """A file: its bytes, media type and name."""

    content: bytes
    media_type: str
    name: str
