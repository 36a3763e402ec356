"""What an engine says of its own load, read from its metrics: vLLM's names, and llama.cpp's."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

_LINE = re.compile(r"^([a-zA-Z_:][\w:]*)(?:\{[^}]*\})?\s+(\S+)", re.MULTILINE)
_RUNNING = ("vllm:num_requests_running", "llamacpp:requests_processing")
_WAITING = ("vllm:num_requests_waiting", "llamacpp:requests_deferred")
_TOKENS = (
    "vllm:generation_tokens_total",
    "vllm:generation_tokens",
    "llamacpp:tokens_predicted_total",
)
_PREEMPTIONS = ("vllm:num_preemptions_total", "vllm:num_preemptions")


@dataclass(frozen=True)
class Gauges:
    """One look at an engine: what runs and waits inside it, what it has written so far."""

    running: int
    waiting: int
    tokens: float
    """Tokens written since it started."""
    preemptions: float = 0.0
    """How often it had to put an answer aside for want of memory."""


def gauges(text: str) -> Gauges | None:
    """Read an engine's metrics; None when they are not of a kind that is known.

    Where one process serves several engines (data parallel), their figures are summed.
    """
    found: dict[str, float] = {}
    for name, written in _LINE.findall(text):
        try:
            value = float(written)
        except ValueError:
            continue
        if math.isfinite(value):
            found[name] = found.get(name, 0.0) + value
    running = _first(found, _RUNNING)
    if running is None:
        return None
    return Gauges(
        running=round(running),
        waiting=round(_first(found, _WAITING) or 0.0),
        tokens=_first(found, _TOKENS) or 0.0,
        preemptions=_first(found, _PREEMPTIONS) or 0.0,
    )


def _first(found: dict[str, float], names: tuple[str, ...]) -> float | None:
    return next((found[name] for name in names if name in found), None)
