"""The protocol of senders, and the results that they return (senders.md §0)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from addressee.directory.clock import Clock

if TYPE_CHECKING:
    import httpx2

# The time limit for sending one message.
SENDING_SECONDS = 30


class Failure(StrEnum):
    """A kind of failure, by what it says about the message, its address and the channel.

    About the moment: TEMPORARY, the provider cannot take this message now; UNAVAILABLE, it takes none, as it cannot be
    reached or is out of order; RATE_LIMITED, it asks for a pause; CREDENTIALS, it refuses the channel's credentials;
    UNCONFIRMED, its answer was lost, so that it may have taken the message.

    About the message: PERMANENT, it is refused for good.

    About the address: BOUNCED, it does not exist any more; MISMATCHED, it is of another app or environment than the
    channel, or does not exist any more; OPTED_OUT, its owner has told the provider not to be written to.
    """

    TEMPORARY = "temporary"
    UNAVAILABLE = "unavailable"
    RATE_LIMITED = "rate_limited"
    CREDENTIALS = "credentials"
    UNCONFIRMED = "unconfirmed"
    PERMANENT = "permanent"
    BOUNCED = "bounced"
    MISMATCHED = "mismatched"
    OPTED_OUT = "opted_out"


# Failures that pass: those that concern all messages of a channel, and those that concern this one.
OF_CHANNEL = frozenset({Failure.UNAVAILABLE, Failure.RATE_LIMITED, Failure.CREDENTIALS})
OF_MOMENT = frozenset({Failure.TEMPORARY, Failure.UNCONFIRMED})

MAX_LOGGED_LENGTH = 2_000

# Names of messages are looked up by an index, which takes no longer ones. No provider gives such.
MAX_ID_BYTES = 1_000

# The part of an answer of unknown form that is read: more than is logged, so that no secret in it is cut in two.
READ_LENGTH = 20_000


def logged(words: str) -> str:
    """Returns a text as it is stored: cut to MAX_LOGGED_LENGTH characters, without NUL, which PostgreSQL refuses."""
    return words[:MAX_LOGGED_LENGTH].replace("\0", "\ufffd")


def is_storable(id: str) -> bool:
    """Returns whether PostgreSQL takes a provider's name for a message."""
    return len(id.encode()) <= MAX_ID_BYTES and "\0" not in id


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
        object.__setattr__(self, "response", logged(self.response))


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider accepted the message. `provider_id` is its name for it, by which it tells what became of it.

    One that cannot be stored is None: to send the message again would not give it another name.
    """

    call: ProviderCall | None = field(default=None, compare=False)
    provider_id: str | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.provider_id is not None and not is_storable(self.provider_id):
            object.__setattr__(self, "provider_id", None)


class Delivered(Sent):
    """The message arrived: the provider is who it was for."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The message was not sent. `reason` is for an operator and contains no secrets; it is cut like a response.

    `call` is None when no request was made. `retry_after` is the pause that the provider asks for. `dead_since` is when
    the provider learnt that an address that bounced is dead, None if it does not say.
    """

    failure: Failure
    reason: str
    call: ProviderCall | None = field(default=None, compare=False)
    retry_after: timedelta | None = None
    dead_since: datetime | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", logged(self.reason))

    def of_one_address(self) -> Failed:
        """Returns this failure of a host that only this address has: it says nothing about the channel."""
        return replace(self, failure=Failure.TEMPORARY) if self.failure in OF_CHANNEL else self


@dataclass(frozen=True, slots=True)
class SenderContext:
    """The things that senders of a worker share: the folder of the outbox, the HTTP clients, and the clock.

    `public_client` is for URLs that recipients or clients give: it connects to public hosts only.
    """

    outbox: Path
    client: httpx2.AsyncClient
    clock: Clock
    public_client: httpx2.AsyncClient

    def client_for(self, *, allow_private_hosts: bool) -> httpx2.AsyncClient:
        """Returns the client for URLs that recipients or clients give."""
        return self.client if allow_private_hosts else self.public_client


Message_contra = TypeVar("Message_contra", contravariant=True)


class Sender(Protocol[Message_contra]):
    """Sends messages of one type of channel (`Email`, `Push`, …), each to one address.

    A sender may keep connections until it is closed. Sending takes at most SENDING_SECONDS and returns failures rather
    than raising them. A message that is sent again has the same id.
    """

    async def send(self, message: Message_contra, /) -> Sent | Failed: ...

    async def close(self) -> None: ...
