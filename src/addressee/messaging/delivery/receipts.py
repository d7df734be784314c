"""Jobs that ask providers what became of messages, where they do not tell it by themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from addressee.database.jobs.queue import Job, Later
from addressee.messaging.delivery.channels.open_channels import OpenChannel
from addressee.messaging.delivery.sends import SendAttempt

FIRST_PAUSE = timedelta(minutes=15)


class CheckReceipts(Job, frozen=True):
    """Asks for the receipts of messages that a provider calls by these ids, and took at a time.

    `tries` is the number of earlier tries.
    """

    name: ClassVar[str] = "check_receipts"
    environment_id: int
    channel_id: UUID
    ids: list[str]
    sent_at: datetime
    tries: int = 0


def receipts_to_check(
    environment_id: int, attempts: Sequence[SendAttempt], channels: Mapping[UUID, OpenChannel], now: datetime
) -> list[Later]:
    """Returns the jobs that ask what becomes of messages which were sent now, one for each channel."""
    ids: dict[UUID, list[str]] = defaultdict(list)
    for each in attempts:
        if each.provider_id is not None and channels[each.send.channel_id].provider.receipts is not None:
            ids[each.send.channel_id].append(each.provider_id)
    return [Later(CheckReceipts(environment_id, id, those, now), FIRST_PAUSE) for id, those in ids.items()]
