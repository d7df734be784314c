"""Sends, one message to one address each: as a worker claims them, and what becomes of them when they are tried."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from addressee.channels.sender import Exchange
from addressee.directory.recipient import Document, Identity
from addressee.messaging.content.channel_types import AnyContent
from addressee.messaging.content.push import PushContent
from addressee.messaging.messages.model import Address
from addressee.messaging.messages.status import Change, Status, follow


@dataclass(frozen=True, slots=True)
class Claimed:
    """A send that nobody else tries for now. `attempts` counts the earlier ones.

    `is_one_of_several`: its message has other sends, whose statuses count for the message's.
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


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a send is not tried. `recipient_id` is that of the recipient's run, whose journal is to say so."""

    reason: Document
    recipient_id: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What a try makes of its send, and when to try again (None: never).

    Without an `exchange` no provider was asked; with an `obstacle` it was not to be.
    """

    send: Claimed
    changes: tuple[Change, ...]
    due_at: datetime | None = None
    exchange: Exchange | None = None
    obstacle: Obstacle | None = None

    @property
    def status(self) -> Status:
        status = follow(self.send.status, self.changes)
        assert status is not None
        return status


def claimed_from(environment_id: int, row: asyncpg.Record) -> Claimed:
    return Claimed(
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
    )


def naming_token(change: Change, send: Claimed) -> Change:
    """Who keeps tokens elsewhere too is told which one is dead (knock.md §3.9)."""
    if change.status is not Status.BOUNCED or not isinstance(send.content, PushContent):
        return change
    return replace(change, data={**(change.data or {}), "token": send.address.value})
