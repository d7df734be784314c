"""Channels are open for as long as a job uses them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from addressee.messaging.delivery.channels.open_channels import OpenChannels
from tests.messaging.office import OUTBOX, Office

FILES = {f"channels/{key}.yaml": OUTBOX for key in ("first", "second", "third")}


async def test_each_is_closed_although_the_closing_of_others_fails(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.push(FILES)
    ids = [channel.id for channel in await office.messaging.channels.list(office.environment_id)]
    channels = OpenChannels(office.pool, office.sealer, office.senders)
    closed: list[UUID] = []

    def failing(id: UUID) -> Callable[[], Awaitable[None]]:
        async def close() -> None:
            closed.append(id)
            raise ConnectionResetError

        return close

    async def work() -> None:
        async with channels.using(office.environment_id, ids) as opened:
            for channel in opened.values():
                monkeypatch.setattr(channel.sender, "close", failing(channel.id))

    with pytest.raises(ConnectionResetError):
        await work()
    assert sorted(closed) == sorted(ids)
