"""The metrics at `/metrics`: of all processes of this service, and of the job queue, in the format of Prometheus."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import mark_process_dead
from prometheus_client.registry import Collector

from addressee.database.environment_variables import METRICS_FOLDER
from addressee.database.jobs.queue import QueueState
from addressee.http.metrics import files
from addressee.messaging.delivery.channels.channel_states import TroubledChannel
from addressee.messaging.webhooks.deliveries.backlog import OverdueEndpoint


class StoredState(NamedTuple):
    """The state of the database as metrics show it: the job queue, troubled channels, and overdue webhooks."""

    queue: Sequence[QueueState] = ()
    channels: Sequence[TroubledChannel] = ()
    webhooks: Sequence[OverdueEndpoint] = ()


def render(state: StoredState) -> bytes:
    """Returns all metrics in the text format. Processes share theirs through the folder that METRICS_FOLDER names."""
    stored = CollectorRegistry()
    stored.register(QueueCollector(state.queue))
    stored.register(ChannelCollector(state.channels))
    stored.register(WebhookCollector(state.webhooks))
    if folder := os.environ.get(METRICS_FOLDER):
        forget_dead_processes(Path(folder))
        return files.render(Path(folder)).encode() + generate_latest(stored)
    return generate_latest(REGISTRY) + generate_latest(stored)


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


class WebhookCollector(Collector):
    def __init__(self, endpoints: Sequence[OverdueEndpoint]) -> None:
        self._endpoints = endpoints

    def collect(self) -> Iterable[Metric]:
        overdue = GaugeMetricFamily(
            "addressee_webhook_overdue_seconds",
            "Time for which the oldest due delivery of an endpoint has waited",
            labels=["environment", "endpoint"],
        )
        for each in self._endpoints:
            overdue.add_metric([each.environment, str(each.endpoint_id)], each.seconds)
        return [overdue]


class ChannelCollector(Collector):
    def __init__(self, channels: Sequence[TroubledChannel]) -> None:
        self._channels = channels

    def collect(self) -> Iterable[Metric]:
        paused = GaugeMetricFamily(
            "addressee_channel_paused", "Channels that pause", labels=["environment", "channel", "reason"]
        )
        kept = GaugeMetricFamily(
            "addressee_channel_addresses_kept",
            "Channels whose addresses are not disabled, as too many of them bounce",
            labels=["environment", "channel"],
        )
        for each in self._channels:
            if each.paused_for is not None:
                paused.add_metric([each.environment, each.channel, each.paused_for], 1)
            if each.keeps_addresses:
                kept.add_metric([each.environment, each.channel], 1)
        return [paused, kept]
