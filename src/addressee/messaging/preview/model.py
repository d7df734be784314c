"""The question that a preview answers, and the parts of its answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from addressee.channels.provider import ChannelType
from addressee.directory.recipient import Recipient
from addressee.messaging.content.model import Content

# The environment that everything in a preview belongs to; there is none in any database.
ENVIRONMENT = 0
NAMESPACE = UUID("7d1f8c1a-6f0e-4a53-9d0a-3d7a2f1b9c55")


class EverySecret(frozenset[str]):
    """The names of secrets of an environment that is not known: there may be any."""

    def __contains__(self, name: object) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class PreviewRequest:
    """A trigger to preview, with what happens meanwhile.

    `items` are the data of the triggers, of which there are several if batches are to collect them; with `leads`, the
    first one opens a batch that it is not part of. `answers` are those of fetch steps by their refs, `events` the refs
    of the steps whose events happen; other waits time out.
    """

    recipient: Recipient
    items: Sequence[Mapping[str, Any]] = ({},)
    actor: Recipient | None = None
    tenant: Recipient | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    events: Collection[str] = ()
    leads: bool = False

    @property
    def data(self) -> Mapping[str, Any]:
        """The data of the trigger that the run is previewed for: the first one."""
        return self.items[0]


@dataclass(frozen=True, slots=True)
class PreviewedMessage:
    """A message of a preview, as it is once `at` has come.

    `content` is None if the template failed, and `obstacle` then says why. Otherwise an obstacle is why the message
    would not be sent, like `no_email_address`; it is shown nevertheless.
    """

    ref: str
    channel: str
    type: ChannelType
    at: datetime
    content: Content | None
    obstacle: str | None = None


@dataclass(frozen=True, slots=True)
class PreviewedEvent:
    """Something else that happened on the way."""

    at: datetime
    event: str
    ref: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
