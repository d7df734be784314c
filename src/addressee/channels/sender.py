"""What every sender is: it is given one message for one address and says what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from addressee.channels.email import Email


class Failure(Enum):
    """What a failure means for the message: try again, give up, or give up because the address is bad."""

    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    BOUNCED = "bounced"


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider has taken the message over."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The provider has not. `reason` is for an operator and holds no secret."""

    failure: Failure
    reason: str


class Sender(Protocol):
    """Sends one after the other, keeping what can be kept between them (a connection); closed when done.

    Problems are results, never exceptions. A message that is sent again has the same id.
    """

    async def send(self, email: Email) -> Sent | Failed: ...

    async def close(self) -> None: ...
