"""Webhooks are disabled, enabled and deleted."""

from __future__ import annotations

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.dashboard.rendering import page, see_other
from addressee.dashboard.routes import ADMIN, Routes
from addressee.dashboard.visits import EnvironmentVisit
from addressee.dashboard.webhooks.subject import WEBHOOK, endpoint_of, webhook_url
from addressee.messaging.webhooks.endpoints.endpoints import EndpointChange

routes = Routes("webhook_switching")


@routes.post(f"{WEBHOOK}/disable", ADMIN)
async def disable_webhook(visit: EnvironmentVisit, form: Form) -> Answer:
    """Raises PageMissingError."""
    return await switch(visit, "webhooks.disable", "webhook-disabled", is_enabled=False)


@routes.post(f"{WEBHOOK}/enable", ADMIN)
async def enable_webhook(visit: EnvironmentVisit, form: Form) -> Answer:
    """Raises PageMissingError."""
    return await switch(visit, "webhooks.enable", "webhook-enabled", is_enabled=True)


async def switch(visit: EnvironmentVisit, act: str, notice: str, *, is_enabled: bool) -> Answer:
    endpoint = await endpoint_of(visit)
    await visit.record(act, "webhooks", str(endpoint.id))
    await visit.services.messaging.webhook_endpoints.change(
        visit.environment.id, endpoint.id, EndpointChange(is_enabled=is_enabled)
    )
    return see_other(webhook_url(visit, endpoint, notice=notice))


@routes.get(f"{WEBHOOK}/delete", ADMIN)
async def show_deleting(visit: EnvironmentVisit) -> Answer:
    """Raises PageMissingError."""
    return page(visit, "webhooks/delete.html", endpoint=await endpoint_of(visit))


@routes.post(f"{WEBHOOK}/delete", ADMIN)
async def delete_webhook(visit: EnvironmentVisit, form: Form) -> Answer:
    """Raises PageMissingError."""
    endpoint = await endpoint_of(visit)
    await visit.record("webhooks.delete", "webhooks", str(endpoint.id))
    await visit.services.messaging.webhook_endpoints.delete(visit.environment.id, endpoint.id)
    return see_other(visit.url("webhooks", notice="webhook-deleted"))
