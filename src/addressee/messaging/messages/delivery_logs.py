"""Delivery logs: the requests to providers and their answers, one row for each attempt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import asyncpg
import msgspec

from addressee.channels.sender import ProviderCall
from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.recipient import Document, Identity
from addressee.messaging.recipients.identifiers import log_id

SQL = load(__package__)


@dataclass(frozen=True, slots=True)
class DeliveryLog:
    """A delivery log as it is read; `request` and `response` as in knock.md §2.0. Ids sort by time."""

    id: str
    service: str
    request: Document
    response: Document
    inserted_at: datetime


class NewDeliveryLog(NamedTuple):
    """The row of one attempt; `request` and `response` are JSON."""

    id: str
    message_id: str
    recipient: Identity
    service: str
    request: bytes
    response: bytes


def new_delivery_log(
    send_id: str, message_id: str, recipient: Identity, number: int, call: ProviderCall, now: datetime
) -> NewDeliveryLog:
    """Returns the row of the n-th attempt (from 1) of a send."""
    request = {"method": call.method, "host": call.host, "path": call.path, "body": call.request}
    response = {"status": call.status, "body": call.response}
    return NewDeliveryLog(
        log_id(now, send_id, str(number)),
        message_id,
        recipient,
        call.service,
        msgspec.json.encode(request),
        msgspec.json.encode(response),
    )


async def insert_delivery_logs(
    connection: Connection, environment_id: int, logs: Sequence[NewDeliveryLog], now: datetime
) -> None:
    """Stores attempts that ended at the same moment; one that is stored already stays as it is."""
    if logs:
        await connection.execute(*SQL["insert_delivery_logs"](environment_id=environment_id, logs=logs, now=now))


def delivery_log_from(row: asyncpg.Record) -> DeliveryLog:
    return DeliveryLog(
        row["id"],
        row["service"],
        msgspec.json.decode(row["request"]),
        msgspec.json.decode(row["response"]),
        row["inserted_at"],
    )
