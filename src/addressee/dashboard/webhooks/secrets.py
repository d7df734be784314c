"""Secrets of webhooks: shown to admins who ask, and replaced."""

from __future__ import annotations

from http import HTTPStatus

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.dashboard.rendering import page
from addressee.dashboard.routes import ADMIN, Routes
from addressee.dashboard.visits import EnvironmentVisit
from addressee.dashboard.webhooks.subject import WEBHOOK, endpoint_of
from addressee.directory.errors import RefusedError
from addressee.messaging.webhooks.endpoints.secrets import check_secret
from addressee.messaging.webhooks.model import Endpoint

routes = Routes("webhook_secrets")


@routes.post(f"{WEBHOOK}/secret", ADMIN)
async def reveal_secret(visit: EnvironmentVisit, form: Form) -> Answer:
    """Raises PageMissingError."""
    endpoint = await endpoint_of(visit)
    await visit.record("webhooks.reveal_secret", "webhooks", str(endpoint.id))
    newest, *previous = await visit.services.messaging.webhook_endpoints.secrets(visit.environment.id, endpoint.id)
    return page(visit, "webhooks/secret.html", endpoint=endpoint, secret=newest.value, previous=previous)


@routes.get(f"{WEBHOOK}/rotate", ADMIN)
async def show_rotating(visit: EnvironmentVisit) -> Answer:
    """Raises PageMissingError."""
    return rotating_page(visit, await endpoint_of(visit))


@routes.post(f"{WEBHOOK}/rotate", ADMIN)
async def rotate_secret(visit: EnvironmentVisit, form: Form) -> Answer:
    """Answers with the page that shows the new secret. Raises PageMissingError."""
    endpoint, given = await endpoint_of(visit), form.text("secret").strip() or None
    try:
        if given is not None:
            check_secret(given, endpoint.form)
    except RefusedError as error:
        return rotating_page(visit, endpoint, error.message)
    await visit.record("webhooks.rotate_secret", "webhooks", str(endpoint.id))
    endpoints = visit.services.messaging.webhook_endpoints
    signed = await endpoints.rotate(visit.environment.id, endpoint.id, given)
    _, *previous = await endpoints.secrets(visit.environment.id, endpoint.id)
    return page(visit, "webhooks/secret.html", endpoint=signed.endpoint, secret=signed.secret, previous=previous)


def rotating_page(visit: EnvironmentVisit, endpoint: Endpoint, error: str = "") -> Answer:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
    return page(visit, "webhooks/rotate.html", status, endpoint=endpoint, error=error)
