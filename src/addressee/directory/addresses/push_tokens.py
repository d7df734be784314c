"""Owners of push tokens: a token belongs to one recipient, the last to whom it was given (docs/decisions/0013).

The owner is stored in the transaction that writes the recipient. The former owner's row is not written there: a job of
the same transaction removes the token from it, unless `Directory.write` has done so before (`writing.token_transfers`).
Tokens in addresses and in channel data are the same; the endpoint of a web push subscription counts as a token.
Disabled addresses and memberships are not considered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from hashlib import sha256
from typing import ClassVar, NamedTuple, TypeAlias
from uuid import UUID

from msgspec import Struct

from addressee.database.jobs.queue import Job, enqueue
from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.addresses.device_tokens import tokens_in
from addressee.directory.addresses.entries import ACTIVE, PUSH
from addressee.directory.recipient import Document, Place, Recipient, is_membership

SQL = load(__package__)

# A recipient before and after a write.
Step: TypeAlias = tuple[Recipient | None, Recipient]


class TokenTransfer(Struct, frozen=True, array_like=True):
    """A former owner of tokens; `digests` are the tokens' SHA-256 hashes in hexadecimal digits."""

    environment_id: int
    collection: str
    id: str
    uid: UUID
    digests: tuple[str, ...]

    @property
    def place(self) -> Place:
        return Place(self.environment_id, self.collection, self.id)


class ReleaseTokens(Job, frozen=True):
    """Removes push tokens from their former owners."""

    name: ClassVar[str] = "release_tokens"

    people: Sequence[TokenTransfer]


class Claim(NamedTuple):
    """A token and the identity that owns it."""

    environment_id: int
    digest: bytes
    collection: str
    id: str
    uid: UUID

    @property
    def token(self) -> tuple[int, bytes]:
        return (self.environment_id, self.digest)

    @property
    def place(self) -> Place:
        return Place(self.environment_id, self.collection, self.id)


class ClaimChanges(NamedTuple):
    """The tokens that recipients have after writes, in the order of these, and those that they have no longer."""

    new: Sequence[Claim]
    old: Sequence[Claim]


async def claim(connection: Connection, steps: Iterable[Step]) -> dict[Place, list[TokenTransfer]]:
    """Records the last recipient who got each token as its owner.

    Returns the transfers from former owners, by the place of the new one.
    """
    changes = claim_changes(steps)
    await give_up(connection, changes)
    last = {each.token: each for each in changes.new}
    transfers = [(each, last[each.token]) for each in changes.new if each is not last[each.token]]
    found = await connection.fetch(*SQL["claim_push_tokens"](claims=last.values())) if last else []
    for row in found:
        if row["former_uid"] is not None:
            by = last[row["environment_id"], row["digest"]]
            transfers.append((Claim(*by.token, row["former_collection"], row["former_id"], row["former_uid"]), by))
    if transfers:
        await connection.execute(*SQL["forget_former_owners"](claims=last.values()))
    return await enqueue_releases(connection, transfers)


async def inherit(connection: Connection, steps: Iterable[Step]) -> dict[Place, list[TokenTransfer]]:
    """Transfers tokens between these recipients, for a merge or its undoing; returns transfers like `claim`.

    A token that another recipient owns by now stays theirs, and is removed from the recipient that was to get it.
    """
    changes = claim_changes(steps)
    await give_up(connection, changes)
    heirs = {each.token: each for each in changes.new}
    if not heirs:
        return {}
    found = await connection.fetch(*SQL["inherit_push_tokens"](claims=heirs.values()))
    theirs = {(row["environment_id"], row["digest"]) for row in found}
    return await enqueue_releases(connection, [(heir, heir) for token, heir in heirs.items() if token not in theirs])


async def still_lost(connection: Connection, transfer: TokenTransfer) -> frozenset[str]:
    """Returns the digests of a transfer that the former owner has not got back.

    A token without an owner counts as lost: its holder would not lose it when another recipient gets it.
    """
    digests = [bytes.fromhex(digest) for digest in transfer.digests]
    found = await connection.fetch(
        *SQL["push_tokens_of"](environment_id=transfer.environment_id, digests=digests, uid=transfer.uid)
    )
    return frozenset(transfer.digests) - {row["digest"].hex() for row in found}


async def give_up(connection: Connection, changes: ClaimChanges) -> None:
    if changes.old:
        claims = [*changes.new, *changes.old]
        if len(claims) > 1:  # locked in order, as the statements that follow lock rows in any order
            await connection.execute(*SQL["lock_push_tokens"](claims=claims))
        await connection.execute(*SQL["give_up_push_tokens"](claims=changes.old))


async def enqueue_releases(
    connection: Connection, transfers: Sequence[tuple[Claim, Claim]]
) -> dict[Place, list[TokenTransfer]]:
    """Enqueues the job that removes tokens from former owners, and returns them by the place of the new owner."""
    digests = defaultdict(list)
    for loser, by in transfers:
        digests[by.place, loser.place, loser.uid].append(loser.digest.hex())
    by_owner = defaultdict(list)
    for (by_place, place, uid), theirs in digests.items():
        by_owner[by_place].append(TokenTransfer(*place, uid, tuple(theirs)))
    people = [transfer for each in by_owner.values() for transfer in each]
    if people:
        await enqueue(connection, [ReleaseTokens(people)])
    return dict(by_owner)


def claim_changes(steps: Iterable[Step]) -> ClaimChanges:
    new, old = [], []
    for before, after in steps:
        had, has = claims_of(before), claims_of(after)
        new += sorted(has - had)
        old += sorted(had - has)
    return ClaimChanges(new, old)


def tokens_changed(before: Recipient | None, after: Recipient) -> bool:
    """Returns whether a recipient's tokens changed. Quick when neither addresses nor channel data did."""
    if before is not None and before.addresses is after.addresses and before.channel_data is after.channel_data:
        return False
    return not is_membership(after.place) and claims_of(before) != claims_of(after)


def claims_of(recipient: Recipient | None) -> Set[Claim]:
    if recipient is None:
        return frozenset()
    place, uid = recipient.place, recipient.uid
    active = {
        token_of(address) for address in recipient.addresses if address["kind"] in PUSH and address["status"] == ACTIVE
    }
    tokens = active.union(tokens_in(recipient.channel_data))
    return {Claim(place.environment_id, digest_of(token), place.collection, place.id, uid) for token in tokens}


def token_of(address: Document) -> str:
    value = address["value"]
    token: str = value["endpoint"] if isinstance(value, dict) else value
    return token


def digest_of(token: str) -> bytes:
    return sha256(token.encode()).digest()
