"""Cross-origin calls from browsers (knock.md §1.1, notiflows.md §1.2, realtime-suprsend.md §2).

Keys travel in headers, not in cookies, so any origin may call, unless a dialect checks it.
"""

from addressee.api.answers import Answer

ALLOWED_HEADERS = (
    "Authorization, Content-Type, Idempotency-Key, X-Knock-Branch, X-Knock-Client, X-Knock-User-Shape, "
    "X-Knock-User-Token, X-Notiflows-Api-Key, X-Notiflows-User-Id, X-Notiflows-User-Key, X-Request-Id, "
    "X-SS-Signature"
)
EXPOSED_HEADERS = (
    "accept-encoding, allow, idempotent-replayed, original-x-request-id, retry-after, x-ratelimited-message_ids, "
    "x-request-id, x-should-retry"
)
PREFLIGHT_SECONDS = "86400"

# The headers of every response.
HEADERS = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", EXPOSED_HEADERS.encode()),
)

# The answer to a preflight request, which carries no key.
PREFLIGHT = Answer(
    status=204,
    headers={
        "access-control-allow-methods": "GET, PUT, POST, PATCH, DELETE, OPTIONS",
        "access-control-allow-headers": ALLOWED_HEADERS,
        "access-control-max-age": PREFLIGHT_SECONDS,
    },
)
