"""What a service counts about itself, and how Prometheus gets to see it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

_BUCKETS = (1, 2, 4, 8, 16, 32, 64, 128, math.inf)


@dataclass
class _Totals:
    batches: int = 0
    model_s: float = 0.0
    cycle_s: float = 0.0


@dataclass
class BatchStats:
    """Batches served, by their size."""

    by_size: dict[int, _Totals] = field(default_factory=dict)

    def record(self, size: int, *, model_s: float, cycle_s: float) -> None:
        """Count a batch: its time in the scorer, and the time from its start until the next one
        could start (the *cycle*, which is what sets the capacity)."""
        totals = self.by_size.setdefault(size, _Totals())
        totals.batches += 1
        totals.model_s += model_s
        totals.cycle_s += cycle_s

    def summary(self) -> list[dict[str, Any]]:
        """One row per batch size: how many batches, their mean model time and mean cycle (ms)."""
        return [
            {
                "batch": size,
                "batches": totals.batches,
                "model_ms": 1e3 * totals.model_s / totals.batches,
                "cycle_ms": 1e3 * totals.cycle_s / totals.batches,
            }
            for size, totals in sorted(self.by_size.items())
        ]


class ServiceMetrics(Collector):
    """Renders the counts for Prometheus when it asks, so that serving pays nothing for it."""

    def __init__(self, service: Any) -> None:
        self._service = service

    def collect(self) -> Iterator[Metric]:
        responses = CounterMetricFamily(
            "riverton_responses", "Answers to /predict, by HTTP status.", labels=["status"]
        )
        for status, count in sorted(self._service.responses.items()):
            responses.add_metric([str(status)], count)
        yield responses

        yield GaugeMetricFamily(
            "riverton_queue_depth", "Requests that wait for a batch.", self._service.batcher.depth
        )

        totals = self._service.batcher.stats.by_size
        counts = {size: total.batches for size, total in totals.items()}
        sizes = HistogramMetricFamily("riverton_batch_size", "Requests per batch.")
        sizes.add_metric(
            [],
            buckets=[
                (floatToGoString(bound), sum(n for size, n in counts.items() if size <= bound))
                for bound in _BUCKETS
            ],
            sum_value=sum(size * n for size, n in counts.items()),
        )
        yield sizes

        yield CounterMetricFamily(
            "riverton_model_seconds",
            "Time spent in the scorer.",
            value=sum(t.model_s for t in totals.values()),
        )
