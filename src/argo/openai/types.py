"""A request once it is checked."""

from __future__ import annotations

from dataclasses import dataclass

from argo.completions.types import Endpoint


@dataclass(frozen=True)
class Asked:
    """What a caller asked for: `fields` go to the engine, the rest is ARGO's to do."""

    fields: dict[str, object]
    stream: bool
    include_usage: bool
    endpoint: Endpoint = "chat/completions"
    """Where of an engine it goes."""
