"""Pages of the guide."""

from __future__ import annotations

from dataclasses import dataclass

from argo.errors import Language


@dataclass(frozen=True)
class GuidePage:
    """One subject: `number` is the same in both languages, `name` makes its address."""

    number: int
    name: str
    language: Language
    title: str
    text: str
    """Markdown, its title as first heading."""
