"""Stand-ins of channels, checked before they are stored: each must be able to send what the other channel sends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from addressee.channels.settings import FAILOVER
from addressee.messaging.definitions.model import FieldPath
from addressee.messaging.definitions.sources import Problem
from addressee.messaging.environment.channels import Channel
from addressee.messaging.workflows.files.channels import ChannelDefinition
from addressee.suggestions import instead_of

AnyChannel = Channel | ChannelDefinition


def stand_in_problems(defined: Sequence[ChannelDefinition], stored: Mapping[str, Channel]) -> list[Problem]:
    """Returns the problems with stand-ins once these channels are stored beside those that are."""
    known: dict[str, AnyChannel] = {**stored, **{channel.key: channel for channel in defined}}
    problems = [
        problem_at(channel, path, message) for channel in defined for path, message in problems_of(channel, known)
    ]
    for channel in stored.values():
        for key in () if isinstance(known[channel.key], ChannelDefinition) else channel.failover:
            changed = known.get(key)
            if isinstance(changed, ChannelDefinition) and (reason := unfit(channel, changed)) is not None:
                message = f"this is a stand-in of the channel {channel.key!r}, but {reason}"
                problems.append(problem_at(changed, ("provider",), message))
    return problems


def problem_at(channel: ChannelDefinition, path: FieldPath, message: str) -> Problem:
    return channel.source.problem_at(path, message)


def problems_of(channel: ChannelDefinition, known: Mapping[str, AnyChannel]) -> Iterator[tuple[FieldPath, str]]:
    """Yields the problems with the stand-ins of a channel, and their paths."""
    if channel.settings.get("when_unconfirmed") == FAILOVER and not channel.failover:
        yield ("settings", "when_unconfirmed"), "'failover' needs a channel to go on with: name one in 'failover'"
    if channel.failover and channel.served_by.open is None:
        yield ("failover",), f"channels of type {channel.type} store messages themselves and need no stand-in"
        return
    for place, key in enumerate(channel.failover):
        path = ("failover", place)
        if key == channel.key:
            yield path, "a channel cannot stand in for itself"
        elif key in channel.failover[:place]:
            yield path, f"{key!r} is named twice"
        elif key not in known:
            names = [each.key for each in known.values() if each.type is channel.type and each.key != channel.key]
            yield path, f"there is no channel {key!r}; {instead_of(key, names)}"
        elif (reason := unfit(channel, known[key])) is not None:
            yield path, f"{key!r} cannot stand in: {reason}"


def unfit(channel: AnyChannel, stand_in: AnyChannel) -> str | None:
    """Returns why a channel cannot send what another one sends, None if it can."""
    if stand_in.type is not channel.type:
        return f"it is of type {stand_in.type}, not {channel.type}"
    theirs, ours = stand_in.served_by, channel.served_by
    if theirs.kind != ours.kind:
        return f"{theirs.name} does not send to the addresses of {ours.name}"
    if theirs.is_fixed(stand_in.settings) != ours.is_fixed(channel.settings):
        return "one of them sends to an address of its own, the other to those of the recipient"
    return None
