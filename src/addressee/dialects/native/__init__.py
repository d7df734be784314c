"""Addressee's own API, `/directory/v1`: what no vendor offers."""

from addressee.dialects.idempotency import idempotency_key, replay
from addressee.dialects.native import errors, merges, notices, people
from addressee.dialects.native.authentication import authenticate
from addressee.dialects.operation import Dialect

NATIVE = Dialect(
    name="native",
    prefixes=("/directory/v1/",),
    operations=(*merges.OPERATIONS, *people.OPERATIONS, *notices.OPERATIONS),
    authenticate=authenticate,
    error=errors.render,
    not_found=errors.not_found,
    idempotency_key=idempotency_key,
    replay=replay,
)

__all__ = ["NATIVE"]
