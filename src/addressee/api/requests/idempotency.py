"""The header `Idempotency-Key` (knock.md §1.7), honoured on every call that writes (docs/decisions/0010)."""

from __future__ import annotations

from collections.abc import Mapping

from addressee.api.answers import Answer
from addressee.api.operation import Operation
from addressee.api.requests.bodies import MisshapenError
from addressee.directory.documents import check_text
from addressee.directory.writing.receipts import Earlier

MAX_KEY_LENGTH = 255

# Some vendors' SDKs put such a key on every call that writes, and use it again when they retry that call.
MADE_BY_SDKS = "stainless-"


def idempotency_key(operation: Operation, headers: Mapping[str, str]) -> str | None:
    """Returns the key under which a request is carried out once, or None.

    A key that an SDK made up is ignored where a repetition is harmless, so that no receipt is stored for it. Raises
    MisshapenError or RefusedError for a header that is no key.
    """
    key = headers.get("idempotency-key")
    if key is None or operation.method == "GET":
        return None
    if key.startswith(MADE_BY_SDKS) and not operation.not_idempotent:
        return None
    if not 1 <= len(key) <= MAX_KEY_LENGTH:
        raise MisshapenError("Idempotency-Key", f"An idempotency key has 1 to {MAX_KEY_LENGTH} characters.")
    check_text(key, "Idempotency-Key")
    return key


def replay(earlier: Earlier) -> Answer:
    """The answer to a repetition: the first one, with headers that say so."""
    headers = {"idempotent-replayed": "true", "original-x-request-id": earlier.request_id}
    return Answer(earlier.answer.body, earlier.answer.status, headers)
