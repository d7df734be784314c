"""Limits of one request (suprsend.md §2.0, §4)."""

from __future__ import annotations

from collections.abc import Sequence

from addressee.dialects.suprsend.wire.errors import invalid
from addressee.directory.documents import Id

MAX_BODY_BYTES = 1_048_576
MAX_KEY_LENGTH = 255
MAX_IDS = 1000


def check_number(ids: Sequence[Id], field: str) -> None:
    """Raises SuprSendError for an empty list of ids, or for more than MAX_IDS."""
    if not 1 <= len(ids) <= MAX_IDS:
        raise invalid(field, f"{field} must be a list of 1 to {MAX_IDS:,} ids.")
