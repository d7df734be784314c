"""The Knock dialect: unmodified Knock SDKs work against it (knock.md)."""

from addressee.api.dialect import Dialect, of_any_request
from addressee.dialects.knock.realtime.socket import FeedSockets
from addressee.dialects.knock.routes import (
    audiences,
    bulk,
    channel_data,
    objects,
    preferences,
    schedules,
    subscriptions,
    tenants,
    users,
    workflows,
)
from addressee.dialects.knock.routes.kits import ms_teams, slack
from addressee.dialects.knock.routes.messaging import (
    channel_bulk,
    feeds,
    guides,
    marks,
    message_lists,
    messages,
    runs,
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
        *guides.routes,
        *channel_data.routes,
        *preferences.routes,
        *objects.routes,
        *subscriptions.routes,
        *tenants.routes,
        *audiences.routes,
        *slack.routes,
        *ms_teams.routes,
    ),
    authenticate=authenticate,
    error=of_any_request(errors.render),
    refusals=errors.REFUSALS,
    sockets={"/ws/v1/websocket": lambda services: FeedSockets(services).serve},
)

__all__ = ["KNOCK"]
