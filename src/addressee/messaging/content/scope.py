"""The values that templates see: of recipient, actor and tenant, of the run, and the environment's variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addressee.directory import names
from addressee.directory.recipient import TENANTS, USERS, Document, Recipient
from addressee.messaging.content.templating.shared_templates import TEMPLATES
from addressee.messaging.content.templating.translations import TRANSLATIONS

Scope = Mapping[str, Any]

# The name of the time at which a run was triggered.
TIMESTAMP = "timestamp"
BRANDING = "branding"

# Names that mean something else than a value of the data, whatever the data holds.
ROOTS = frozenset(
    {
        *("recipient", "actor", "tenant", "data", "vars", "workflow", "run", "refs", "event", "secrets"),
        *("activities", "total_activities", "actors", "total_actors", "batched_events", "batched_events_count"),
        TEMPLATES,
        TRANSLATIONS,
    }
)


def with_data(data: Mapping[str, Any]) -> Scope:
    """Returns the data as templates see it: as `data.page`, and as `page` (engine.md §5)."""
    return {**{name: value for name, value in data.items() if name not in ROOTS}, "data": data}


def exposed(recipient: Recipient) -> dict[str, Any]:
    """Returns what templates see of a recipient: properties beside attributes, as `name` and `plan.tier`.

    A user's name and its parts are derived from each other where they are not given. The branding of a tenant is below
    `settings`: `tenant.settings.branding.logo_url`.
    """
    shown = {**recipient.properties, **recipient.attributes, "id": recipient.place.id}
    if recipient.place.collection == USERS:
        shown |= names.derived(shown)
    if recipient.place.collection == TENANTS:
        shown["settings"] = {"branding": shown.pop("branding", None)}
    return shown


def with_branding(variables: Document, attributes: Document) -> Document:
    """Returns variables with the branding that a tenant has among its attributes over their own."""
    own, theirs = variables.get(BRANDING), attributes.get(BRANDING)
    if not isinstance(theirs, Mapping) or not theirs:
        return variables
    said = {name: value for name, value in theirs.items() if value is not None}
    return {**variables, BRANDING: {**(own if isinstance(own, Mapping) else {}), **said}}


def exposed_subscription(properties: Document, object: Document | None) -> dict[str, Any]:
    """Returns what templates see of the subscription by which a recipient was found; None is an object that is gone."""
    return {"subscription": {"properties": properties, "object": object}}
