"""Quiet hours of a recipient: read, set and removed (docs/workflows/quiet-hours.md)."""

from __future__ import annotations

from functools import partial

from addressee.api.call import Call
from addressee.api.operation import SECRET
from addressee.api.requests.bodies import object_body
from addressee.api.routes import Routes
from addressee.dialects.native.wire import shapes
from addressee.dialects.native.wire.places import OBJECT, USER, place_of
from addressee.dialects.native.wire.preference_sets import change_set, offer_at
from addressee.directory.edits.preference_sets import QUIET_HOURS
from addressee.directory.recipient import Document, Recipient
from addressee.preferences.choices import with_quiet_hours
from addressee.preferences.offers import Offer
from addressee.preferences.quiet_hours import quiet_hours

routes = Routes(keys=SECRET)


def shown(offer: Offer, recipient: Recipient) -> shapes.QuietHours:
    effective = offer.effective(recipient.preferences)
    found = effective.document.get(QUIET_HOURS)
    return shapes.QuietHours(
        own=recipient.preferences.get(offer.set_id, {}).get(QUIET_HOURS),
        effective=found,
        layer=None if found is None else effective.layer_of((QUIET_HOURS,)).value,
    )


async def change(call: Call, given: Document | None) -> shapes.QuietHours:
    """Stores quiet hours, or removes the recipient's own."""
    return await change_set(call, partial(with_quiet_hours, given=given), shown)


@routes.get(f"{USER}/quiet_hours", "users.quiet_hours.get", query=("tenant",), response=shapes.QuietHours)
@routes.get(f"{OBJECT}/quiet_hours", "objects.quiet_hours.get", query=("tenant",), response=shapes.QuietHours)
async def get(call: Call) -> shapes.QuietHours:
    """Get a recipient's quiet hours, and those that apply."""
    return shown(await offer_at(call), await call.require(place_of(call)))


@routes.put(
    f"{USER}/quiet_hours",
    "users.quiet_hours.set",
    query=("tenant",),
    request=shapes.NewQuietHours,
    response=shapes.QuietHours,
)
@routes.put(
    f"{OBJECT}/quiet_hours",
    "objects.quiet_hours.set",
    query=("tenant",),
    request=shapes.NewQuietHours,
    response=shapes.QuietHours,
)
async def put(call: Call) -> shapes.QuietHours:
    """Set a recipient's quiet hours."""
    given = object_body(call)
    quiet_hours(given, "")
    return await change(call, dict(given))


@routes.delete(f"{USER}/quiet_hours", "users.quiet_hours.remove", query=("tenant",), response=shapes.QuietHours)
@routes.delete(f"{OBJECT}/quiet_hours", "objects.quiet_hours.remove", query=("tenant",), response=shapes.QuietHours)
async def remove(call: Call) -> shapes.QuietHours:
    """Remove a recipient's own quiet hours; those of the tenant or the environment apply then."""
    return await change(call, None)
