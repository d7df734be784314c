"""A recipient's own choice about tracking: read, set and removed (docs/tracking.md)."""

from __future__ import annotations

from functools import partial

from addressee.api.call import Call
from addressee.api.operation import SECRET
from addressee.api.requests.bodies import typed_body
from addressee.api.routes import Routes
from addressee.dialects.native.wire import shapes
from addressee.dialects.native.wire.places import OBJECT, USER, place_of
from addressee.dialects.native.wire.preference_sets import change_set, offer_at
from addressee.directory.recipient import Recipient
from addressee.preferences.choices import with_tracking
from addressee.preferences.offers import Offer
from addressee.preferences.sets import TRACKING, valid_or_empty

routes = Routes(keys=SECRET)


def shown(offer: Offer, recipient: Recipient) -> shapes.Tracking:
    effective = offer.effective(recipient.preferences)
    found = effective.document.get(TRACKING)
    return shapes.Tracking(
        own=valid_or_empty(recipient.preferences.get(offer.set_id, {})).get(TRACKING),
        effective=found is not False,
        layer=None if found is None else effective.layer_of((TRACKING,)).value,
    )


@routes.get(f"{USER}/tracking", "users.tracking.get", query=("tenant",), response=shapes.Tracking)
@routes.get(f"{OBJECT}/tracking", "objects.tracking.get", query=("tenant",), response=shapes.Tracking)
async def get(call: Call) -> shapes.Tracking:
    """Get whether a recipient's messages may be tracked, and who says so."""
    return shown(await offer_at(call), await call.require(place_of(call)))


@routes.put(
    f"{USER}/tracking", "users.tracking.set", query=("tenant",), request=shapes.NewTracking, response=shapes.Tracking
)
@routes.put(
    f"{OBJECT}/tracking",
    "objects.tracking.set",
    query=("tenant",),
    request=shapes.NewTracking,
    response=shapes.Tracking,
)
async def put(call: Call) -> shapes.Tracking:
    """Set whether a recipient's messages may be tracked."""
    given = typed_body(call, shapes.NewTracking)
    return await change_set(call, partial(with_tracking, given=given.tracking), shown)


@routes.delete(f"{USER}/tracking", "users.tracking.remove", query=("tenant",), response=shapes.Tracking)
@routes.delete(f"{OBJECT}/tracking", "objects.tracking.remove", query=("tenant",), response=shapes.Tracking)
async def remove(call: Call) -> shapes.Tracking:
    """Remove what a recipient says of tracking; what the tenant or the environment says applies then."""
    return await change_set(call, partial(with_tracking, given=None), shown)
