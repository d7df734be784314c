"""Links to pages of a user: preferences, and the inbox (docs/links.md)."""

from __future__ import annotations

from datetime import timedelta

from addressee.api.call import Call
from addressee.api.operation import SECRET
from addressee.api.requests.bodies import typed_body
from addressee.api.routes import Routes
from addressee.dialects.native.wire import shapes
from addressee.dialects.native.wire.places import USER, place_of
from addressee.directory.access.link_tokens import Purpose
from addressee.directory.access.links import LIFETIME
from addressee.directory.documents import check_id
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import TENANTS, Place
from addressee.timing.durations import DurationForm, duration
from addressee.timing.errors import TimingError

routes = Routes(keys=SECRET)


@routes.post(f"{USER}/links", "users.links.create", request=shapes.NewLink, response=shapes.Link)
async def create(call: Call) -> shapes.Link:
    """Make a link that opens a page of this user's, without a login."""
    given = typed_body(call, shapes.NewLink)
    lifetime = LIFETIME if given.expires_in is None else lifetime_of(given.expires_in)
    user = await call.require(place_of(call))
    tenant = None if given.tenant is None else check_id(given.tenant, "tenant")
    if tenant is not None:
        await call.require(Place(call.environment.id, TENANTS, tenant))
    made = await call.services.links.make(Purpose[given.purpose.upper()], user.identity, lifetime, tenant)
    return shapes.Link(url=call.info.base_url + made.path, expires_at=made.expires_at)


def lifetime_of(given: DurationForm) -> timedelta:
    try:
        return duration(given)
    except TimingError as error:
        raise RefusedError("duration", "expires_in", f"expires_in: {error}.") from None
