"""Receipts: a request with an idempotency key is carried out once in 24 hours (docs/decisions/0010).

The receipt, which contains the response, is stored in the transaction that carries the request out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from msgspec import Struct

from addressee.database.expiry import delete_before
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load

SQL = load(__package__)

RECEIPT_LIFE = timedelta(hours=24)


class RequestKey(NamedTuple):
    environment_id: int
    key: str


class StoredAnswer(NamedTuple):
    status: int
    body: bytes


class Receipt(Struct, frozen=True):
    """A request with an idempotency key.

    `fingerprint` is a hash of the whole request. `answer` renders the result as the response to store; it is pure.
    """

    environment_id: int
    key: str
    fingerprint: bytes
    request_id: str
    answer: Callable[[Any], StoredAnswer]

    @property
    def request_key(self) -> RequestKey:
        return RequestKey(self.environment_id, self.key)


class Earlier(Struct, frozen=True):
    """The first request under a key, and its response."""

    fingerprint: bytes
    request_id: str
    answer: StoredAnswer


class RepeatedError(Exception):
    """This request was carried out before; nothing was done this time. `earlier` has its response."""

    def __init__(self, earlier: Earlier) -> None:
        super().__init__(f"This repeats the request {earlier.request_id}.")
        self.earlier = earlier


class ReceiptMismatchError(Exception):
    """The key was used for another request. Nothing was done."""

    def __init__(self, key: str) -> None:
        super().__init__("This idempotency key was used for another request; use a new key for each request.")
        self.key = key


class ReceiptTakenError(Exception):
    """Another request under the key was carried out at the same moment; this transaction must be rolled back."""


def repetition(key: str, fingerprint: bytes, earlier: Earlier) -> RepeatedError | ReceiptMismatchError:
    """Returns the error for a request whose key was used before."""
    return RepeatedError(earlier) if earlier.fingerprint == fingerprint else ReceiptMismatchError(key)


async def refuse_repetition(
    database: Pool | Connection, environment_id: int, key: str, fingerprint: bytes, now: datetime
) -> None:
    """Raises RepeatedError or ReceiptMismatchError when the key was used before."""
    found = await find(database, [RequestKey(environment_id, key)], now)
    for earlier in found.values():
        raise repetition(key, fingerprint, earlier)


async def find(database: Pool | Connection, keys: Sequence[RequestKey], now: datetime) -> dict[RequestKey, Earlier]:
    if not keys:
        return {}
    rows = await database.fetch(*SQL["read_receipts"](keys=keys, since=now - RECEIPT_LIFE))
    return {
        RequestKey(row["environment_id"], row["key"]): Earlier(
            row["fingerprint"], row["request_id"], StoredAnswer(row["status"], row["body"])
        )
        for row in rows
    }


async def keep(connection: Connection, receipt: Receipt | None, result: Any, now: datetime) -> None:
    """Stores the receipt of this transaction, as its last step; None, for a request without a key, does nothing.

    Waits while another request under the key is being carried out. Raises RepeatedError or ReceiptMismatchError
    when there was one; the caller must let that roll the transaction back.
    """
    if receipt is None:
        return
    try:
        await keep_all(connection, [(receipt, receipt.answer(result))], now)
    except ReceiptTakenError:
        found = await find(connection, [receipt.request_key], now)
        raise repetition(receipt.key, receipt.fingerprint, found[receipt.request_key]) from None


async def replace_answer(connection: Connection, receipt: Receipt | None, result: Any) -> None:
    """Replaces the stored response to a request whose work has continued after it was first stored."""
    if receipt is not None:
        answer = receipt.answer(result)
        await connection.execute(*SQL["replace_answer"](**receipt.request_key._asdict(), **answer._asdict()))


async def keep_alone(pool: Pool, receipt: Receipt | None, result: Any, now: datetime) -> None:
    """Stores the receipt of a request that several idempotent transactions have carried out."""
    if receipt is not None:
        async with pool.acquire() as connection, connection.transaction():
            await keep(connection, receipt, result, now)


async def keep_all(connection: Connection, answered: Sequence[tuple[Receipt, StoredAnswer]], now: datetime) -> None:
    """Stores receipts under distinct keys. Raises ReceiptTakenError when one of the keys is used already."""
    if not answered:
        return
    receipts, answers = zip(*answered, strict=True)
    kept = await connection.fetch(
        *SQL["write_receipts"](receipts=receipts, answers=answers, now=now, expired_at=now - RECEIPT_LIFE)
    )
    if len(kept) < len(answered):
        raise ReceiptTakenError


async def delete_expired_receipts(connection: Connection, now: datetime) -> None:
    """Deletes receipts older than 24 hours, some at a time."""
    for statement in (SQL["delete_expired_edit_receipts"], SQL["delete_expired_receipts"]):
        await delete_before(connection, statement, now - RECEIPT_LIFE)
