"""Policies: the terms that a tenant sets for messages on its behalf, and their effect on each category. Pure.

A policy is stored under POLICY, beside the tenant's preference sets:

    policy      {blocked?: [kind], categories?: {key: terms}}
    terms       {offered?, visible?, preference?, mandatory?, opt_in?, blocked?, remembered?, updated_at?}
    offered     true | false     false: nothing of the category is sent
    visible     true | false     false: recipients do not see the category, and nothing of it is sent
    preference  replaces the category's `default` (see `addressee.preferences.categories`)
    mandatory, opt_in, blocked   lists of kinds; the first two replace the category's
    remembered  data of a dialect
    updated_at  the time of the last change, in UTC

Missing terms are those of the category. Nothing is sent on a blocked kind. Without a tenant, the policy of the tenant
`default` applies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from addressee.directory.attributes import render_instant
from addressee.directory.documents import below, check_id, check_text
from addressee.directory.errors import RefusedError
from addressee.directory.kinds import KINDS
from addressee.directory.recipient import Document
from addressee.preferences.categories import Category, Default
from addressee.preferences.layers import Effective, Layer, LayerName, is_fixed, stacked
from addressee.preferences.sets import check_enabled, checked_map, entries

POLICY = "$policy"

PREFERENCES: tuple[Default, ...] = get_args(Default)


@dataclass(frozen=True, slots=True)
class Policy:
    """The terms of a category at a tenant.

    `by_tenant` says that the tenant has set the default. `opt_in` are the kinds that are on by default; None: all.
    `terms` are those that the tenant has set.
    """

    category: Category
    terms: Document
    preference: Default
    by_tenant: bool
    offered: bool
    visible: bool
    mandatory: frozenset[str]
    opt_in: frozenset[str] | None
    blocked: frozenset[str]

    @property
    def key(self) -> str:
        return self.category.key

    @property
    def open(self) -> bool:
        """Returns whether recipients can see the category and get its messages."""
        return self.offered and self.visible


def policies_of(categories: Iterable[Category], of_tenant: Mapping[str, Document]) -> list[Policy]:
    """Returns the policy of each category; `of_tenant` are the tenant's own preferences."""
    stored = policy_in(of_tenant)
    return [policy_of(category, stored) for category in categories]


def policy_of(category: Category, stored: Document) -> Policy:
    terms: Document = stored.get("categories", {}).get(category.key, {})
    preference: Default = terms.get("preference", category.default)
    blocked = frozenset((*stored.get("blocked", ()), *terms.get("blocked", ())))
    opt_in = terms.get("opt_in", category.opt_in)
    return Policy(
        category=category,
        terms=terms,
        preference=preference,
        by_tenant="preference" in terms or "opt_in" in terms,
        offered=terms.get("offered", True),
        visible=terms.get("visible", True),
        mandatory=mandatory(preference, terms.get("mandatory", category.mandatory)) - blocked,
        opt_in=None if opt_in is None else frozenset(opt_in),
        blocked=blocked,
    )


def mandatory(preference: Default, named: Iterable[str]) -> frozenset[str]:
    """Returns the kinds that cannot be refused: none if the category is off by default."""
    match preference:
        case "opt_out":
            return frozenset()
        case "cant_unsubscribe":
            return frozenset(named) or frozenset(KINDS)
        case "opt_in":
            return frozenset(named)


def blocked_by(of_tenant: Mapping[str, Document]) -> frozenset[str]:
    """Returns the kinds that a tenant blocks for all categories."""
    return frozenset(policy_in(of_tenant).get("blocked", ()))


def with_defaults(found: Effective, policies: Sequence[Policy]) -> Effective:
    """Returns the layers with the defaults of categories added below them.

    A default does not apply to a category that a higher layer turns on or off as a whole. A tenant's default is placed
    above the environment's preferences, whose settings of the category it replaces; a category's own is the lowest
    layer.
    """
    if not policies:
        return found
    above = [layer for layer in found.layers if layer.name is not LayerName.ENVIRONMENT_DEFAULT]
    lowest = [layer.document for layer in found.layers if layer.name is LayerName.ENVIRONMENT_DEFAULT]
    by_tenant = [policy for policy in policies if policy.by_tenant]
    by_category = [policy for policy in policies if not policy.by_tenant]
    return stacked(
        *above,
        Layer(LayerName.TENANT_POLICY, default_set(by_tenant, Effective(tuple(above)))),
        *(Layer(LayerName.ENVIRONMENT_DEFAULT, without_settings(document, by_tenant)) for document in lowest),
        Layer(LayerName.CATEGORY_DEFAULT, default_set(by_category, found)),
    )


