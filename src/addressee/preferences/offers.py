"""The categories that recipients can choose among at a tenant, and their choices (docs/decisions/0014). Pure.

The results agree with `decision`, except that conditions count as true, and that channels, other scopes and the
environment's rule are not considered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from addressee.directory.edits.preference_sets import QUIET_HOURS
from addressee.directory.kinds import KINDS, effective_name
from addressee.directory.recipient import Document
from addressee.preferences.defaults import EnvironmentDefaults
from addressee.preferences.layers import EVERYWHERE, Effective, effective
from addressee.preferences.policies import Policy, policies_of, with_defaults
from addressee.preferences.sets import DEFAULT, MEMBERS, REMEMBERED, valid_or_empty


@dataclass(frozen=True)
class Offer:
    """The categories to choose among at a tenant.

    Choices are stored in the recipient's set under `set_id`. `of_tenant` are the tenant's own preferences.
    """

    set_id: str
    of_tenant: Mapping[str, Document]
    defaults: EnvironmentDefaults

    @cached_property
    def policies(self) -> Mapping[str, Policy]:
        """The policies by the key of their category, in the environment's order."""
        return {policy.key: policy for policy in policies_of(self.defaults.categories.values(), self.of_tenant)}

    def open(self, key: str) -> Policy | None:
        """Returns the policy of a category; None when it does not exist or is hidden from recipients."""
        policy = self.policies.get(key)
        return policy if policy is not None and policy.open else None

    def chosen(self, own: Mapping[str, Document]) -> Chosen:
        """Returns the choices of a recipient, given its sets."""
        return Chosen(self.with_defaults(own).document)

    def with_defaults(self, own: Mapping[str, Document]) -> Effective:
        """Returns the set that applies to a recipient at the tenant, with the defaults of categories below it."""
        return with_defaults(self.effective(own), list(self.policies.values()))

    def effective(self, own: Mapping[str, Document]) -> Effective:
        """Returns the set that applies to a recipient at the tenant, given its sets."""
        tenant, of_tenant = (None, {}) if self.set_id == DEFAULT else (self.set_id, self.of_tenant)
        return effective(own, tenant, of_tenant, self.defaults.default)

    def changed(self, own: Mapping[str, Document], change: Callable[[Document], Document]) -> Mapping[str, Document]:
        """Returns a recipient's sets after a change of the one that stores choices."""
        stored = self.applicable(own)
        made = change(stored)
        return own if self.set_id not in own and made == stored else {**own, self.set_id: made}

    def applicable(self, own: Mapping[str, Document]) -> Document:
        """Returns the recipient's set that applies at the tenant; a first choice for it starts from that."""
        if self.set_id in own:
            return valid_or_empty(own[self.set_id])
        if MEMBERS in self.of_tenant:
            return {}
        default = valid_or_empty(own.get(DEFAULT, {}))
        return {name: part for name, part in default.items() if name not in EVERYWHERE}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A recipient's choices combined with the defaults, as one set."""

    document: Mapping[str, Any]

    def wanted(self, policy: Policy) -> bool:
        """Returns whether a category cannot be refused, or is wanted on any kind."""
        if policy.preference == "cant_unsubscribe":
            return True
        scope = self.scope(policy)
        if isinstance(scope, bool):
            return scope
        return scope.get("enabled") is not False and any(is_wanted(scope.get("kinds", {}), kind) for kind in KINDS)

    def wanted_on(self, policy: Policy, kind: str) -> bool:
        return kind in policy.mandatory or is_wanted_in(self.scope(policy), kind)

    def restricted(self, kind: str) -> bool:
        """Returns whether a kind is refused for all categories."""
        return not is_wanted(self.document.get("kinds", {}), kind)

    @property
    def quiet_hours(self) -> Document | None:
        found: Document | None = self.document.get(QUIET_HOURS)
        return found

    def remembered(self, policy: Policy) -> Document:
        remembered: Document = self.document.get(REMEMBERED, {}).get(policy.key, {})
        return remembered

    def scope(self, policy: Policy) -> bool | Mapping[str, Any]:
        scope: bool | Mapping[str, Any] = self.document.get("categories", {}).get(policy.key, {})
        return scope


def is_wanted_in(scope: bool | Mapping[str, Any], kind: str) -> bool:
    """Returns whether a scope lets a kind through."""
    if isinstance(scope, bool):
        return scope
    return scope.get("enabled") is not False and is_wanted(scope.get("kinds", {}), kind)


def is_wanted(kinds: Mapping[str, Any], kind: str) -> bool:
    name = effective_name(kinds, kind)
    return name is None or kinds[name] is not False
