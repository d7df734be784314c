"""Runs of the tests' workflows, waited for."""

from __future__ import annotations

from typing import Any

from notiflows import Notiflows
from notiflows.types import Notification

from tests.support.waiting import eventually

EXPANDED = {"expand": "deliveries"}

# Those that go on have not ended.
ENDED = {"processed", "failed"}

# Of deliveries: nothing more is to come.
SETTLED = {"sent", "failed"}


def run(notiflows: Notiflows, handle: str, *ids: str, **rest: Any) -> list[Notification]:
    """Runs a workflow for these users, and returns their notifications once each one's deliveries are made and sent."""
    started = notiflows.notiflows.run(handle, recipients=[{"external_id": id} for id in ids], **rest)
    return finished(notiflows, started.notiflow_run_id, len(ids))


def finished(notiflows: Notiflows, run_id: str, count: int) -> list[Notification]:
    """A run's notifications with their deliveries, newest first, once there are so many and all has been done."""

    def found() -> list[Notification]:
        return list(notiflows.notifications.list(extra_query={"notiflow_run_id": run_id, **EXPANDED}))

    eventually(lambda: len(found()) == count and all(map(is_done, found())))
    return found()


def is_done(notification: Notification) -> bool:
    deliveries = notification.deliveries or []
    return notification.status in ENDED and all(each.status in SETTLED for each in deliveries)
