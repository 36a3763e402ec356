"""Prometheus figures of one worker, in its own registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

Figures = Callable[[], Mapping[str, float]]


class _Read(Collector):
    """Gauges that are read from the parts' own `state` when somebody looks."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> list[GaugeMetricFamily]:
        return [
            GaugeMetricFamily(name, name.replace("_", " "), value=value)
            for name, value in self._figures().items()
        ]


class Metrics:
    """What this worker counts; `worker` labels it, since a scrape reaches one worker at a time."""

    def __init__(self, worker: str) -> None:
        """Start counting at nothing."""
        self._registry = CollectorRegistry()
        self._worker = worker
        names = ("worker", "method", "route", "status")
        self._requests = Counter(
            "argo_requests", "Answers by route and status", names, registry=self._registry
        )
        self._seconds = Histogram(
            "argo_request_seconds",
            "Time until an answer's head was sent",
            ("worker", "route"),
            registry=self._registry,
        )

    def answered(self, method: str, route: str, status: int, head_seconds: float) -> None:
        """Count one answer; `route` is a template."""
        self._requests.labels(self._worker, method, route, str(status)).inc()
        self._seconds.labels(self._worker, route).observe(head_seconds)

    def read(self, figures: Figures) -> None:
        """Show `figures` (name to number) at each look."""
        self._registry.register(_Read(figures))

    def text(self) -> bytes:
        """Return all figures in Prometheus' text format."""
        return generate_latest(self._registry)
