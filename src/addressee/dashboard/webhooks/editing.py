"""Webhooks are added and changed."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.dashboard.rendering import page, see_other
from addressee.dashboard.routes import ADMIN, Routes
from addressee.dashboard.visits import EnvironmentVisit
from addressee.dashboard.webhooks.subject import WEBHOOK, WEBHOOKS, endpoint_of, webhook_url
from addressee.dashboard.webhooks.wording import FORM_NAMES
from addressee.directory.errors import RefusedError
from addressee.messaging.webhooks import model
from addressee.messaging.webhooks.endpoints.endpoints import MAX_DESCRIPTION_LENGTH, EndpointChange, NewEndpoint
from addressee.messaging.webhooks.endpoints.types import ALL
from addressee.messaging.webhooks.endpoints.urls import MAX_LENGTH
from addressee.messaging.webhooks.event_types import DESCRIPTIONS
from addressee.messaging.webhooks.model import PATTERNS, Endpoint

routes = Routes("webhook_editing")


@routes.get(f"{WEBHOOKS}/add", ADMIN)
async def show_adding(visit: EnvironmentVisit) -> Answer:
    return form_page(visit, NewEndpoint("", types=()))


@routes.post(f"{WEBHOOKS}/add", ADMIN)
async def add_webhook(visit: EnvironmentVisit, form: Form) -> Answer:
    """Answers with the page that shows the secret, this once."""
    new = NewEndpoint(
        form.text("url").strip(),
        form.texts("types"),
        form.text("description").strip(),
        form_in(form),
        form.text("secret").strip() or None,
    )
    endpoints = visit.services.messaging.webhook_endpoints
    try:
        endpoints.check(new)
    except RefusedError as error:
        return form_page(visit, new, error)
    await visit.record("webhooks.create", "webhooks", types=list(new.types), form=new.form)
    try:
        created = await endpoints.create(visit.environment.id, new)
    except RefusedError as error:  # there are too many
        return form_page(visit, new, error)
    return page(visit, "webhooks/secret.html", endpoint=created.endpoint, secret=created.secret, previous=())


def form_page(visit: EnvironmentVisit, new: NewEndpoint, error: RefusedError | None = None) -> Answer:
    return page(
        visit,
        "webhooks/add.html",
        status_of(error),
        given=new,
        forms=[(form.value, name) for form, name in FORM_NAMES.items()],
        **fields(new.types, error),
    )


@routes.get(f"{WEBHOOK}/change", ADMIN)
async def show_changing(visit: EnvironmentVisit) -> Answer:
    """Raises PageMissingError."""
    endpoint = await endpoint_of(visit)
    return change_page(visit, endpoint, EndpointChange(endpoint.url, endpoint.types, endpoint.description))


@routes.post(f"{WEBHOOK}/change", ADMIN)
async def change_webhook(visit: EnvironmentVisit, form: Form) -> Answer:
    """Raises PageMissingError."""
    endpoint = await endpoint_of(visit)
    wanted = EndpointChange(form.text("url").strip(), form.texts("types"), form.text("description").strip())
    endpoints = visit.services.messaging.webhook_endpoints
    try:
        endpoints.check_change(wanted)
    except RefusedError as error:
        return change_page(visit, endpoint, wanted, error)
    await visit.record("webhooks.change", "webhooks", str(endpoint.id), types=list(wanted.types or ()))
    await endpoints.change(visit.environment.id, endpoint.id, wanted)
    return see_other(webhook_url(visit, endpoint, notice="webhook-changed"))


def change_page(
    visit: EnvironmentVisit, endpoint: Endpoint, wanted: EndpointChange, error: RefusedError | None = None
) -> Answer:
    named = fields(wanted.types or (), error)
    return page(visit, "webhooks/change.html", status_of(error), endpoint=endpoint, given=wanted, **named)


def form_in(form: Form) -> model.Form:
    """Returns the form of bodies that is chosen, the standard one unless it is one of ours."""
    return model.Form.KNOCK if form.text("form") == model.Form.KNOCK else model.Form.STANDARD


def status_of(error: RefusedError | None) -> HTTPStatus:
    return HTTPStatus.OK if error is None else HTTPStatus.UNPROCESSABLE_ENTITY


def fields(chosen: Sequence[str], error: RefusedError | None) -> dict[str, object]:
    """Returns what templates of both forms need. Groups of types are open if one of them is chosen."""
    return {
        "opened": {f"{name.partition('.')[0]}.*" for name in chosen},
        "errors": {} if error is None else {error.field: error.message},
        "patterns": [name for name in PATTERNS if name != ALL],
        "types": DESCRIPTIONS,
        "all": ALL,
        "max_url_length": MAX_LENGTH,
        "max_description_length": MAX_DESCRIPTION_LENGTH,
    }
