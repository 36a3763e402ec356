"""Prometheus figures: one worker's in its own registry, and those of all workers as one answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector


@dataclass(frozen=True)
class Figure:
    """One number as it stands now; figures of one name and the same labels add up over workers."""

    name: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


Figures = Callable[[], Iterable[Figure]]
Elsewhere = Callable[[], Awaitable[Sequence[str]]]


class _Read(Collector):
    """Gauges that are read from the parts' own `state` when somebody looks."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> list[Metric]:
        families: dict[str, GaugeMetricFamily] = {}
        for figure in self._figures():
            family = families.get(figure.name)
            if family is None:
                said = figure.name.replace("_", " ").replace(":", " ")
                family = GaugeMetricFamily(figure.name, said, labels=list(figure.labels))
                families[figure.name] = family
            family.add_metric(list(figure.labels.values()), figure.value)
        return list(families.values())


class Metrics:
    """What this worker counts; `worker` labels its counters, so that a restart resets only its own.

    Gauges bear no such label: they are summed over all workers.
    """

    def __init__(self, worker: str) -> None:
        """Start counting at nothing."""
        self._registry = CollectorRegistry()
        self._worker = worker
        self._elsewhere: Elsewhere | None = None
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
        """Show `figures` at each look."""
        self._registry.register(_Read(figures))

    def with_others(self, elsewhere: Elsewhere) -> None:
        """Show the figures of all workers: `elsewhere` returns the texts of the others."""
        self._elsewhere = elsewhere

    def text(self) -> bytes:
        """Return this worker's figures in Prometheus' text format."""
        return generate_latest(self._registry)

    async def whole_text(self) -> bytes:
        """Return the figures of all workers, summed where they bear the same labels."""
        others = await self._elsewhere() if self._elsewhere is not None else ()
        return summed([self.text().decode(), *others]) if others else self.text()


class _Families(Collector):
    """Families as they are."""

    def __init__(self, families: Sequence[Metric]) -> None:
        self._families = families

    def collect(self) -> Sequence[Metric]:
        return self._families


def summed(texts: Sequence[str]) -> bytes:
    """Return the sum of several texts in Prometheus' format, sample by sample."""
    families: dict[str, Metric] = {}
    values: dict[str, dict[tuple[str, tuple[tuple[str, str], ...]], float]] = {}
    for text in texts:
        for family in text_string_to_metric_families(text):
            families.setdefault(family.name, Metric(family.name, family.documentation, family.type))
            found = values.setdefault(family.name, {})
            for sample in family.samples:
                if sample.name.endswith("_created"):
                    continue
                key = (sample.name, tuple(sorted(sample.labels.items())))
                found[key] = found.get(key, 0.0) + sample.value
    for name, family in families.items():
        for (sample_name, labels), value in values[name].items():
            family.add_sample(sample_name, dict(labels), value)
    registry = CollectorRegistry()
    registry.register(_Families(list(families.values())))
    return generate_latest(registry)
