"""The Knock dialect: unmodified Knock SDKs work against it (knock.md)."""

from addressee.api.idempotency import idempotency_key, replay
from addressee.api.operation import Dialect, of_any_request
from addressee.dialects.knock.mapping import message_lists
from addressee.dialects.knock.routes import (
    audiences,
    bulk,
    channel_bulk,
    channel_data,
    feeds,
    marks,
    messages,
    objects,
    preferences,
    runs,
    schedules,
    subscriptions,
    tenants,
    users,
    workflows,
)
from addressee.dialects.knock.wire import errors
from addressee.dialects.knock.wire.authentication import authenticate

KNOCK = Dialect(
    name="knock",
    prefixes=("/v1/",),
    operations=(
        *users.OPERATIONS,
        *bulk.OPERATIONS,
        *workflows.OPERATIONS,
        *message_lists.OPERATIONS,
        *messages.OPERATIONS,
        *marks.OPERATIONS,
        *channel_bulk.OPERATIONS,
        *runs.OPERATIONS,
        *schedules.OPERATIONS,
        *feeds.OPERATIONS,
        *channel_data.OPERATIONS,
        *preferences.OPERATIONS,
        *objects.OPERATIONS,
        *subscriptions.OPERATIONS,
        *tenants.OPERATIONS,
        *audiences.OPERATIONS,
    ),
    authenticate=authenticate,
    error=of_any_request(errors.render),
    idempotency_key=idempotency_key,
    replay=replay,
    refusals=errors.REFUSALS,
)

__all__ = ["KNOCK"]
