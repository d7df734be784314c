"""The protocol of senders, and the results that they return."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import Any, Literal, Protocol, TypeVar

import msgspec

# The time limit for sending one message.
SENDING_SECONDS = 30


class Failure(Enum):
    """TEMPORARY: to be retried. PERMANENT: not to be retried. BOUNCED: nor is the address to be used again."""

    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    BOUNCED = "bounced"


MAX_LOGGED_LENGTH = 2_000

# The part of an answer of unknown form that is read: more than is logged, so that no secret in it is cut in two.
READ_LENGTH = 20_000


# Shorter texts are not hidden: they are no secrets, and occur in other words.
LEAST_HIDDEN_LENGTH = 4


def without(words: str, hidden: Iterable[str]) -> str:
    """Returns a provider's text with tokens, keys and contents of the message (`hidden`) replaced by `[...]`."""
    for text in sorted(hidden, key=len, reverse=True):
        if len(text) >= LEAST_HIDDEN_LENGTH:
            words = words.replace(text, "[...]").replace(escaped(text), "[...]")
    return words


def escaped(text: str) -> str:
    """Returns the text as it is escaped in JSON."""
    return msgspec.json.encode(text).decode()[1:-1]


@dataclass(frozen=True, slots=True)
class ProviderCall:
    """A request to a provider and its response, for the delivery log (knock.md §2.0, DeliveryLog).

    It contains no secrets and no contents. `service` is the provider; other protocols are described in terms of HTTP.
    `status` is None when there was no answer; `response` is cut to MAX_LOGGED_LENGTH characters.
    """

    service: str
    method: Literal["GET", "POST", "PUT", "DELETE", "PATCH"]
    host: str
    path: str
    request: Mapping[str, Any]
    status: int | None
    response: str

    def __post_init__(self) -> None:
        # PostgreSQL does not store NUL.
        object.__setattr__(self, "response", self.response[:MAX_LOGGED_LENGTH].replace("\0", "\ufffd"))


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider accepted the message."""

    call: ProviderCall | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Failed:
    """The message was not sent. `reason` is for an operator and contains no secrets.

    `call` is None when no request was made. `retry_after` is the pause that the provider asks for.
    """

    failure: Failure
    reason: str
    call: ProviderCall | None = field(default=None, compare=False)
    retry_after: timedelta | None = None


Message_contra = TypeVar("Message_contra", contravariant=True)


class Sender(Protocol[Message_contra]):
    """Sends messages of one type of channel (`Email`, `Push`), one at a time, each to one address.

    A sender may keep a connection until it is closed. Sending takes at most SENDING_SECONDS and returns failures rather
    than raising them. A message that is sent again has the same id.
    """

    async def send(self, message: Message_contra, /) -> Sent | Failed: ...

    async def close(self) -> None: ...
