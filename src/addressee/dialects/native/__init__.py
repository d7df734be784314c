"""Addressee's own API, `/directory/v1`: what no vendor offers."""

from addressee.api.dialect import Dialect, of_any_request
from addressee.dialects.native.routes import merges, notices, people, quiet_hours, simulations, suppressions
from addressee.dialects.native.wire import errors
from addressee.dialects.native.wire.authentication import authenticate

NATIVE = Dialect(
    name="native",
    prefixes=("/directory/v1/",),
    operations=(
        *merges.routes,
        *people.routes,
        *notices.routes,
        *quiet_hours.routes,
        *simulations.routes,
        *suppressions.routes,
    ),
    authenticate=authenticate,
    error=of_any_request(errors.render),
    refusals=errors.REFUSALS,
)

__all__ = ["NATIVE"]
