"""What providers were asked to deliver, and what they answered: one row for each attempt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg
import msgspec

from addressee.channels.sender import Exchange
from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.recipient import Document, Identity
from addressee.messaging.recipients.identifiers import event_id

SQL = load(__package__)


@dataclass(frozen=True, slots=True)
class Attempt:
    """The n-th attempt (from 1) of a send, as its sender tells it."""

    send_id: str
    message_id: str
    recipient: Identity
    number: int
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class DeliveryLog:
    """`request` and `response` as in knock.md §2.0. Ids sort by time."""

    id: str
    service: str
    request: Document
    response: Document
    inserted_at: datetime


async def insert_delivery_logs(
    connection: Connection, environment_id: int, attempts: Sequence[Attempt], now: datetime
) -> None:
    """Stores attempts that ended at one moment; one that is stored already stays as it is."""
    if not attempts:
        return
    await connection.execute(
        SQL["insert_delivery_logs"],
        environment_id,
        [each.message_id for each in attempts],
        [event_id(now, 0, each.send_id, str(each.number)) for each in attempts],
        [each.recipient.collection for each in attempts],
        [each.recipient.id for each in attempts],
        [each.recipient.uid for each in attempts],
        [each.exchange.service for each in attempts],
        [msgspec.json.encode(request_of(each.exchange)) for each in attempts],
        [msgspec.json.encode(response_of(each.exchange)) for each in attempts],
        now,
    )


def request_of(exchange: Exchange) -> Document:
    return {"method": exchange.method, "host": exchange.host, "path": exchange.path, "body": exchange.asked}


def response_of(exchange: Exchange) -> Document:
    return {"status": exchange.status, "body": exchange.answer}


def delivery_log_from(row: asyncpg.Record) -> DeliveryLog:
    return DeliveryLog(
        row["id"],
        row["service"],
        msgspec.json.decode(row["request"]),
        msgspec.json.decode(row["response"]),
        row["inserted_at"],
    )
