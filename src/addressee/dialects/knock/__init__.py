"""The Knock dialect: unmodified Knock SDKs work against it (knock.md)."""

from addressee.dialects.knock import bulk, errors, feeds, messages, users, workflows
from addressee.dialects.knock.authentication import authenticate
from addressee.dialects.knock.idempotency import idempotency_key, replay
from addressee.dialects.operation import Dialect

KNOCK = Dialect(
    name="knock",
    prefix="/v1/",
    operations=(
        *users.OPERATIONS,
        *bulk.OPERATIONS,
        *workflows.OPERATIONS,
        *messages.OPERATIONS,
        *feeds.OPERATIONS,
    ),
    authenticate=authenticate,
    error=errors.render,
    not_found=errors.not_found,
    idempotency_key=idempotency_key,
    replay=replay,
)

__all__ = ["KNOCK"]
