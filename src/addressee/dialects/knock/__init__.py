"""The Knock dialect: unmodified Knock SDKs work against it (knock.md)."""

from addressee.dialects.idempotency import idempotency_key, replay
from addressee.dialects.knock import (
    audiences,
    bulk,
    channel_bulk,
    channel_data,
    errors,
    feeds,
    marks,
    message_lists,
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
from addressee.dialects.knock.authentication import authenticate
from addressee.dialects.operation import Dialect, of_any_request

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
