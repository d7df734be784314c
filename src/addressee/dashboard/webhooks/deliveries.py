"""Deliveries of a webhook: one of them with its attempts, sending again, and tests."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.api.requests.query_strings import instant
from addressee.dashboard.errors import PageMissingError
from addressee.dashboard.rendering import page, see_other
from addressee.dashboard.routes import EDITOR, VIEWER, Routes
from addressee.dashboard.visits import EnvironmentVisit
from addressee.dashboard.webhooks.listing import webhook_page
from addressee.dashboard.webhooks.subject import WEBHOOK, endpoint_of, webhook_url
from addressee.dashboard.webhooks.wording import STATUSES, is_taken
from addressee.messaging.webhooks.model import DeliveryHistory, DeliveryStatus, Endpoint
from addressee.operators.model import Role

routes = Routes("webhook_deliveries")

DELIVERY = f"{WEBHOOK}/deliveries/{{delivery_id}}"


@routes.get(DELIVERY, VIEWER)
async def show_delivery(visit: EnvironmentVisit) -> Answer:
    """Shows viewers no answers: a receiver may repeat what it was told. Raises PageMissingError."""
    endpoint = await endpoint_of(visit)
    history = await history_of(visit, endpoint)
    return page(
        visit,
        "webhooks/delivery.html",
        endpoint=endpoint,
        delivery=history.delivery,
        attempts=list(reversed(history.attempts)),
        shown=STATUSES[history.delivery.status],
        can_resend=visit.may(Role.EDITOR) and history.delivery.status is not DeliveryStatus.PENDING,
        is_taken=is_taken,
        readable=visit.may(Role.EDITOR),
    )


@routes.post(f"{DELIVERY}/resend", EDITOR)
async def resend_delivery(visit: EnvironmentVisit, form: Form) -> Answer:
    """Raises PageMissingError."""
    endpoint = await endpoint_of(visit)
    delivery = (await history_of(visit, endpoint)).delivery
    await visit.record("webhooks.resend", "webhooks", str(endpoint.id), delivery=str(delivery.id))
    await visit.services.messaging.webhook_replays.again(visit.environment.id, endpoint.id, [delivery.id])
    return see_other(webhook_url(visit, endpoint, "deliveries", delivery.id, notice="delivery-sent-again"))


@routes.post(f"{WEBHOOK}/test", EDITOR)
async def test_webhook(visit: EnvironmentVisit, form: Form) -> Answer:
    """Tells the webhook of a test event, and answers with the page that says what it answered."""
    endpoint = await endpoint_of(visit)
    await visit.record("webhooks.test", "webhooks", str(endpoint.id))
    attempt = await visit.services.webhook_trials.send(visit.environment.id, endpoint.id)
    return await webhook_page(visit, endpoint, trial=attempt)


@routes.get(f"{WEBHOOK}/resend", EDITOR)
async def show_resending(visit: EnvironmentVisit) -> Answer:
    """Raises PageMissingError."""
    return resending_page(visit, await endpoint_of(visit), "", "")


@routes.post(f"{WEBHOOK}/resend", EDITOR)
async def resend_failed(visit: EnvironmentVisit, form: Form) -> Answer:
    """Raises PageMissingError."""
    endpoint = await endpoint_of(visit)
    since, until = form.text("since").strip(), form.text("until").strip()
    try:
        period = moment_in(since), moment_in(until)
    except (ValueError, OverflowError):
        return resending_page(visit, endpoint, since, until, "Give times like 2026-03-01 12:00, in UTC, or none.")
    await visit.record("webhooks.resend", "webhooks", str(endpoint.id), since=since, until=until)
    await visit.services.messaging.webhook_replays.failed_again(visit.environment.id, endpoint.id, *period)
    return see_other(webhook_url(visit, endpoint, notice="deliveries-sent-again"))


def resending_page(visit: EnvironmentVisit, endpoint: Endpoint, since: str, until: str, error: str = "") -> Answer:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
    return page(visit, "webhooks/resend.html", status, endpoint=endpoint, since=since, until=until, error=error)


def moment_in(text: str) -> datetime | None:
    """Raises ValueError or OverflowError for what is no time."""
    return instant(text) if text else None


async def history_of(visit: EnvironmentVisit, endpoint: Endpoint) -> DeliveryHistory:
    """Returns the delivery that the path names. Raises PageMissingError."""
    try:
        id = UUID(visit.path["delivery_id"])
    except ValueError:
        found = None
    else:
        found = await visit.services.messaging.webhook_deliveries.get(visit.environment.id, endpoint.id, id)
    if found is None:
        raise PageMissingError("There is no such delivery. Deliveries are kept for 30 days.")
    return found
