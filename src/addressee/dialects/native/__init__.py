"""Addressee's own API, `/directory/v1`: what no vendor offers."""

from addressee.dialects.idempotency import idempotency_key, replay
from addressee.dialects.native import errors, merges, notices, people
from addressee.dialects.native.authentication import authenticate
from addressee.dialects.operation import Dialect, of_any_request

NATIVE = Dialect(
    name="native",
    prefixes=("/directory/v1/",),
    operations=(*merges.OPERATIONS, *people.OPERATIONS, *notices.OPERATIONS),
    authenticate=authenticate,
    error=of_any_request(errors.render),
    idempotency_key=idempotency_key,
    replay=replay,
    refusals=errors.REFUSALS,
)

__all__ = ["NATIVE"]
