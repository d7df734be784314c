"""Sends (one message to one address each) as workers claim them, and the outcomes of attempts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeAlias
from uuid import UUID

import asyncpg
import msgspec
from msgspec import structs

from addressee.channels.destination import Destination
from addressee.channels.sender import Failed, ProviderCall, Sent
from addressee.directory.addresses import entries
from addressee.directory.recipient import Document, Identity
from addressee.messaging.content.channel_types import AnyContent
from addressee.messaging.content.model import Content
from addressee.messaging.messages.model import Address
from addressee.messaging.messages.status import Status, StatusChange, follow
from addressee.messaging.tracking.urls import Tracking


@dataclass(frozen=True, slots=True)
class StoredSend:
    """A send. With `is_one_of_several`, its message has other sends, on which the message's status depends too."""

    id: str
    message_id: str
    recipient: Identity
    tenant: str | None
    channel_id: UUID
    address: Address
    is_one_of_several: bool
    status: Status


@dataclass(frozen=True, slots=True)
class ClaimedSend(StoredSend):
    """A send that is claimed by this worker. `attempts` is the number of earlier attempts through its channel.

    `step_channel_id` is the channel of the message's step, which `channel_id` may stand in for; `step_address` is the
    address there, if it is another one. `unconfirmed` says that an attempt may have reached the provider.
    """

    recipient_run_id: UUID
    step_ref: str
    step_channel_id: UUID
    step_address: str | None
    attempts: int
    unconfirmed: bool
    content: AnyContent
    inserted_at: datetime
    claimed_until: datetime

    @property
    def has_moved(self) -> bool:
        """Returns whether a stand-in of the step's channel sends it."""
        return self.channel_id != self.step_channel_id

    def returned(self) -> ClaimedSend:
        """Returns the send as the step's channel would send it."""
        address = Address(self.address.kind, self.step_address or self.address.value)
        return replace(self, channel_id=self.step_channel_id, address=address, step_address=None, unconfirmed=False)


class ChangedSend(Protocol):
    """A send and the changes that it goes through."""

    @property
    def send(self) -> StoredSend: ...

    @property
    def changes(self) -> tuple[StatusChange, ...]: ...


@dataclass(frozen=True, slots=True)
class DeferredSend:
    """A claimed send that is not tried yet, and when it is due again."""

    send: ClaimedSend
    due_at: datetime


class Reached(NamedTuple):
    """The destination of a send and what is sent there, and where its recipient can unsubscribe by the e-mail's header,
    if anywhere.

    `tracking` is None for what is not tracked.
    """

    to: Destination
    content: Content
    unsubscribe_url: str | None = None
    tracking: Tracking | None = None


@dataclass(frozen=True, slots=True)
class Obstacle:
    """The reason why a send is not tried. `recipient_id` is that of the recipient's run, whose journal notes it."""

    reason: Document
    recipient_id: str


class Unprepared(Failed):
    """The message could not be made ready, so that its provider was not asked: it says nothing about the channel."""


# A send, and what its provider answered or why it was not tried.
Tried: TypeAlias = tuple[ClaimedSend, Sent | Failed | Obstacle]


@dataclass(frozen=True, slots=True)
class SendAttempt:
    """The outcome of one attempt: how the send changes, and when it is due again (None: never).

    `number` is that of the attempt, from 1. One that failed for a reason that lies in the channel has the number of the
    attempt before: it does not count.

    `call` is the request to the provider with its answer, None when there was none; `obstacle` says why. `provider_id`
    is the provider's name for the message that it took, `dead_since` is when it learnt that the address is dead.
    `unconfirmed` says that this attempt, or one before, may have reached the provider.
    """

    send: ClaimedSend
    changes: tuple[StatusChange, ...]
    number: int
    due_at: datetime | None = None
    call: ProviderCall | None = None
    obstacle: Obstacle | None = None
    provider_id: str | None = None
    dead_since: datetime | None = None
    unconfirmed: bool = False

    @property
    def status(self) -> Status:
        status = follow(self.send.status, self.changes)
        assert status is not None
        return status


def stored_send_from(environment_id: int, row: asyncpg.Record) -> StoredSend:
    return StoredSend(**stored_fields(environment_id, row))


def claimed_send_from(environment_id: int, row: asyncpg.Record, claimed_until: datetime) -> ClaimedSend:
    return ClaimedSend(
        **stored_fields(environment_id, row),
        recipient_run_id=row["recipient_run_id"],
        step_ref=row["step_ref"],
        step_channel_id=row["step_channel_id"],
        step_address=row["step_address"],
        attempts=row["attempts"],
        unconfirmed=row["unconfirmed"],
        content=msgspec.json.decode(row["content"], type=AnyContent),
        inserted_at=row["inserted_at"],
        claimed_until=claimed_until,
    )


def stored_fields(environment_id: int, row: asyncpg.Record) -> dict[str, Any]:
    return {
        "id": row["id"],
        "message_id": row["message_id"],
        "recipient": Identity(environment_id, row["collection"], row["recipient_id"], row["uid"]),
        "tenant": row["tenant"],
        "channel_id": row["channel_id"],
        "address": Address(row["kind"], row["address"]),
        "is_one_of_several": row["is_one_of_several"],
        "status": Status(row["status"]),
    }


def with_token(change: StatusChange, send: StoredSend) -> StatusChange:
    """Adds the token to the change of a bounced push: clients that store tokens too remove it (knock.md §3.9)."""
    if change.status is not Status.BOUNCED or send.address.kind not in entries.PUSH:
        return change
    return structs.replace(change, data={**(change.data or {}), "token": send.address.value})
