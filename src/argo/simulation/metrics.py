"""What the engine counts, under vLLM's metric names.

Source of the names: vLLM, "Production Metrics" (V1 engine).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True)
class EngineState:
    """One engine at a moment."""

    model: str
    running: int
    waiting: int
    places_taken: int
    places: int
    prompt_tokens: int
    generation_tokens: int
    questions: int


class Histogram:
    """Counts of values up to each bound."""

    def __init__(self, *bounds: float) -> None:
        """Count between `bounds`, which rise."""
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, value: float) -> None:
        """Count one value."""
        self._counts[bisect_left(self._bounds, value)] += 1
        self._sum += value

    def lines(self, name: str, labels: str) -> list[str]:
        """Return the histogram in Prometheus' text form."""
        lines, total = [f"# TYPE {name} histogram"], 0
        for bound, count in zip((*self._bounds, "+Inf"), self._counts, strict=True):
            total += count
            lines.append(f'{name}_bucket{{le="{bound}",{labels}}} {total}')
        return [*lines, f"{name}_sum{{{labels}}} {self._sum}", f"{name}_count{{{labels}}} {total}"]


class Tallies:
    """What an engine has counted since it started."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.prompt_tokens = 0
        self.generation_tokens = 0
        self.finished: Counter[str] = Counter()
        self.first_token = Histogram(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5, 10, 40, 160)
        self.whole = Histogram(0.3, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 60.0, 120.0, 240.0)


def metrics_text(state: EngineState, tallies: Tallies) -> str:
    """Return the Prometheus text of an engine."""
    labels = f'engine="0",model_name="{state.model}"'
    used = state.places_taken / state.places
    lines = [
        *_line("num_requests_running", "gauge", labels, state.running),
        *_line("num_requests_waiting", "gauge", labels, state.waiting),
        *_line("kv_cache_usage_perc", "gauge", labels, round(used, 4)),
        *_line("num_preemptions_total", "counter", labels, 0),
        *_line("prompt_tokens_total", "counter", labels, state.prompt_tokens),
        *_line("generation_tokens_total", "counter", labels, state.generation_tokens),
        *_line("prefix_cache_queries_total", "counter", labels, state.prompt_tokens),
        *_line("prefix_cache_hits_total", "counter", labels, 0),
        "# TYPE vllm:request_success_total counter",
    ]
    for reason in ("stop", "length", "abort", "error"):
        reasoned = f'{labels},finished_reason="{reason}"'
        lines.append(f"vllm:request_success_total{{{reasoned}}} {tallies.finished[reason]}")
    lines += tallies.first_token.lines("vllm:time_to_first_token_seconds", labels)
    lines += tallies.whole.lines("vllm:e2e_request_latency_seconds", labels)
    return "\n".join(lines) + "\n"


def _line(name: str, kind: str, labels: str, value: float) -> list[str]:
    return [f"# TYPE vllm:{name} {kind}", f"vllm:{name}{{{labels}}} {value}"]
