"""The Knock dialect: unmodified Knock SDKs work against it (knock.md)."""

from addressee.api.dialect import Dialect, of_any_request
from addressee.dialects.knock.routes import (
    audiences,
    bulk,
    channel_bulk,
    channel_data,
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
from addressee.dialects.knock.wire import errors
from addressee.dialects.knock.wire.authentication import authenticate

KNOCK = Dialect(
    name="knock",
    prefixes=("/v1/",),
    operations=(
        *users.routes,
        *bulk.routes,
        *workflows.routes,
        *message_lists.routes,
        *messages.routes,
        *marks.routes,
        *channel_bulk.routes,
        *runs.routes,
        *schedules.routes,
        *feeds.routes,
        *channel_data.routes,
        *preferences.routes,
        *objects.routes,
        *subscriptions.routes,
        *tenants.routes,
        *audiences.routes,
    ),
    authenticate=authenticate,
    error=of_any_request(errors.render),
    refusals=errors.REFUSALS,
)

__all__ = ["KNOCK"]
