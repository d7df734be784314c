"""Webhooks and how they do; one of them, with what it was told."""

from __future__ import annotations

from addressee.api.answers import Answer
from addressee.dashboard.rendering import page
from addressee.dashboard.routes import VIEWER, Routes
from addressee.dashboard.visits import EnvironmentVisit
from addressee.dashboard.webhooks.subject import WEBHOOK, WEBHOOKS, endpoint_of
from addressee.dashboard.webhooks.wording import DISABLED_FOR, FORM_NAMES, STATES
from addressee.messaging.webhooks.states import state_of

routes = Routes("webhooks_listing")


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
    endpoint = await endpoint_of(visit)
    state = STATES[state_of(endpoint, visit.services.directory.clock.now())]
    return page(
        visit,
        "webhooks/webhook.html",
        endpoint=endpoint,
        state=state,
        disabled_for=DISABLED_FOR,
        forms=FORM_NAMES,
    )
