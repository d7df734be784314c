"""Deliveries of webhooks: lists, attempts, sending again, and tests."""

from __future__ import annotations

from uuid import UUID

from addressee.api.call import Call
from addressee.api.operation import SECRET
from addressee.api.requests.bodies import typed_body
from addressee.api.requests.query_strings import Query
from addressee.api.routes import Routes
from addressee.dialects.native.routes.webhooks import WEBHOOK, webhook_id
from addressee.dialects.native.wire import webhook_shapes as shapes
from addressee.dialects.native.wire.webhook_examples import EXAMPLES
from addressee.directory.collections import check_collection
from addressee.directory.documents import check_id
from addressee.directory.recipient import USERS, Place
from addressee.messaging.errors import WebhookDeliveryMissingError
from addressee.messaging.webhooks.deliveries.deliveries import DeliveryFilter
from addressee.messaging.webhooks.event_types import DESCRIPTIONS
from addressee.messaging.webhooks.model import TYPES, DeliveryHistory, DeliveryStatus, Endpoint

routes = Routes(keys=SECRET)

DELIVERIES = f"{WEBHOOK}/deliveries"
DELIVERY = f"{DELIVERIES}/{{delivery_id}}"

PAGE_SIZE = 100


@routes.get("/directory/v1/webhook-event-types", "webhooks.event_types", response=shapes.EventTypes)
async def list_event_types(call: Call) -> shapes.EventTypes:
    """List the types of events, each with an example of what is sent."""
    return shapes.EventTypes(
        types=[
            shapes.EventType(type=type, description=words, example=EXAMPLES[type])
            for type, words in DESCRIPTIONS.items()
        ]
    )


@routes.post(f"{WEBHOOK}/test", "webhooks.test", response=shapes.Attempt, not_idempotent=True)
async def test(call: Call) -> shapes.Attempt:
    """Send a test event to a webhook, and see what it answers."""
    attempt = await call.services.webhook_trials.send(call.environment.id, webhook_id(call))
    shown = shapes.attempt(attempt)
    await call.services.directory.keep(call.receipt(lambda _: shown), None)
    return shown


@routes.get(
    DELIVERIES,
    "webhooks.deliveries.list",
    query=("status", "type", "collection", "recipient", "after"),
    response=shapes.Deliveries,
)
async def list_all(call: Call) -> shapes.Deliveries:
    """List what a webhook was told or is to be told, newest first."""
    endpoint, query = await endpoint_of(call), Query(call.query_string)
    page = query.page_request(UUID, PAGE_SIZE)
    found = await call.services.messaging.webhook_deliveries.list(
        call.environment.id, endpoint.id, filter_of(call, query), page
    )
    return shapes.Deliveries(deliveries=[shapes.delivery(each) for each in found.entries], after=found.after)


@routes.get(DELIVERY, "webhooks.deliveries.get", response=shapes.DeliveryWithAttempts)
async def get(call: Call) -> shapes.DeliveryWithAttempts:
    """Get a delivery with its attempts."""
    endpoint = await endpoint_of(call)
    return shapes.delivery_with_attempts(await history_of(call, endpoint))


@routes.post(f"{DELIVERY}/resend", "webhooks.deliveries.resend", response=shapes.DeliveryWithAttempts)
async def resend(call: Call) -> shapes.DeliveryWithAttempts:
    """Send a delivery again, under the id that it had."""
    endpoint = await endpoint_of(call)
    history = await history_of(call, endpoint)
    await call.services.messaging.webhook_replays.again(call.environment.id, endpoint.id, [history.delivery.id])
    shown = shapes.delivery_with_attempts(await history_of(call, endpoint))
    await call.services.directory.keep(call.receipt(lambda _: shown), None)
    return shown


@routes.post(f"{WEBHOOK}/resend", "webhooks.resend", request=shapes.Period, response=shapes.Resent)
async def resend_failed(call: Call) -> shapes.Resent:
    """Send again what a webhook was not told as it failed, of a period."""
    period = typed_body(call, shapes.Period)
    endpoint = await endpoint_of(call)
    count = await call.services.messaging.webhook_replays.failed_again(
        call.environment.id, endpoint.id, period.since, period.until
    )
    shown = shapes.Resent(count=count)
    await call.services.directory.keep(call.receipt(lambda _: shown), None)
    return shown


async def endpoint_of(call: Call) -> Endpoint:
    """Raises WebhookMissingError."""
    return await call.services.messaging.webhook_endpoints.get(call.environment.id, webhook_id(call))


async def history_of(call: Call, endpoint: Endpoint) -> DeliveryHistory:
    """Returns the delivery that the path names. Raises WebhookDeliveryMissingError."""
    try:
        id = UUID(call.path["delivery_id"])
    except ValueError:
        raise WebhookDeliveryMissingError from None
    found = await call.services.messaging.webhook_deliveries.get(call.environment.id, endpoint.id, id)
    if found is None:
        raise WebhookDeliveryMissingError
    return found


def filter_of(call: Call, query: Query) -> DeliveryFilter:
    """Raises ParameterError, and RefusedError for what can be no recipient."""
    status = query.choice("status", tuple(DeliveryStatus), None)
    type = query.choice("type", TYPES, None)
    recipient, collection = query.text("recipient"), query.text("collection") or USERS
    return DeliveryFilter(
        statuses=() if status is None else [status],
        types=() if type is None else [type],
        recipient=None
        if recipient is None
        else Place(call.environment.id, check_collection(collection, "collection"), check_id(recipient, "recipient")),
    )
