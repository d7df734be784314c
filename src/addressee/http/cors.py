"""Cross-origin calls from browsers (knock.md §1.1, notiflows.md §1.2).

Keys travel in headers, not in cookies, so any origin may call, unless a dialect checks it.
"""

from falcon.asgi import Response

ALLOWED_HEADERS = (
    "Authorization, Content-Type, Idempotency-Key, X-Knock-Branch, X-Knock-Client, X-Knock-User-Shape, "
    "X-Knock-User-Token, X-Notiflows-Api-Key, X-Notiflows-User-Id, X-Notiflows-User-Key, X-Request-Id"
)
EXPOSED_HEADERS = (
    "accept-encoding, allow, idempotent-replayed, original-x-request-id, retry-after, x-ratelimited-message_ids, "
    "x-request-id, x-should-retry"
)
PREFLIGHT_SECONDS = "86400"


def allow(resp: Response) -> None:
    resp.set_header("access-control-allow-origin", "*")
    resp.set_header("access-control-expose-headers", EXPOSED_HEADERS)


def answer_preflight(resp: Response) -> None:
    """Answers a preflight request, which carries no key."""
    resp.status = 204
    resp.set_header("access-control-allow-methods", "GET, PUT, POST, PATCH, DELETE, OPTIONS")
    resp.set_header("access-control-allow-headers", ALLOWED_HEADERS)
    resp.set_header("access-control-max-age", PREFLIGHT_SECONDS)
    resp.complete = True
