"""Copies of e-mails to several addresses: they go with the first of these e-mails that is taken.

So the sends of such a message are tried one after the other, as long as nobody has got the copies. Which address they
go with is the first one in the content, and is stored there when it changes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from addressee.channels.sender import Failed, Failure, Sent
from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.messaging.delivery.sends import ClaimedSend, Reached, SendAttempt

SQL = load(__package__)


class Turn(NamedTuple):
    """Sends that are tried one after the other; with `has_copies`, copies go with the first one that is taken."""

    sends: Sequence[tuple[ClaimedSend, Reached]]
    has_copies: bool = False


class PassedOn(NamedTuple):
    """The address with which copies go from now on; None: one that is still to be tried, if there is any."""

    message_id: str
    recipient_id: str
    address: str | None


def in_order(sends: Iterable[ClaimedSend]) -> list[ClaimedSend]:
    """Returns sends by their messages, that with the copies first: if only some are tried now, it is among them."""
    return sorted(sends, key=lambda send: (send.message_id, not carries_copies(send)))


def turns_of(reachable: Sequence[tuple[ClaimedSend, Reached]], sends: Iterable[ClaimedSend]) -> list[Turn]:
    """Returns the turns of those of a channel's `sends` in a batch that are reachable.

    Those of a message stay together if the one that its copies are to go with is among them, reachable or not.
    """
    copied = {send.message_id for send in sends if carries_copies(send)}
    turns = [Turn((each,)) for each in reachable if each[0].message_id not in copied]
    return turns + [Turn(those, has_copies=True) for those in of_messages(reachable, copied)]


def of_messages(
    reachable: Sequence[tuple[ClaimedSend, Reached]], message_ids: Collection[str]
) -> list[Sequence[tuple[ClaimedSend, Reached]]]:
    """Returns the sends of each of these messages, that with the copies first."""
    found: dict[str, list[tuple[ClaimedSend, Reached]]] = {}
    for each in reachable:
        if each[0].message_id in message_ids:
            found.setdefault(each[0].message_id, []).append(each)
    return [sorted(those, key=lambda each: not carries_copies(each[0])) for those in found.values()]


def carries_copies(send: ClaimedSend) -> bool:
    """Returns whether a send is the one of several of its message that copies go with."""
    return send.is_one_of_several and send.content.copied_with == send.address.value


def with_copies(send: ClaimedSend, reached: Reached) -> Reached:
    """Returns what is sent if copies go with this send."""
    return reached._replace(content=reached.content.copied_beside(send.address.value))


def may_be_taken(result: Sent | Failed) -> bool:
    return isinstance(result, Sent) or result.failure is Failure.UNCONFIRMED


async def pass_on_copies(
    connection: Connection, environment_id: int, attempts: Sequence[SendAttempt], copied: Mapping[str, str]
) -> None:
    """Stores with which addresses the copies of these attempts' messages go from now on. The messages are locked.

    `copied` are those that they went with, by the ids of messages. Where their own one has failed, it is the
    next that is tried.
    """
    passed = {
        send.message_id: PassedOn(send.message_id, send.recipient.id, copied.get(send.message_id))
        for each in attempts
        if (send := each.send).is_one_of_several and (send.message_id in copied or carries_copies(send))
    }
    if passed:
        statement = SQL["pass_on_copies"](environment_id=environment_id, passed=list(passed.values()))
        await connection.execute(*statement)
