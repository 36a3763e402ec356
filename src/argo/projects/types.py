"""A project as its owner sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

Colour = Literal["grey", "teal", "blue", "violet", "rose", "red", "amber", "green"]
UNDO_SECONDS = 30.0
MOST_PROJECTS = 200
MOST_INSTRUCTIONS = 8_000


@dataclass(frozen=True)
class Project:
    """One project; `instructions` are "" without any."""

    id: UUID
    name: str
    instructions: str
    colour: Colour
    created_at: datetime
