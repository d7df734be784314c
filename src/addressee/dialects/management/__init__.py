"""The management API, `/v1/…` under a service key: Knock's command line and its SDK for management work against it."""

from addressee.api.dialect import Dialect, of_any_request
from addressee.dialects.management.routes import (
    account,
    audiences,
    channel_groups,
    channels,
    commits,
    environments,
    templates,
    translations,
    unsupported,
    workflows,
)
from addressee.dialects.management.wire import errors
from addressee.dialects.management.wire.authentication import authenticate

# Paths of the management API under which Knock's other API has none.
PREFIXES = (
    "/v1/api_keys",
    "/v1/branches",
    "/v1/broadcasts",
    "/v1/channel_groups",
    "/v1/commits",
    "/v1/email_layouts",
    "/v1/environments",
    "/v1/guides",
    "/v1/members",
    "/v1/message_types",
    "/v1/partials",
    "/v1/schemas",
    "/v1/templates",
    "/v1/translations",
    "/v1/variables",
    "/v1/whoami",
)

MANAGEMENT = Dialect(
    name="management",
    prefixes=PREFIXES,
    operations=(
        *account.routes,
        *environments.routes,
        *channels.routes,
        *workflows.routes,
        *templates.routes,
        *translations.routes,
        *channel_groups.routes,
        *audiences.routes,
        *commits.routes,
        *unsupported.routes,
    ),
    authenticate=authenticate,
    error=of_any_request(errors.render),
    refusals=errors.REFUSALS,
)

__all__ = ["MANAGEMENT"]
