"""The channels, templates and the like that an environment has already, and that a configuration may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from addressee.channels.links import schemes_of
from addressee.database.pool import Connection, Pool
from addressee.messaging.content.templating.known_texts import KnownTexts
from addressee.messaging.content.templating.shared_templates import NO_SHARED_TEMPLATES, SharedTemplates
from addressee.messaging.environment import channels
from addressee.messaging.environment.channel_groups import ChannelGroup, read_channel_groups
from addressee.messaging.environment.secrets import all_secrets
from addressee.messaging.steps.compiler import UsableChannel
from addressee.messaging.workflows.audiences.model import Audience
from addressee.messaging.workflows.audiences.store import read_defined
from addressee.messaging.workflows.shared_templates.store import read_shared_templates
from addressee.messaging.workflows.translations.store import read_known_texts


@dataclass(frozen=True, slots=True)
class Available:
    """The channels of an environment by their keys, the names of its secrets, and its layouts and partials.

    `channel_groups` and `audiences` are those that files define, by their keys; `texts` are the keys of texts in any
    locale.
    """

    channels: Mapping[str, UsableChannel] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()
    shared: SharedTemplates = NO_SHARED_TEMPLATES
    channel_groups: Mapping[str, ChannelGroup] = field(default_factory=dict)
    audiences: Mapping[str, Audience] = field(default_factory=dict)
    texts: KnownTexts = field(default_factory=dict)


NOTHING_AVAILABLE = Available()


async def read_available(database: Pool | Connection, environment_id: int) -> Available:
    stored = await channels.by_key(database, environment_id)
    return Available(
        {
            key: UsableChannel(channel.served_by, schemes_of(channel.settings), channel.lacks)
            for key, channel in stored.items()
        },
        frozenset(secret.name for secret in await all_secrets(database, environment_id)),
        await read_shared_templates(database, environment_id),
        await read_channel_groups(database, environment_id),
        await read_defined(database, environment_id),
        await read_known_texts(database, environment_id),
    )
