"""The error codes that all services of AWS have, and the failures that they stand for."""

from __future__ import annotations

from addressee.channels.requests.exchange import usual
from addressee.channels.sender import Failure

# The suffix that a code has in one protocol of AWS and lacks in another.
SUFFIX = "Exception"

LIMITS = frozenset({"Throttling", "Throttled", "TooManyRequests", "RequestLimitExceeded"})
CREDENTIALS = frozenset(
    {
        "AccessDenied",
        "AuthorizationError",
        "ExpiredToken",
        "IncompleteSignature",
        "InvalidClientTokenId",
        "InvalidSecurity",
        "InvalidSignature",
        "MissingAuthenticationToken",
        "NotAuthorized",
        "OptInRequired",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClient",
    }
)


def aws_failure(code: str, status: int) -> Failure:
    """Returns what an error means where the service gives its code no meaning of its own."""
    code = code.removesuffix(SUFFIX)
    if code in LIMITS:
        return Failure.RATE_LIMITED
    return Failure.CREDENTIALS if code in CREDENTIALS else usual(status)
