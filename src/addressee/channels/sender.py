"""What every sender is: it is given one message for one address and says what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import Any, Literal, Protocol, TypeVar

import msgspec

# No sender takes longer for one message.
SENDING_SECONDS = 30


class Failure(Enum):
    """What a failure means: try again, give up, or give up because the address is bad and never use it again."""

    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    BOUNCED = "bounced"


MAX_LOGGED_LENGTH = 2_000

# So much of an answer that has no known form is read: more than is logged, so that nothing hidden is cut in two.
READ_LENGTH = 20_000


# What is shorter is no secret, and stands in other words too.
LEAST_HIDDEN_LENGTH = 4


def without(words: str, hidden: Iterable[str]) -> str:
    """A provider's own words without what it was told in confidence: tokens, keys, and what the message says."""
    for text in sorted(hidden, key=len, reverse=True):
        if len(text) >= LEAST_HIDDEN_LENGTH:
            words = words.replace(text, "[...]").replace(escaped(text), "[...]")
    return words


def escaped(text: str) -> str:
    """As it stands within JSON."""
    return msgspec.json.encode(text).decode()[1:-1]


@dataclass(frozen=True, slots=True)
class ProviderCall:
    """What a provider was asked and what it answered, for an operator to read (knock.md §2.0, DeliveryLog).

    Neither holds a secret, nor what the message says. `service` is the provider's name; one that does not speak HTTP
    is described as if it did. `status` is None when there was no answer; `answer` is cut to MAX_LOGGED_LENGTH
    characters.
    """

    service: str
    method: Literal["GET", "POST", "PUT", "DELETE", "PATCH"]
    host: str
    path: str
    request: Mapping[str, Any]
    status: int | None
    response: str

    def __post_init__(self) -> None:
        # A provider may say anything, and a database does not hold NUL.
        object.__setattr__(self, "response", self.response[:MAX_LOGGED_LENGTH].replace("\0", "\ufffd"))


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider has taken the message over."""

    call: ProviderCall | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Failed:
    """The provider has not. `reason` is for an operator and holds no secret.

    Without a `call` the provider was not asked. `retry_after` is how long the provider wants to be left alone.
    """

    failure: Failure
    reason: str
    call: ProviderCall | None = field(default=None, compare=False)
    retry_after: timedelta | None = None


Message_contra = TypeVar("Message_contra", contravariant=True)


class Sender(Protocol[Message_contra]):
    """Sends what its kind of channel carries (an `Email`, a `Push`), one after the other, to one address each.

    Keeps what can be kept between them, like a connection; closed when done. Takes at most SENDING_SECONDS for each.
    Problems are results, never exceptions. What is sent again has the same id.
    """

    async def send(self, message: Message_contra, /) -> Sent | Failed: ...

    async def close(self) -> None: ...
