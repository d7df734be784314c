"""The SuprSend dialect: unmodified SuprSend SDKs work against it (suprsend.md)."""

from collections.abc import Mapping

from addressee.api.dialect import Dialect, of_any_request, with_and_without_slash
from addressee.dialects.suprsend.mapping import records
from addressee.dialects.suprsend.realtime.socket import InboxSockets
from addressee.dialects.suprsend.routes import (
    broadcasts,
    envelopes,
    events,
    feeds,
    lists,
    memberships,
    messages,
    objects,
    preferences,
    subscriptions,
    tenant_preferences,
    tenants,
    users,
    workflows,
)
from addressee.dialects.suprsend.wire import errors
from addressee.dialects.suprsend.wire.authentication import HEADERS, authenticate


def rewrite_path(path: Mapping[str, str], headers: Mapping[str, str]) -> Mapping[str, str]:
    """Returns the variables of a path as the client means them: the Java SDK writes a space as `+` (§2.0)."""
    if ";java/" not in headers.get("user-agent", ""):
        return path
    return {name: segment.replace("+", "%20") for name, segment in path.items()}


SUPRSEND = Dialect(
    name="suprsend",
    prefixes=(
        "/v1/user/",
        "/v1/bulk/",
        "/v1/subscriber_list/",
        "/v1/object/",
        "/v1/tenant/",
        "/v1/brand/",
        "/v1/message/",
        "/v1/feed/",
        "/v2/",
        "/event/",
        "/trigger/",
        "/socket.io/",
    ),
    operations=(
        *envelopes.routes,
        *users.routes,
        *preferences.routes,
        *tenants.routes,
        *tenant_preferences.routes,
        *lists.routes,
        *memberships.routes,
        *objects.routes,
        *messages.routes,
        *subscriptions.routes,
        *events.routes,
        *workflows.routes,
        *broadcasts.routes,
        *feeds.routes,
    ),
    authenticate=authenticate,
    error=of_any_request(errors.render),
    replay=records.replay,
    refusals=errors.REFUSALS,
    sockets={"/socket.io/": lambda services: InboxSockets(services).serve},
    path_aliases=with_and_without_slash,
    rewrite_path=rewrite_path,
    headers=HEADERS,
)

__all__ = ["SUPRSEND"]
