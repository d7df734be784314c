"""Addressee's own API, `/directory/v1`: what no vendor offers."""

from addressee.api.dialect import Dialect, of_any_request
from addressee.dialects.native.routes import (
    feed_streams,
    history,
    links,
    merges,
    notices,
    people,
    quiet_hours,
    search,
    simulations,
    suppressions,
    tracking,
    webhook_deliveries,
    webhooks,
)
from addressee.dialects.native.wire import errors
from addressee.dialects.native.wire.authentication import authenticate

NATIVE = Dialect(
    name="native",
    prefixes=("/directory/v1/",),
    operations=(
        *feed_streams.routes,
        *history.routes,
        *links.routes,
        *merges.routes,
        *people.routes,
        *notices.routes,
        *quiet_hours.routes,
        *search.routes,
        *simulations.routes,
        *suppressions.routes,
        *tracking.routes,
        *webhooks.routes,
        *webhook_deliveries.routes,
    ),
    authenticate=authenticate,
    error=of_any_request(errors.render),
    refusals=errors.REFUSALS,
)

__all__ = ["NATIVE"]
