"""Whether preferences let a workflow reach a recipient on a channel (knock.md §3.7, suprsend.md §5.1). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from addressee.conditions.conditions import Known, first_failing
from addressee.directory.access.environments import PreferenceRule
from addressee.directory.kinds import name_that_counts
from addressee.directory.recipient import Document
from addressee.preferences.layering import Effective, LayerName, Path
from addressee.preferences.policies import Policy


@dataclass(frozen=True, slots=True)
class Wishes:
    """What decides for one recipient and one workflow.

    `overrides` says that the workflow is sent whatever is preferred, `commercial` that it is sent only to those who
    have nothing against commercial messages. `policies` are those of the workflow's categories that the environment
    defines, and `blocked` the kinds on which nothing is sent on the tenant's behalf.
    """

    effective: Effective
    rule: PreferenceRule
    known: Known
    workflow: str
    categories: tuple[str, ...] = ()
    commercial: bool = False
    overrides: bool = False
    policies: tuple[Policy, ...] = ()
    blocked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Blocked:
    """Why a message is not wanted: a layer says so in a scope, like `workflows.welcome.kinds.email`.

    `condition` is the one that does not hold; None where the scope is plainly false.
    """

    layer: LayerName
    scope: str
    condition: Document | None = None


class Target(NamedTuple):
    """The channel of a step: its kind is one of `directory.kinds`."""

    kind: str
    channel_id: str


class Said(NamedTuple):
    """What a set holds at a path that counts for a target: true, false, or conditions."""

    path: Path
    setting: Any


def decide(wishes: Wishes, target: Target) -> Blocked | None:
    """What stands against sending; None when nothing does."""
    if wishes.overrides:
        return None
    if barred := barrier(wishes, target):
        return Blocked(LayerName.TENANT_POLICY, barred)
    if wishes.commercial and (blocked := judge(wishes, commercial(wishes))):
        return blocked
    if wishes.policies and all(target.kind in policy.mandatory for policy in wishes.policies):
        return None
    blocking = most_specific if wishes.rule == "most_specific" else all_agree
    return blocking(wishes, target)


def barrier(wishes: Wishes, target: Target) -> str | None:
    """What of a tenant's policy stands against it, whatever its recipient prefers."""
    if target.kind in wishes.blocked:
        return f"blocked.{target.kind}"
    for policy in wishes.policies:
        scope = f"categories.{policy.key}"
        if not policy.offered:
            return f"{scope}.offered"
        if not policy.visible:
            return f"{scope}.visible"
        if target.kind in policy.blocked:
            return f"{scope}.blocked.{target.kind}"
    return None


def all_agree(wishes: Wishes, target: Target) -> Blocked | None:
    """Every scope that exists must be true."""
    paths = [path for level in levels(wishes) for path in level]
    return judge(
        wishes, (said for path in paths for said in (*general(wishes, path), *of_channel(wishes, path, target)))
    )


def most_specific(wishes: Wishes, target: Target) -> Blocked | None:
    """The most specific scope that says something of the channel decides, unless one up to it is not enabled.

    Categories are equally specific: all of them must be true.
    """
    for level in levels(wishes):
        if blocked := judge(wishes, (said for path in level for said in general(wishes, path))):
            return blocked
        of_target = [said for path in level for said in of_channel(wishes, path, target)]
        if of_target:
            return judge(wishes, of_target)
    return None


def levels(wishes: Wishes) -> Iterator[list[Path]]:
    """The scopes that a workflow is subject to, those that are equally specific together, the most specific first."""
    yield [("workflows", wishes.workflow)]
    yield [("categories", category) for category in wishes.categories]
    yield [()]


def commercial(wishes: Wishes) -> Iterator[Said]:
    setting = wishes.effective.document.get("commercial")
    if setting is not None:
        yield Said(("commercial",), setting)


def general(wishes: Wishes, path: Path) -> Iterator[Said]:
    """What a scope says whatever the channel."""
    scope = scope_at(wishes, path)
    if isinstance(scope, bool):
        yield Said(path, scope)
        return
    if "enabled" in scope:
        yield Said((*path, "enabled"), scope["enabled"])
    if "conditions" in scope:
        yield Said((*path, "conditions"), scope)


def of_channel(wishes: Wishes, path: Path, target: Target) -> Iterator[Said]:
    """What a scope says of the channel itself, else of its kind."""
    scope = scope_at(wishes, path)
    if isinstance(scope, bool):
        return
    channels, kinds = scope.get("channels", {}), scope.get("kinds", {})
    name = name_that_counts(kinds, target.kind)
    if target.channel_id in channels:
        yield Said((*path, "channels", target.channel_id), channels[target.channel_id])
    elif name is not None:
        yield Said((*path, "kinds", name), kinds[name])


def scope_at(wishes: Wishes, path: Path) -> bool | Mapping[str, Any]:
    """The scope at a path; an empty one, which says nothing, when there is none."""
    document = wishes.effective.document
    if not path:
        return document
    section, key = path
    scope: bool | Mapping[str, Any] = document.get(section, {}).get(key, {})
    return scope


def judge(wishes: Wishes, statements: Iterable[Said]) -> Blocked | None:
    """The first of these that is false now."""
    for path, setting in statements:
        if setting is False:
            return Blocked(wishes.effective.layer_of(path), ".".join(path))
        if isinstance(setting, dict):
            failing = first_failing(setting["conditions"], wishes.known)
            if failing is not None:
                layer = wishes.effective.layer_of(path)
                return Blocked(layer, ".".join(path), setting["conditions"][failing])
    return None
