"""Decides whether preferences let a workflow reach a recipient on a channel (knock.md §3.7, suprsend.md §5.1). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

import msgspec

from addressee.conditions.evaluation import first_failing
from addressee.conditions.operators import ConditionContext
from addressee.directory.access.environments import PreferenceRule
from addressee.directory.kinds import covers, deciding_name
from addressee.directory.recipient import Document
from addressee.preferences.layers import Effective, LayerName, Path
from addressee.preferences.policies import Policy
from addressee.preferences.sets import TRACKING


class PreferenceContext(msgspec.Struct, frozen=True):
    """The data on which the decision for one recipient and one workflow depends.

    A workflow that `overrides` ignores preferences; a `commercial` one also requires that the recipient has not refused
    commercial messages. `policies` are those of the workflow's categories that the environment defines; `blocked` are
    the kinds on which nothing is sent on the tenant's behalf.
    """

    effective: Effective
    rule: PreferenceRule
    condition_context: ConditionContext
    workflow: str
    categories: tuple[str, ...] = ()
    commercial: bool = False
    overrides: bool = False
    policies: tuple[Policy, ...] = ()
    blocked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Blocked:
    """The layer and the scope, like `workflows.welcome.kinds.email`, that block a message.

    `condition` is the first one that is not true; None when the setting is false.
    """

    layer: LayerName
    scope: str
    condition: Document | None = None


class Target(NamedTuple):
    """A channel and its kind, or a group of kinds (`directory.kinds`) if any of them may be behind an address."""

    kind: str
    channel_id: str


class Rule(NamedTuple):
    """A setting that applies to a target, and its path in the set. A setting is a boolean or has conditions."""

    path: Path
    setting: Any


def decide(context: PreferenceContext, target: Target) -> Blocked | None:
    """Returns the setting that blocks sending, or None."""
    if context.overrides:
        return None
    if scope := blocking_policy(context, target):
        return Blocked(LayerName.TENANT_POLICY, scope)
    if not context.effective.document:
        return None
    if context.commercial and (blocked := first_blocking(context, commercial_rules(context))):
        return blocked
    if is_mandatory(context, target.kind):
        return None
    blocking = most_specific if context.rule == "most_specific" else all_agree
    return blocking(context, target)


def refuses_tracking(context: PreferenceContext) -> bool:
    """Returns whether nothing of how messages are read is to be told of the recipient. No workflow overrides that."""
    return context.effective.document.get(TRACKING) is False


def may_refuse(context: PreferenceContext, kind: str) -> bool:
    """Returns whether recipients can refuse the workflow's messages of a kind."""
    return not context.overrides and not is_mandatory(context, kind)


def is_mandatory(context: PreferenceContext, kind: str) -> bool:
    """Returns whether all of the workflow's categories demand messages of a kind."""
    return bool(context.policies) and all(covers(policy.mandatory, kind) for policy in context.policies)


def blocking_policy(context: PreferenceContext, target: Target) -> str | None:
    """Returns the path of the part of the tenant's policy that blocks a target, or None."""
    if covers(context.blocked, target.kind):
        return f"blocked.{target.kind}"
    for policy in context.policies:
        scope = f"categories.{policy.key}"
        if not policy.offered:
            return f"{scope}.offered"
        if not policy.visible:
            return f"{scope}.visible"
        if covers(policy.blocked, target.kind):
            return f"{scope}.blocked.{target.kind}"
    return None


def all_agree(context: PreferenceContext, target: Target) -> Blocked | None:
    """Returns the first scope that blocks, by the rule that all existing ones must be true."""
    paths = [path for level in levels(context) for path in level]
    rules = ((*general_rules(context, path), *channel_rules(context, path, target)) for path in paths)
    return first_blocking(context, chain.from_iterable(rules))


def most_specific(context: PreferenceContext, target: Target) -> Blocked | None:
    """Returns the block by the rule that the most specific scope with a setting for the channel decides.

    A more specific scope without such a setting blocks if it is disabled. Categories are equally specific: all of them
    must be true.
    """
    for level in levels(context):
        if blocked := first_blocking(context, (rule for path in level for rule in general_rules(context, path))):
            return blocked
        of_target = [rule for path in level for rule in channel_rules(context, path, target)]
        if of_target:
            return first_blocking(context, of_target)
    return None


def levels(context: PreferenceContext) -> Iterator[list[Path]]:
    """Yields the paths of a workflow's scopes, the most specific first, equally specific ones together."""
    yield [("workflows", context.workflow)]
    yield [("categories", category) for category in context.categories]
    yield [()]


def commercial_rules(context: PreferenceContext) -> Iterator[Rule]:
    setting = context.effective.document.get("commercial")
    if setting is not None:
        yield Rule(("commercial",), setting)


def general_rules(context: PreferenceContext, path: Path) -> Iterator[Rule]:
    """Yields the rules of a scope that apply to every channel."""
    scope = scope_at(context, path)
    if isinstance(scope, bool):
        yield Rule(path, scope)
        return
    if "enabled" in scope:
        yield Rule((*path, "enabled"), scope["enabled"])
    if "conditions" in scope:
        yield Rule((*path, "conditions"), scope)


def channel_rules(context: PreferenceContext, path: Path, target: Target) -> Iterator[Rule]:
    """Yields the rule of a scope for the channel, else for its kind."""
    scope = scope_at(context, path)
    if isinstance(scope, bool):
        return
    channels, kinds = scope.get("channels", {}), scope.get("kinds", {})
    name = deciding_name(kinds, target.kind)
    if target.channel_id in channels:
        yield Rule((*path, "channels", target.channel_id), channels[target.channel_id])
    elif name is not None:
        yield Rule((*path, "kinds", name), kinds[name])


def scope_at(context: PreferenceContext, path: Path) -> bool | Mapping[str, Any]:
    """Returns the scope at a path, or an empty one."""
    document = context.effective.document
    if not path:
        return document
    section, key = path
    scope: bool | Mapping[str, Any] = document.get(section, {}).get(key, {})
    return scope


def first_blocking(context: PreferenceContext, rules: Iterable[Rule]) -> Blocked | None:
    """Returns the first rule that is false, or has a condition that is not true."""
    for path, setting in rules:
        if setting is False:
            return Blocked(context.effective.layer_of(path), ".".join(path))
        if isinstance(setting, dict):
            failing = first_failing(setting["conditions"], context.condition_context)
            if failing is not None:
                layer = context.effective.layer_of(path)
                return Blocked(layer, ".".join(path), setting["conditions"][failing])
    return None
