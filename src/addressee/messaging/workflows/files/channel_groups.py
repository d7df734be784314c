"""Reads the files of channel groups: `channel_groups/<key>.yaml` or `.json`, with the fields of Knock's API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from addressee.channels.provider import ChannelType
from addressee.conditions import forms
from addressee.conditions.evaluation import ROOTS
from addressee.conditions.model import Conditions
from addressee.conditions.names import Names
from addressee.messaging.definitions.folders import each_once
from addressee.messaging.definitions.model import Definition, FieldPath, Name
from addressee.messaging.definitions.reading import read
from addressee.messaging.definitions.sources import Source
from addressee.messaging.environment.channel_groups import ChannelGroup, ChannelRule, GroupOperator, RuleType
from addressee.messaging.steps.compiler import UsableChannel
from addressee.messaging.workflows.commits.documents import without_ignored
from addressee.suggestions import instead_of

FOLDER = "channel_groups"

# The number of channels of a group: as many as a route has.
MAX_RULES = 10
MAX_GROUPS = 100

# What conditions of rules compare: what all workflows have, so no results of steps.
NAMES_OF_RUNS = Names(roots=ROOTS)


class ChannelRuleFile(Definition, frozen=True, kw_only=True):
    """The form of a rule in a file. Rules stand in the order of `index`, those without one as they are written."""

    channel_key: str
    rule_type: RuleType
    index: int | None = None
    variable: str | None = None
    operator: str | None = None
    argument: Any = None


class ChannelGroupFile(Definition, frozen=True, kw_only=True):
    """The form of a channel group's file."""

    name: Name
    channel_type: str
    key: str | None = None
    operator: GroupOperator = GroupOperator.ANY
    channel_rules: list[ChannelRuleFile] = msgspec.field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ChannelGroupDefinition:
    """A channel group as its file defines it."""

    key: str
    group: ChannelGroup
    source: Source = field(repr=False)


def channel_group_sources(folder: Path) -> list[Source]:
    """Reads the channel groups of a folder. A key that two files define is a problem of the second one."""
    files = sorted(file for ending in ("yaml", "json") for file in folder.glob(f"{FOLDER}/*.{ending}"))
    return each_once("channel group", [read(file, folder) for file in files])


def read_channel_group(source: Source, channels: Mapping[str, UsableChannel]) -> ChannelGroupDefinition | None:
    """Returns the channel group of a file, None if there are problems with it, which the source is told."""
    if not source.has_key or source.problems:
        return None
    value = without_ignored(source.value)
    if not source.fits((), value, ChannelGroupFile):
        return None
    file = msgspec.convert(value, ChannelGroupFile)
    if file.key is not None and file.key != source.key:
        source.problem(("key",), f"the key is {source.key!r}, as the file is called; leave this out")
    type = type_in(source, file.channel_type)
    if len(file.channel_rules) > MAX_RULES:
        source.problem(("channel_rules",), f"a channel group has at most {MAX_RULES} channels")
    for path, message in problems_of_channels(file, type, channels):
        source.problem(path, message)
    rules = [rule_in(source, ("channel_rules", at), rule) for at, rule in enumerate(file.channel_rules)]
    if source.problems or type is None:
        return None
    last = len(rules)
    in_order = sorted(range(last), key=lambda at: (last if (to := file.channel_rules[at].index) is None else to, at))
    group = ChannelGroup(
        name=file.name,
        channel_type=type,
        operator=file.operator,
        channel_rules=tuple(rules[at] for at in in_order),
    )
    return ChannelGroupDefinition(source.key, group, source)


def type_in(source: Source, named: str) -> ChannelType | None:
    """Returns the type of channel with this name, in Knock's words or ours; records a problem where there is none."""
    name = {"in_app": ChannelType.IN_APP_FEED.value}.get(named, named)
    if name in {each.value for each in ChannelType}:
        return ChannelType(name)
    known = instead_of(named, [each.value for each in ChannelType])
    source.problem(("channel_type",), f"there is no type of channel {named!r}; {known}")
    return None


def problems_of_channels(
    file: ChannelGroupFile, type: ChannelType | None, channels: Mapping[str, UsableChannel]
) -> Iterator[tuple[FieldPath, str]]:
    """Yields the paths and the problems of the channels that rules name."""
    seen: set[str] = set()
    for at, rule in enumerate(file.channel_rules):
        path: FieldPath = ("channel_rules", at, "channel_key")
        key, channel = rule.channel_key, channels.get(rule.channel_key)
        if key in seen:
            yield path, f"the channel {key!r} has a rule already"
        seen.add(key)
        if channel is None:
            yield path, f"there is no channel {key!r}; {instead_of(key, list(channels))}"
        elif channel.provider is not None and type is not None and channel.provider.channel_type is not type:
            yield path, f"the channel {key!r} is of type {channel.provider.channel_type}, the group of type {type}"


def rule_in(source: Source, path: FieldPath, file: ChannelRuleFile) -> ChannelRule:
    return ChannelRule(
        channel_key=file.channel_key,
        rule_type=file.rule_type,
        variable=file.variable,
        operator=file.operator,
        argument=file.argument,
        conditions=conditions_in(source, path, file),
    )


def conditions_in(source: Source, path: FieldPath, rule: ChannelRuleFile) -> Conditions | None:
    """Returns when the channel of a rule may be taken, None for always. Records the problems of the rule."""
    if rule.rule_type is RuleType.ALWAYS:
        return None
    if rule.variable is None or rule.operator is None:
        source.problem(path, f"a rule of the type {rule.rule_type} has a 'variable' and an 'operator'")
        return None
    argument = {} if rule.argument is None else {"argument": rule.argument}
    form = {"variable": rule.variable, "operator": rule.operator, **argument}
    try:
        ((condition,),) = forms.parse(form, NAMES_OF_RUNS).any_of
    except forms.FormError as error:
        for place, message in error.problems:
            source.problem((*path, *place), message)
        return None
    negated = rule.rule_type is RuleType.UNLESS
    return Conditions(((msgspec.structs.replace(condition, negated=negated),),))


def group_path(key: str) -> str:
    """Returns the path of a channel group's file."""
    return f"{FOLDER}/{key}.yaml"


def to_file(group: ChannelGroup) -> dict[str, Any]:
    """Returns a channel group as its file has it. The rules stand in their order."""
    rules = [
        {
            name: value
            for name in ("channel_key", "rule_type", "variable", "operator", "argument")
            if (value := getattr(rule, name)) is not None
        }
        for rule in group.channel_rules
    ]
    own = {"name": group.name, "channel_type": group.channel_type, "operator": group.operator, "channel_rules": rules}
    return msgspec.to_builtins(own)  # type: ignore[no-any-return]
