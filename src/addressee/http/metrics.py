"""The metrics at `/metrics`: of all processes of this service, and of the job queue, in the format of Prometheus."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from prometheus_client import REGISTRY, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import mark_process_dead
from prometheus_client.registry import Collector

from addressee.database.environment_variables import METRICS_FOLDER
from addressee.database.jobs.queue import QueueState
from addressee.http import metric_files

SECONDS = Histogram(
    "addressee_request_seconds",
    "Time from the head of a request to its answer",
    ["dialect", "operation", "status"],
    buckets=(0.01, 0.05, 0.25, 1, 5),
)

answered: dict[tuple[str, str, int], Histogram] = {}


def observe(dialect: str, operation: str, status: int, seconds: float) -> None:
    """Counts an answer. Callers cannot add series: unknown paths share a label, and so do unauthenticated requests."""
    key = (dialect, operation, status)
    if key not in answered:
        answered[key] = SECONDS.labels(dialect, operation, str(status))
    answered[key].observe(seconds)


def render(queue: Sequence[QueueState]) -> bytes:
    """Returns all metrics in the text format. Processes share theirs through the folder that METRICS_FOLDER names."""
    queues = CollectorRegistry()
    queues.register(QueueCollector(queue))
    if folder := os.environ.get(METRICS_FOLDER):
        forget_dead_processes(Path(folder))
        return metric_files.render(Path(folder)).encode() + generate_latest(queues)
    return generate_latest(REGISTRY) + generate_latest(queues)


def forget_dead_processes(folder: Path) -> None:
    """Removes the gauges of ended processes. Their counters stay."""
    for file in folder.glob("gauge_live*.db"):
        pid = int(file.stem.rpartition("_")[2])
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            mark_process_dead(pid)  # type: ignore[no-untyped-call]
        except PermissionError:
            continue


class QueueCollector(Collector):
    def __init__(self, states: Sequence[QueueState]) -> None:
        self._states = states

    def collect(self) -> Iterable[Metric]:
        waiting = GaugeMetricFamily("addressee_jobs_waiting", "Jobs due or deferred", labels=["job"])
        age = GaugeMetricFamily("addressee_jobs_oldest_seconds", "Age of the oldest due job", labels=["job"])
        held = GaugeMetricFamily("addressee_jobs_held", "Jobs that failed and wait for an operator", labels=["job"])
        for state in self._states:
            waiting.add_metric([state.name], state.waiting)
            age.add_metric([state.name], state.oldest_seconds)
            held.add_metric([state.name], state.held)
        return [waiting, age, held]
