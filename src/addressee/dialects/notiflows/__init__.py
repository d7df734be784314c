"""The Notiflows dialect: unmodified Notiflows SDKs work against it (notiflows.md)."""

from collections.abc import Sequence

from addressee.api.dialect import Dialect
from addressee.dialects.notiflows.realtime.socket import DeliverySockets
from addressee.dialects.notiflows.routes import (
    channel_settings,
    deliveries,
    feed,
    notifications,
    preferences,
    push_subscriptions,
    runs,
    subscriptions,
    topics,
    users,
)
from addressee.dialects.notiflows.wire import errors
from addressee.dialects.notiflows.wire.authentication import HEADERS, authenticate


def path_aliases(path: str) -> Sequence[str]:
    """The older forms of a path too (§1.1)."""
    return (path, f"/api{path}", path.replace("/v1", "", 1))


NOTIFLOWS = Dialect(
    name="notiflows",
    prefixes=("/admin/", "/api/admin/", "/user/", "/api/user/"),
    operations=(
        *users.routes,
        *channel_settings.routes,
        *preferences.routes,
        *push_subscriptions.routes,
        *feed.routes,
        *notifications.routes,
        *deliveries.routes,
        *topics.routes,
        *subscriptions.routes,
        *runs.routes,
    ),
    authenticate=authenticate,
    error=errors.render,
    refusals=errors.REFUSALS,
    path_aliases=path_aliases,
    headers=HEADERS,
    codes=errors.CODES,
    # Knock's socket has the path that is also the likely one of Notiflows' clients, which can be pointed elsewhere.
    sockets={
        path: lambda services: DeliverySockets(services).serve
        for path in ("/notiflows/ws/v1/websocket", "/notiflows/ws/v1")
    },
)

__all__ = ["NOTIFLOWS"]
