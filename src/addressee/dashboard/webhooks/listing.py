"""Webhooks and how they do; one of them, with what it was told."""

from __future__ import annotations

from uuid import UUID

from addressee.api.answers import Answer
from addressee.dashboard.rendering import page
from addressee.dashboard.routes import VIEWER, Routes
from addressee.dashboard.visits import EnvironmentVisit
from addressee.dashboard.webhooks.subject import WEBHOOK, WEBHOOKS, endpoint_of, webhook_url
from addressee.dashboard.webhooks.wording import DISABLED_FOR, FORM_NAMES, STATES, STATUSES, is_taken
from addressee.directory.recipient import USERS
from addressee.messaging.webhooks.deliveries.deliveries import DeliveryFilter
from addressee.messaging.webhooks.endpoints.states import state_of
from addressee.messaging.webhooks.model import TYPES, DeliveryAttempt, DeliveryStatus, Endpoint
from addressee.operators.model import Role

routes = Routes("webhooks")

PAGE_SIZE = 50

FILTERS = ("status", "type", "recipient", "collection")


@routes.get(WEBHOOKS, VIEWER)
async def show_webhooks(visit: EnvironmentVisit) -> Answer:
    found = await visit.services.messaging.webhook_endpoints.list(visit.environment.id)
    now = visit.services.directory.clock.now()
    return page(
        visit,
        "webhooks/list.html",
        webhooks=[(endpoint, STATES[state_of(endpoint, now)]) for endpoint in found],
        disabled_for=DISABLED_FOR,
    )


@routes.get(WEBHOOK, VIEWER)
async def show_webhook(visit: EnvironmentVisit) -> Answer:
    """Raises PageMissingError."""
    return await webhook_page(visit, await endpoint_of(visit))


async def webhook_page(visit: EnvironmentVisit, endpoint: Endpoint, trial: DeliveryAttempt | None = None) -> Answer:
    """Returns the page of a webhook; `trial` is what it has just answered to a test event."""
    chosen = {name: visit.query.text(name) or "" for name in FILTERS}
    found = await visit.services.messaging.webhook_deliveries.list(
        visit.environment.id, endpoint.id, filter_of(visit), visit.query.page_request(UUID, PAGE_SIZE)
    )
    return page(
        visit,
        "webhooks/webhook.html",
        endpoint=endpoint,
        state=STATES[state_of(endpoint, visit.services.directory.clock.now())],
        disabled_for=DISABLED_FOR,
        forms=FORM_NAMES,
        found=found,
        chosen=chosen,
        is_filtered=any(chosen.values()),
        statuses=STATUSES,
        status_options=[("", "Any status"), *((status.value, shown.text) for status, shown in STATUSES.items())],
        type_options=[("", "All types"), *((type, type) for type in TYPES)],
        newer=found.before and webhook_url(visit, endpoint, **chosen, before=found.before),
        older=found.after and webhook_url(visit, endpoint, **chosen, after=found.after),
        trial=trial,
        is_taken=is_taken,
        readable=visit.may(Role.EDITOR),
    )


def filter_of(visit: EnvironmentVisit) -> DeliveryFilter:
    """Returns the filter that the query asks for; users are meant where no collection is named."""
    query = visit.query
    status = query.choice("status", tuple(DeliveryStatus), None)
    type = query.choice("type", TYPES, None)
    recipient = query.text("recipient")
    return DeliveryFilter(
        statuses=() if status is None else [status],
        types=() if type is None else [type],
        recipient=None if recipient is None else visit.place(query.text("collection") or USERS, recipient),
    )