def default_set(policies: Iterable[Policy], above: Effective) -> Document:
    """Returns a preference set that refuses the kinds that are off by default."""
    decided = above.document.get("categories", {})
    scopes = {
        policy.key: {"kinds": dict.fromkeys(refused, False)}
        for policy in policies
        if not decides(decided.get(policy.key)) and (refused := refused_by_default(policy))
    }
    return {"categories": scopes} if scopes else {}


def without_settings(document: Mapping[str, Any], policies: Iterable[Policy]) -> Document:
    """Returns a set without its settings of these categories and their kinds, except fixed ones."""
    scopes = document.get("categories", {})
    overruled = {policy.key for policy in policies if policy.key in scopes and not is_fixed(scopes[policy.key])}
    if not overruled:
        return dict(document)
    kept = {key: without_kinds(scope) if key in overruled else scope for key, scope in scopes.items()}
    return {**document, "categories": kept}


def without_kinds(scope: Any) -> Document:
    parts = scope if isinstance(scope, dict) else {}
    return {name: part for name, part in parts.items() if name not in ("enabled", "kinds")}


def decides(scope: Any) -> bool:
    """Returns whether a scope turns a category on or off as a whole."""
    return isinstance(scope, bool) or (isinstance(scope, dict) and "enabled" in scope)


def refused_by_default(policy: Policy) -> list[str]:
    if policy.preference == "opt_out":
        return list(KINDS)
    wanted = frozenset(KINDS) if policy.opt_in is None else policy.opt_in
    return [kind for kind in KINDS if kind not in wanted]


def policy_in(of_tenant: Mapping[str, Document]) -> Document:
    """Returns a tenant's policy; an empty one if it is malformed, as runs must not fail because of it.

    It checks the whole policy, so call it once for all categories.
    """
    stored = of_tenant.get(POLICY, {})
    try:
        check_policy(stored)
    except RefusedError:
        return {}
    return stored


def check_policy(document: Any, field: str = "") -> None:
    """Raises RefusedError unless `document` is a policy. `field` is its path in the request."""
    for name, value in entries(document, field):
        path = below(field, name)
        if name == "blocked":
            check_kind_list(value, path)
        elif name == "categories":
            for key, terms in entries(value, path):
                check_terms(terms, below(path, check_id(key, path)))
        else:
            raise RefusedError("name", path, f"A policy has no {name!r}; it has blocked and categories.")


def check_terms(terms: Any, field: str) -> None:
    for name, value in entries(terms, field):
        path = below(field, name)
        match name:
            case "offered" | "visible":
                check_enabled(value, path)
            case "preference":
                if value not in PREFERENCES:
                    raise RefusedError("preference", path, f"{path} must be one of {', '.join(PREFERENCES)}.")
            case "mandatory" | "opt_in" | "blocked":
                check_kind_list(value, path)
            case "remembered":
                checked_map(value, path)
            case "updated_at":
                check_text(value, path)
            case _:
                raise RefusedError("name", path, f"{field} has no {name!r}.")


def check_kind_list(value: Any, field: str) -> None:
    if not isinstance(value, list) or any(kind not in KINDS for kind in value):
        raise RefusedError("kinds", field, f"{field} must be a list of {', '.join(KINDS)}.")


def with_blocked(stored: Document, kinds: Iterable[str]) -> Document:
    """Returns a policy that blocks exactly these kinds for all categories."""
    return {**stored, "blocked": [kind for kind in KINDS if kind in set(kinds)]}


def with_terms(stored: Document, key: str, given: Mapping[str, Any], now: datetime) -> Document:
    """Returns a policy with the given terms of a category. None restores the category's own; other terms are kept."""
    categories = stored.get("categories", {})
    before = categories.get(key, {})
    terms = {**before, **given, "updated_at": render_instant(now)}
    if "remembered" in given:
        terms["remembered"] = without_none({**before.get("remembered", {}), **given["remembered"]})
    return {**stored, "categories": {**categories, key: without_none(terms)}}


def without_none(document: Document) -> Document:
    return {name: value for name, value in document.items() if value is not None}
