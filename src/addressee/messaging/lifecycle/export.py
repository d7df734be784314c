"""Everything known of one recipient as a JSON document, page by page: of any size, in little memory."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import msgspec
from msgspec import structs

from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.addresses import entries
from addressee.directory.recipient import Document, Recipient
from addressee.messaging.messages.model import Address
from addressee.messaging.suppressions.model import KINDS
from addressee.messaging.suppressions.suppressions import find_suppressed

SQL = load(__package__)

PAGE_SIZE = 200

# Each statement takes an identity and the key of the last row that it gave, and gives rows of keys and a document.
PARTS = {
    "changes": "export_changes",
    "subscriptions": "export_subscriptions",
    "memberships": "export_memberships",
    "schedules": "export_schedules",
    "runs": "export_runs",
    "batches": "export_batches",
    "messages": "export_messages",
    "merges": "export_merges",
}


async def export(pool: Pool, recipient: Recipient) -> AsyncGenerator[bytes, None]:
    """Yields the pieces of one JSON object: `recipient`, `suppressions` of its addresses, and a list for each of
    `PARTS`, oldest first.
    """
    yield b'{"recipient":' + msgspec.json.encode(described(recipient))
    yield b',"suppressions":' + msgspec.json.encode(await suppressions_of(pool, recipient))
    for name, statement in PARTS.items():
        yield b',"' + name.encode() + b'":['
        first = True
        async for document in documents(pool, statement, recipient):
            yield document if first else b"," + document
            first = False
        yield b"]"
    yield b"}"


def described(recipient: Recipient) -> Document:
    """Returns a recipient's row, without the columns of its place and of tombstones."""
    stored = structs.asdict(recipient)
    del stored["place"], stored["format"], stored["deleted_at"], stored["deletions"], stored["history_kept"]
    return {"collection": recipient.place.collection, "id": recipient.place.id, **stored}


async def suppressions_of(pool: Pool, recipient: Recipient) -> list[Document]:
    own = {Address(kind, entry["value"]) for kind in KINDS for entry in entries.of_kind(recipient, kind)}
    found = await find_suppressed(pool, recipient.place.environment_id, own)
    return [each.shown for each in found.values()]


async def documents(pool: Pool, statement: str, recipient: Recipient) -> AsyncGenerator[bytes, None]:
    key: bytes | None = None
    while True:
        rows = await pool.fetch(*SQL[statement](**recipient.identity._asdict(), limit=PAGE_SIZE, key=key))
        for row in rows:
            yield row["document"]
        if len(rows) < PAGE_SIZE:
            return
        key = rows[-1]["key"]
