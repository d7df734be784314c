"""Bulk calls: how far each is, and which of its rows were refused."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from addressee.api.answers import Answer
from addressee.dashboard.errors import PageMissingError
from addressee.dashboard.rendering import page
from addressee.dashboard.routes import VIEWER, Routes
from addressee.dashboard.urls import ENVIRONMENT
from addressee.dashboard.visits import EnvironmentVisit
from addressee.directory.imports.imports import NAME
from addressee.directory.writing.bulk import OPERATION_LIFE, BulkOperation

routes = Routes("bulk")

PATH = f"{ENVIRONMENT}/bulk"
PAGE_SIZE = 50

# The number of refused rows that a page shows.
FAILURES_SHOWN = 500

STATUS_NAMES = {"processing": "Goes on", "completed": "Completed", "failed": "Failed"}
TONES = {"processing": "busy", "completed": "good", "failed": "bad"}


@routes.get(PATH, VIEWER)
async def show_bulk_calls(visit: EnvironmentVisit) -> Answer:
    found = await visit.services.directory.list_bulk_operations(
        visit.environment.id, visit.query.page_request(UUID, PAGE_SIZE)
    )
    return page(
        visit,
        "operations/bulk.html",
        found=found,
        names=STATUS_NAMES,
        tones=TONES,
        days=OPERATION_LIFE.days,
        newest=visit.query.text("after") and visit.url("bulk"),
        older=found.after and visit.url("bulk", after=found.after),
    )


@routes.get(f"{PATH}/{{id}}", VIEWER)
async def show_bulk_call(visit: EnvironmentVisit) -> Answer:
    """Raises PageMissingError."""
    operation = await operation_of(visit)
    return page(
        visit,
        "operations/bulk_call.html",
        operation=operation,
        failures=operation.failures[:FAILURES_SHOWN],
        rate=rate_of(operation, visit.services.directory.clock.now()),
        is_import=operation.name == NAME,
        names=STATUS_NAMES,
        tones=TONES,
    )


async def operation_of(visit: EnvironmentVisit) -> BulkOperation:
    """Returns the bulk call that the path names. Raises PageMissingError."""
    try:
        id = UUID(visit.path["id"])
    except ValueError:
        operation = None
    else:
        operation = await visit.services.directory.find_bulk_operation(visit.environment.id, id)
    if operation is None:
        raise PageMissingError(f"There is no such bulk call. They are kept for {OPERATION_LIFE.days} days.")
    return operation


def rate_of(operation: BulkOperation, now: datetime) -> float | None:
    """Returns how many rows are processed in a second; None where no time has passed."""
    seconds = ((operation.completed_at or now) - operation.started_at).total_seconds()
    return operation.total / seconds if seconds > 0 else None
