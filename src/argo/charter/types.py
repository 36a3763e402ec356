"""The charter as people read it, and who answers their questions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from pydantic import ConfigDict

SHIPPED = 1
"""The version of the charter that ships with ARGO."""
MOST_BYTES = 100_000
"""The longest text of a charter, in bytes of UTF-8."""


@dataclass(frozen=True)
class ContactSettings:
    """`[contacts]`: an address or a sentence each, absent where nobody is named."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    charter: str | None = None
    data_protection: str | None = None
    security: str | None = None
    accessibility: str | None = None


@dataclass(frozen=True)
class Charter:
    """A version and its texts, in Markdown; one that ships was not published by anybody."""

    version: int
    french: str
    english: str
    published_at: datetime | None = None


@dataclass(frozen=True)
class SelfCheckDone:
    """That a person did a version of the self-check, and when."""

    version: int
    done_at: datetime


@dataclass(frozen=True)
class CharterRead:
    """The charter in force, and when this person accepted it, None when they have not."""

    charter: Charter
    accepted_at: datetime | None
