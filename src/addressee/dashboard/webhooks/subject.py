"""The webhook that a path names."""

from __future__ import annotations

from uuid import UUID

from addressee.dashboard.errors import PageMissingError
from addressee.dashboard.urls import ENVIRONMENT
from addressee.dashboard.visits import EnvironmentVisit
from addressee.messaging.errors import WebhookMissingError
from addressee.messaging.webhooks.model import Endpoint

WEBHOOKS = f"{ENVIRONMENT}/webhooks"
WEBHOOK = f"{WEBHOOKS}/{{id}}"


async def endpoint_of(visit: EnvironmentVisit) -> Endpoint:
    """Raises PageMissingError."""
    try:
        return await visit.services.messaging.webhook_endpoints.get(visit.environment.id, UUID(visit.path["id"]))
    except (ValueError, WebhookMissingError):
        raise PageMissingError("There is no such webhook. It may have been deleted.") from None


def webhook_url(visit: EnvironmentVisit, endpoint: Endpoint, *segments: object, **query: object) -> str:
    """Returns the path of a page of a webhook."""
    return visit.url("webhooks", endpoint.id, *segments, **query)
