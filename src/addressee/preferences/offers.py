"""Categories that recipients choose among at a tenant, and their choices (docs/decisions/0014). Pure.

The answers for each category and kind are those of `decision`, but for what only a run knows: conditions, which count
as true here, single channels, other scopes that have to agree, and the rule of the environment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from addressee.directory.kinds import KINDS, name_that_counts
from addressee.directory.recipient import Document
from addressee.preferences.defaults import EnvironmentDefaults
from addressee.preferences.layers import effective
from addressee.preferences.policies import Policy, policies_of, with_defaults
from addressee.preferences.sets import DEFAULT, MEMBERS, REMEMBERED, sound


@dataclass(frozen=True)
class Offer:
    """The categories to choose among at a tenant.

    Choices are stored in the set `set_id`, the key of the tenant's set. `of_tenant` are the preferences that it keeps.
    """

    set_id: str
    of_tenant: Mapping[str, Document]
    defaults: EnvironmentDefaults

    @cached_property
    def policies(self) -> Mapping[str, Policy]:
        """The policies by category, in the environment's order."""
        return {policy.key: policy for policy in policies_of(self.defaults.categories.values(), self.of_tenant)}

    def open(self, key: str) -> Policy | None:
        """Returns the policy of a category; None for one that is not there, or that recipients do not see."""
        policy = self.policies.get(key)
        return policy if policy is not None and policy.open else None

    def chosen(self, own: Mapping[str, Document]) -> Chosen:
        """Returns the choices of a recipient with these sets."""
        tenant, of_tenant = (None, {}) if self.set_id == DEFAULT else (self.set_id, self.of_tenant)
        found = effective(own, tenant, of_tenant, self.defaults.default)
        return Chosen(with_defaults(found, list(self.policies.values())).document)

    def changed(self, own: Mapping[str, Document], change: Callable[[Document], Document]) -> Mapping[str, Document]:
        """Returns a recipient's sets, with a change of the one where choices are stored."""
        stored = self.counting(own)
        made = change(stored)
        return own if self.set_id not in own and made == stored else {**own, self.set_id: made}

    def counting(self, own: Mapping[str, Document]) -> Document:
        """Returns the set that counts here: the first choice for a tenant takes over what counted before it."""
        if self.set_id in own:
            return sound(own[self.set_id])
        if MEMBERS in self.of_tenant:
            return {}
        return {name: part for name, part in sound(own.get(DEFAULT, {})).items() if name != "commercial"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """Choices and the defaults below them, as one set."""

    document: Mapping[str, Any]

    def wanted(self, policy: Policy) -> bool:
        """Whether a category has to be taken, or is wanted on any kind."""
        if policy.preference == "cant_unsubscribe":
            return True
        scope = self.scope(policy)
        if isinstance(scope, bool):
            return scope
        return scope.get("enabled") is not False and any(is_wanted(scope.get("kinds", {}), kind) for kind in KINDS)

    def wanted_on(self, policy: Policy, kind: str) -> bool:
        if kind in policy.mandatory:
            return True
        scope = self.scope(policy)
        if isinstance(scope, bool):
            return scope
        return scope.get("enabled") is not False and is_wanted(scope.get("kinds", {}), kind)

    def restricted(self, kind: str) -> bool:
        """Whether nothing is wanted on a kind, whatever the category."""
        return not is_wanted(self.document.get("kinds", {}), kind)

    def remembered(self, policy: Policy) -> Document:
        remembered: Document = self.document.get(REMEMBERED, {}).get(policy.key, {})
        return remembered

    def scope(self, policy: Policy) -> bool | Mapping[str, Any]:
        scope: bool | Mapping[str, Any] = self.document.get("categories", {}).get(policy.key, {})
        return scope


def is_wanted(kinds: Mapping[str, Any], kind: str) -> bool:
    name = name_that_counts(kinds, kind)
    return name is None or kinds[name] is not False
