"""Push tokens belong to one person: one that turns up with somebody else leaves who had it (DESIGN §2).

Whose a token is, is written in the transaction that writes the recipient. Nobody else's row is touched there: who has
lost a token is told to a job of the same transaction, and to who made the write, and either takes it away (see
`releasing`). A token is the same as an address and in the data of a channel; the endpoint of a web push
subscription is one too. Not looked at are tokens that are disabled, and those that somebody has within a tenant only.
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

# A recipient that became another.
Step: TypeAlias = tuple[Recipient | None, Recipient]


class TokenTransfer(Struct, frozen=True, array_like=True):
    """Somebody whose tokens are another's now; `digests` are their SHA-256, in hexadecimal digits."""

    environment_id: int
    collection: str
    id: str
    uid: UUID
    digests: tuple[str, ...]

    @property
    def place(self) -> Place:
        return Place(self.environment_id, self.collection, self.id)


class ReleaseTokens(Job, frozen=True):
    """Takes push tokens away from those who lost them."""

    name: ClassVar[str] = "release_tokens"

    people: Sequence[TokenTransfer]


class Claim(NamedTuple):
    """That a token is somebody's."""

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


class Moves(NamedTuple):
    """Tokens that people have now, in the order of the writes, and those that they have no longer."""

    new: Sequence[Claim]
    old: Sequence[Claim]


async def claim(connection: Connection, steps: Iterable[Step]) -> dict[Place, list[TokenTransfer]]:
    """Gives tokens to who got them last. Returns who lost some by that, by the place of who got them."""
    moves = moves_of(steps)
    await give_up(connection, moves)
    last = {each.token: each for each in moves.new}
    transfers = [(each, last[each.token]) for each in moves.new if each is not last[each.token]]
    found = await connection.fetch(*SQL["claim_push_tokens"](claims=last.values())) if last else []
    for row in found:
        if row["former_uid"] is not None:
            by = last[row["environment_id"], row["digest"]]
            transfers.append((Claim(*by.token, row["former_collection"], row["former_id"], row["former_uid"]), by))
    if transfers:
        await connection.execute(*SQL["forget_former_owners"](claims=last.values()))
    return await tell(connection, transfers)


async def inherit(connection: Connection, steps: Iterable[Step]) -> dict[Place, list[TokenTransfer]]:
    """Gives tokens on from some of these people to others of them.

    A token that is somebody else's by now stays theirs: who has it from one of these loses it again.
    """
    moves = moves_of(steps)
    await give_up(connection, moves)
    heirs = {each.token: each for each in moves.new}
    if not heirs:
        return {}
    found = await connection.fetch(*SQL["inherit_push_tokens"](claims=heirs.values()))
    theirs = {(row["environment_id"], row["digest"]) for row in found}
    return await tell(connection, [(heir, heir) for token, heir in heirs.items() if token not in theirs])


async def still_lost(connection: Connection, transfer: TokenTransfer) -> frozenset[str]:
    """Those of these tokens that are not theirs again. One that is nobody's by now is lost too: who has a token without
    a claim would not be told when somebody else gets it.
    """
    digests = [bytes.fromhex(digest) for digest in transfer.digests]
    found = await connection.fetch(
        *SQL["push_tokens_of"](environment_id=transfer.environment_id, digests=digests, uid=transfer.uid)
    )
    return frozenset(transfer.digests) - {row["digest"].hex() for row in found}


async def give_up(connection: Connection, moves: Moves) -> None:
    if moves.old:
        claims = [*moves.new, *moves.old]
        if len(claims) > 1:  # a deletion takes rows in any order, and so do two statements one after the other
            await connection.execute(*SQL["lock_push_tokens"](claims=claims))
        await connection.execute(*SQL["give_up_push_tokens"](claims=moves.old))


async def tell(connection: Connection, transfers: Sequence[tuple[Claim, Claim]]) -> dict[Place, list[TokenTransfer]]:
    """Enqueues the job that takes tokens from those who lost them; says so by the place of who has them now."""
    digests = defaultdict(list)
    for loser, by in transfers:
        digests[by.place, loser.place, loser.uid].append(loser.digest.hex())
    told = defaultdict(list)
    for (by_place, place, uid), theirs in digests.items():
        told[by_place].append(TokenTransfer(*place, uid, tuple(theirs)))
    people = [transfer for each in told.values() for transfer in each]
    if people:
        await enqueue(connection, [ReleaseTokens(people)])
    return dict(told)


def moves_of(steps: Iterable[Step]) -> Moves:
    new, old = [], []
    for before, after in steps:
        had, has = claims_of(before), claims_of(after)
        new += sorted(has - had)
        old += sorted(had - has)
    return Moves(new, old)


def are_moved(before: Recipient | None, after: Recipient) -> bool:
    """Whether somebody has other tokens than before. Nothing is looked at where neither document changed."""
    if is_membership(after.place):
        return False
    if before is not None and before.addresses is after.addresses and before.channel_data is after.channel_data:
        return False
    return claims_of(before) != claims_of(after)


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
