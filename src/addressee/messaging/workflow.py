"""Workflows and channels as an environment has them. Workflows are stored in this form, a version at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, NamedTuple
from uuid import UUID

import msgspec

from addressee.channels.providers import ChannelType

MAX_STEPS = 50
MAX_DELAY = timedelta(days=365)

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Definition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that a person writes: what is not known is a mistake."""


class EmailTemplate(Definition, frozen=True, tag_field="type", tag=ChannelType.EMAIL.value):
    """Liquid; values are HTML-escaped in `html` only."""

    subject: str
    html: str | None = None
    text: str | None = None


class InAppTemplate(Definition, frozen=True, tag_field="type", tag=ChannelType.IN_APP_FEED.value):
    """Liquid; `body` is markdown."""

    body: str
    action_url: str | None = None


class PushTemplate(Definition, frozen=True, tag_field="type", tag=ChannelType.PUSH.value):
    """Liquid. `data` is for the app, and so is `action_url`, which it gets beside the rest of the data."""

    title: str
    body: str
    action_url: str | None = None
    data: dict[str, str] = {}


Template = EmailTemplate | InAppTemplate | PushTemplate

TEMPLATES: Mapping[ChannelType, type[Template]] = {
    ChannelType.EMAIL: EmailTemplate,
    ChannelType.IN_APP_FEED: InAppTemplate,
    ChannelType.PUSH: PushTemplate,
}


class ChannelStep(Definition, frozen=True, kw_only=True):
    """One message on one channel; `channel` is the channel's key, `ref` names the step within the workflow."""

    ref: Name
    channel: str
    template: Template


class DelayStep(NamedTuple):
    """A wait, at least a second and at most `MAX_DELAY`.

    An array in JSON: versions stored before there were delays hold channel steps without a tag.
    """

    ref: Name
    wait: timedelta


Step = ChannelStep | DelayStep


class Workflow(Definition, frozen=True, kw_only=True):
    """`trigger_data_schema` is a JSON schema that a trigger's `data` must fit.

    `commercial`: sent to those only who are subscribed to commercial messages. `override_preferences`: sent whatever
    recipients prefer. `in_preferences`: shown to recipients who have not chosen about it yet.
    """

    name: Name
    categories: tuple[Name, ...] = ()
    steps: Annotated[tuple[Step, ...], msgspec.Meta(min_length=1, max_length=MAX_STEPS)]
    trigger_data_schema: dict[str, Any] | None = None
    commercial: bool = False
    override_preferences: bool = False
    in_preferences: bool = False


@dataclass(frozen=True, slots=True)
class Channel:
    """`settings` are those without secrets."""

    id: UUID
    key: str
    name: str
    type: ChannelType
    provider: str
    settings: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime
