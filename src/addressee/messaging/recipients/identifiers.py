"""Ids that are derived, not drawn: work that is done twice makes the same ones.

Messages, events and sends have KSUIDs: 27 characters of base 62 that hold 4 bytes of seconds and 16 bytes of payload,
so they sort by time (knock.md §1.10).
"""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b
from uuid import UUID, uuid5

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
EPOCH_SECONDS = 1_400_000_000
LENGTH = 27
PAYLOAD_BYTES = 16
SEQUENCE_BYTES = 4

PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
PAIR = len(PAIRS)
THIRD = len(ALPHABET) ** (LENGTH // 3)

# There are fewer tails than payloads of one sequence, so that moments differ wherever sequences do.
TAIL_LENGTH = 16
TAILS = len(ALPHABET) ** TAIL_LENGTH


def ksuid(at: datetime, payload: bytes) -> str:
    """Raises OverflowError for times before 2014 and after 2150."""
    return digits(int.from_bytes((int(at.timestamp()) - EPOCH_SECONDS).to_bytes(4) + payload))


def digits(number: int) -> str:
    """Returns the KSUID of 20 bytes, given as a number."""
    number, low = divmod(number, THIRD)
    high, middle = divmod(number, THIRD)
    return f"{third(high)}{third(middle)}{third(low)}"


def third(number: int) -> str:
    """Returns nine characters: of numbers this small the processor takes the digits at once, and here by pairs."""
    number, e = divmod(number, PAIR)
    number, d = divmod(number, PAIR)
    number, c = divmod(number, PAIR)
    a, b = divmod(number, PAIR)
    return ALPHABET[a] + PAIRS[b] + PAIRS[c] + PAIRS[d] + PAIRS[e]


def derived_ksuid(at: datetime, *parts: str) -> str:
    """Returns the same KSUID for the same parts and second."""
    return ksuid(at, digest(PAYLOAD_BYTES, parts))


def log_id(at: datetime, send_id: str, part: str) -> str:
    """Returns a KSUID that sorts by the microsecond."""
    return ksuid(at, sequence(at, 0) + digest(PAYLOAD_BYTES - SEQUENCE_BYTES, (send_id, part)))


def moment(at: datetime, rank: int) -> str:
    """Returns the beginning of the ids of events, which sort by the microsecond, and within it by `rank` (0 to 31)."""
    seconds = (int(at.timestamp()) - EPOCH_SECONDS).to_bytes(4)
    first = int.from_bytes(seconds + sequence(at, rank) + bytes(PAYLOAD_BYTES - SEQUENCE_BYTES))
    # Rounded up, so that whatever stands behind it makes no id of an earlier moment.
    return digits(first + -first % TAILS)[:-TAIL_LENGTH]


def event_id(moment: str, message_id: str) -> str:
    """Returns the KSUID of what happened to a message at a moment. The message's id ends with digits of a digest."""
    return moment + message_id[-TAIL_LENGTH:]


def sequence(at: datetime, rank: int) -> bytes:
    return (at.microsecond << 5 | rank).to_bytes(SEQUENCE_BYTES)


def workflow_id(environment_uid: UUID, key: str) -> UUID:
    """Returns the id of a workflow, for clients that want one: the same for as long as the workflow has its key."""
    return uuid5(environment_uid, key)


def recipient_run_id(run_id: UUID, collection: str, id: str) -> UUID:
    """Returns the id of the run of the recipient at a place, within the run of a trigger."""
    return uuid5(run_id, f"{collection}\0{id}")


def digest(size: int, parts: tuple[str, ...]) -> bytes:
    return blake2b("\0".join(parts).encode(), digest_size=size).digest()
