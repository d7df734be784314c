"""Sends (one message to one address each) as workers claim them, and the outcomes of attempts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from addressee.channels.sender import ProviderCall
from addressee.directory.recipient import Document, Identity
from addressee.messaging.content.channel_types import AnyContent
from addressee.messaging.content.push import PushContent
from addressee.messaging.messages.model import Address
from addressee.messaging.messages.status import Status, StatusChange, follow


@dataclass(frozen=True, slots=True)
class ClaimedSend:
    """A send that is claimed by this worker. `attempts` is the number of earlier attempts.

    With `is_one_of_several`, its message has other sends, on which the message's status depends too.
    """

    id: str
    message_id: str
    recipient: Identity
    recipient_run_id: UUID
    step_ref: str
    tenant: str | None
    channel_id: UUID
    address: Address
    attempts: int
    is_one_of_several: bool
    status: Status
    content: AnyContent
    inserted_at: datetime
    claimed_until: datetime


@dataclass(frozen=True, slots=True)
class DeferredSend:
    """A claimed send that is not tried yet, and when it is due again."""

    send: ClaimedSend
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Obstacle:
    """The reason why a send is not tried. `recipient_id` is that of the recipient's run, whose journal notes it."""

    reason: Document
    recipient_id: str


@dataclass(frozen=True, slots=True)
class SendAttempt:
    """The outcome of one attempt: how the send changes, and when it is due again (None: never).

    `number` is that of the attempt, from 1. One that failed for a reason that lies in the channel has the number of the
    attempt before: it does not count.

    `call` is the request to the provider with its answer, None when there was none; `obstacle` says why. `provider_id`
    is the provider's name for the message that it took.
    """

    send: ClaimedSend
    changes: tuple[StatusChange, ...]
    number: int
    due_at: datetime | None = None
    call: ProviderCall | None = None
    obstacle: Obstacle | None = None
    provider_id: str | None = None

    @property
    def status(self) -> Status:
        status = follow(self.send.status, self.changes)
        assert status is not None
        return status


def claimed_send_from(environment_id: int, row: asyncpg.Record, claimed_until: datetime) -> ClaimedSend:
    return ClaimedSend(
        row["id"],
        row["message_id"],
        Identity(environment_id, row["collection"], row["recipient_id"], row["uid"]),
        row["recipient_run_id"],
        row["step_ref"],
        row["tenant"],
        row["channel_id"],
        Address(row["kind"], row["address"]),
        row["attempts"],
        row["is_one_of_several"],
        Status(row["status"]),
        msgspec.json.decode(row["content"], type=AnyContent),
        row["inserted_at"],
        claimed_until,
    )


def with_token(change: StatusChange, send: ClaimedSend) -> StatusChange:
    """Adds the token to the change of a bounced push: clients that store tokens too remove it (knock.md §3.9)."""
    if change.status is not Status.BOUNCED or not isinstance(send.content, PushContent):
        return change
    return replace(change, data={**(change.data or {}), "token": send.address.value})
