"""Webhooks: endpoints of the product that are told of events (docs/webhooks.md)."""

from __future__ import annotations

from uuid import UUID

from addressee.api.answers import no_content
from addressee.api.call import Call
from addressee.api.operation import SECRET
from addressee.api.requests.bodies import typed_body
from addressee.api.routes import Routes
from addressee.dialects.native.wire import webhook_shapes as shapes
from addressee.messaging.errors import WebhookMissingError
from addressee.messaging.webhooks.endpoints.endpoints import SignedEndpoint
from addressee.messaging.webhooks.model import Endpoint

routes = Routes(keys=SECRET)

WEBHOOKS = "/directory/v1/webhooks"
WEBHOOK = f"{WEBHOOKS}/{{webhook_id}}"


@routes.get(WEBHOOKS, "webhooks.list", response=shapes.Webhooks)
async def list_all(call: Call) -> shapes.Webhooks:
    """List the webhooks of this environment, oldest first."""
    found = await call.services.messaging.webhook_endpoints.list(call.environment.id)
    return shapes.Webhooks(webhooks=[shown(call, each) for each in found])


@routes.post(
    WEBHOOKS,
    "webhooks.create",
    request=shapes.NewWebhook,
    response=shapes.SignedWebhook,
    status=201,
    not_idempotent=True,
)
async def create(call: Call) -> shapes.SignedWebhook:
    """Create a webhook: a URL that is told of events."""
    new = typed_body(call, shapes.NewWebhook).new
    created = await call.services.messaging.webhook_endpoints.create(
        call.environment.id, new, receipt=call.receipt(lambda signed: without_secret(call, signed))
    )
    return with_secret(call, created)


@routes.get(WEBHOOK, "webhooks.get", response=shapes.Webhook)
async def get(call: Call) -> shapes.Webhook:
    """Get a webhook."""
    return shown(call, await call.services.messaging.webhook_endpoints.get(call.environment.id, webhook_id(call)))


@routes.patch(WEBHOOK, "webhooks.change", request=shapes.WebhookChange, response=shapes.Webhook)
async def change(call: Call) -> shapes.Webhook:
    """Change a webhook, disable or enable it."""
    wanted = typed_body(call, shapes.WebhookChange).change
    changed = await call.services.messaging.webhook_endpoints.change(
        call.environment.id, webhook_id(call), wanted, receipt=call.receipt(lambda endpoint: shown(call, endpoint))
    )
    return shown(call, changed)


@routes.delete(WEBHOOK, "webhooks.delete", status=204)
async def delete(call: Call) -> None:
    """Delete a webhook, with what it was still to be told."""
    await call.services.messaging.webhook_endpoints.delete(
        call.environment.id, webhook_id(call), receipt=call.receipt(no_content)
    )


@routes.get(f"{WEBHOOK}/secret", "webhooks.secret", response=shapes.Secrets)
async def secret(call: Call) -> shapes.Secrets:
    """Get the secrets that sign what a webhook is told."""
    return shapes.secrets(
        await call.services.messaging.webhook_endpoints.secrets(call.environment.id, webhook_id(call))
    )


@routes.post(
    f"{WEBHOOK}/rotate",
    "webhooks.rotate",
    request=shapes.NewSecret,
    response=shapes.SignedWebhook,
    not_idempotent=True,
)
async def rotate(call: Call) -> shapes.SignedWebhook:
    """Replace the secret of a webhook; the one before signs beside it for 24 hours."""
    given = typed_body(call, shapes.NewSecret).secret
    signed = await call.services.messaging.webhook_endpoints.rotate(
        call.environment.id, webhook_id(call), given, receipt=call.receipt(lambda done: without_secret(call, done))
    )
    return with_secret(call, signed)


def webhook_id(call: Call) -> UUID:
    """Returns the id that the path names. Raises WebhookMissingError for what can be none."""
    try:
        return UUID(call.path["webhook_id"])
    except ValueError:
        raise WebhookMissingError from None


def shown(call: Call, endpoint: Endpoint) -> shapes.Webhook:
    return shapes.webhook(endpoint, call.services.directory.clock.now())


def with_secret(call: Call, signed: SignedEndpoint) -> shapes.SignedWebhook:
    return shapes.signed_webhook(signed, call.services.directory.clock.now(), shows_secret=True)


def without_secret(call: Call, signed: SignedEndpoint) -> shapes.SignedWebhook:
    """Returns the answer that is kept for repetitions: nothing that is stored shows a secret."""
    return shapes.signed_webhook(signed, call.services.directory.clock.now(), shows_secret=False)
