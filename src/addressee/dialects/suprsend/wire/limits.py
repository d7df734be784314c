"""How much one request may hold (suprsend.md §2.0, §4)."""

from __future__ import annotations

from collections.abc import Sequence

from addressee.dialects.suprsend.wire.errors import invalid
from addressee.directory.documents import Id

MAX_BODY_BYTES = 1_048_576
MAX_KEY_LENGTH = 255
MAX_IDS = 1000


def check_number(ids: Sequence[Id], field: str) -> None:
    """Raises SuprSendError for a list that is empty, or too long to be carried out at once."""
    if not 1 <= len(ids) <= MAX_IDS:
        raise invalid(field, f"{field} must be a list of 1 to {MAX_IDS:,} ids.")
