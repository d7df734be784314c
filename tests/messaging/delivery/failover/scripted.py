"""Channels that answer as a test says, each as often as it is asked: what providers answer is told by other tests."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain, repeat
from typing import Any
from uuid import UUID

import pytest

from addressee.channels.sender import Failed, Failure, ProviderCall, Sent
from addressee.messaging.delivery import send_job
from addressee.messaging.delivery.sends import ClaimedSend, Reached
from addressee.messaging.messages.model import Message
from tests.messaging.office import Office

MAIL_ONLY = """
steps:
  - ref: mail
    channel: first
    template: {subject: Hello, text: "Hello {{ recipient.name }}"}
"""

Answer = Sent | Failure | Failed


@dataclass
class Scripted:
    """The channels `first`, which names the others as its stand-ins, `second` and `third`.

    `answers` are those of each channel, each of which takes a moment and waits for `waits`. `asked` are the channels in
    the order in which they were asked, `answered` these with their answers, `reached` what they were to send.
    """

    office: Office
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    answered: list[tuple[str, Answer]] = field(default_factory=list)
    reached: list[Reached] = field(default_factory=list)
    waits: asyncio.Event | None = None
    _keys: dict[UUID, str] = field(default_factory=dict)

    async def deliver(self, sender: Any, attachments: Any, send: ClaimedSend, reached: Reached) -> Sent | Failed:
        key = self._keys[send.channel_id]
        self.asked.append(key)
        self.reached.append(reached)
        self.office.clock.move(timedelta(milliseconds=1))
        if self.waits is not None:
            await self.waits.wait()
        answer = self.answers.get(key, Sent())
        self.answered.append((key, answer))
        if not isinstance(answer, Failure):
            return answer
        call = ProviderCall(key, "POST", f"{key}.example", "/", {}, None, answer)
        return Failed(answer, f"{key} says {answer}", call)

    async def push(self, *stand_ins: str, workflow: str = MAIL_ONLY, **of: str) -> None:
        """Pushes the channels; `of` are further settings by key."""
        named = f"\nfailover: [{', '.join(stand_ins)}]" if stand_ins else ""
        keys = {"first", *stand_ins, *of}
        files = {f"channels/{key}.yaml": outbox(key) + of.get(key, "") for key in sorted(keys)}
        files["channels/first.yaml"] += named
        await self.office.push({**files, "workflows/mail.yaml": workflow})
        self._keys |= {await self.office.channel_id(key): key for key in keys}

    async def send(self, *ids: str) -> None:
        for id in ids or ("ada",):
            await self.office.identify(id, email=f"{id}@example.org")
        await self.office.trigger(*(ids or ("ada",)), workflow="mail")
        await self.office.work()

    async def pass_days(self) -> None:
        """Lets time pass until nothing is due any more: the first minutes slowly, then by the hour."""
        for step in chain([timedelta(seconds=45)] * 6, repeat(timedelta(hours=1))):
            if not await self.office.jobs():
                return
            await self.office.work_after(step)

    async def message(self, id: str = "ada") -> Message:
        (message,) = await self.office.messages(id)
        return message

    async def moves(self, id: str = "ada") -> list[Mapping[str, Any]]:
        """Returns what the events of a message say of its moves."""
        found = await self.office.events(await self.message(id))
        return [data for event, data in found if event == "queued" and data and data.get("reason") == "failover"]


def outbox(key: str) -> str:
    return f"type: email\nprovider: outbox\nsettings:\n  from: {key}@example.com"


def scripted(office: Office, monkeypatch: pytest.MonkeyPatch) -> Scripted:
    channels = Scripted(office)
    monkeypatch.setattr(send_job, "deliver", channels.deliver)
    return channels
