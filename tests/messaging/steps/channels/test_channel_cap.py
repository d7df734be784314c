"""Caps of channel steps: what counts is what reaches the recipient."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from addressee.channels.provider import ChannelType
from addressee.directory.recipient import USERS, Identity, Place, Recipient
from addressee.messaging.environment.channels import Channel
from addressee.messaging.steps.channels.channel_cap import ChannelCapStep
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.flow.passages import Passage
from addressee.messaging.steps.run import RecipientRun, RunStatus

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
ADA = Recipient(Place(1, USERS, "ada"), UUID(int=1), 1, NOW)
RUN = RecipientRun(UUID(int=2), Identity(1, USERS, "ada", UUID(int=1)), {}, RunStatus.PROCESSING)
CAP = ChannelCapStep(ref="chat", channel_key="chat", window=timedelta(days=1))


def counts(**settings: Any) -> bool:
    """Whether a chat message counts that goes through Apprise to somebody without an address."""
    channel = Channel(UUID(int=7), "chat", "Chat", ChannelType.CHAT, "apprise", settings, NOW, NOW)
    context = StepContext(ADA, {"workflow": {"key": "news"}}, {"chat": channel}, False, NOW, NOW)
    return isinstance(CAP.take(RUN, ADA, context).request, Passage)


@pytest.mark.parametrize(("to", "counted"), [("channel", True), ("recipient", False)])
def test_what_goes_to_an_address_of_the_channels_own_counts(to: str, counted: bool) -> None:
    assert counts(services=["ntfy"], url="ntfy://example.com/topic", to=to) is counted
