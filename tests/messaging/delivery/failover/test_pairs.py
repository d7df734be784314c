"""Each failure of a channel with each failure of its stand-in: who is asked, how often, and what becomes of it."""

from __future__ import annotations

from itertools import groupby, product

import pytest

from addressee.channels.sender import Failure, Sent
from addressee.messaging.messages.status import MAX_ATTEMPTS, Status
from tests.messaging.delivery.failover.scripted import Answer, Scripted

ANSWERS: list[Answer] = [Sent(), *Failure]

# The failures after which a stand-in sends the message.
MOVES_ON = {Failure.TEMPORARY, Failure.UNAVAILABLE, Failure.RATE_LIMITED, Failure.CREDENTIALS}

# The number of attempts after which the message goes to the stand-in.
ATTEMPTS_BEFORE = {Failure.TEMPORARY: 3, Failure.CREDENTIALS: 1, Failure.UNAVAILABLE: 5}

FINAL = {
    Failure.PERMANENT: Status.UNDELIVERED,
    Failure.BOUNCED: Status.BOUNCED,
    Failure.MISMATCHED: Status.UNDELIVERED,
    Failure.OPTED_OUT: Status.UNDELIVERED,
}


def name_of(answer: Answer) -> str:
    return answer.value if isinstance(answer, Failure) else "sent"


@pytest.mark.parametrize(("first", "second"), list(product(ANSWERS, ANSWERS)), ids=name_of)
async def test_every_pair(channels: Scripted, first: Answer, second: Answer) -> None:
    channels.answers = {"first": first, "second": second}
    await channels.push("second")
    await channels.send()
    await channels.pass_days()
    asked = {key: len(list(those)) for key, those in groupby(channels.asked)}
    moved = first in MOVES_ON
    assert list(asked) == (["first", "second"] if moved else ["first"])  # there is no way back
    if first in ATTEMPTS_BEFORE:
        assert asked["first"] == ATTEMPTS_BEFORE[first]
    last = second if moved else first
    asked_last = asked["second" if moved else "first"]
    message = await channels.message()
    if isinstance(last, Sent):
        assert (message.status, asked_last) == (Status.SENT, 1)
    elif last in FINAL:
        assert (message.status, asked_last) == (FINAL[last], 1)
    else:
        assert message.status is Status.UNDELIVERED
        if last in {Failure.TEMPORARY, Failure.UNCONFIRMED}:
            assert asked_last == MAX_ATTEMPTS
    assert message.channel.key == "first"
    assert await channels.moves() == (
        [{"reason": "failover", "failure": first, "from_channel": "first", "to_channel": "second"}] if moved else []
    )
