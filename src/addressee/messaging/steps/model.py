"""Steps as files and stored workflows hold them."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from addressee.messaging.content.channel_types import AnyTemplate
from addressee.messaging.definitions.model import Definition, Name

MAX_DELAY = timedelta(days=365)


class ChannelStep(Definition, frozen=True, kw_only=True):
    """One message on one channel; `channel` is the channel's key, `ref` names the step within the workflow."""

    ref: Name
    channel: str
    template: AnyTemplate


class DelayStep(NamedTuple):
    """A wait, at least a second and at most `MAX_DELAY`.

    An array in JSON: versions stored before there were delays hold channel steps without a tag.
    """

    ref: Name
    wait: timedelta


Step = ChannelStep | DelayStep
