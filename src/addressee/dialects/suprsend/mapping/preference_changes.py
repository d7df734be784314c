"""Turns the choices of a request into changes of a preference set (suprsend.md §2.1, §5.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeAlias

from msgspec import UNSET

from addressee.dialects.suprsend.shapes import preferences as shapes
from addressee.dialects.suprsend.wire.channel_names import KIND_OF, KINDS, kind_of, kinds_of
from addressee.dialects.suprsend.wire.errors import invalid, missing
from addressee.directory.documents import check_value
from addressee.directory.recipient import Document
from addressee.preferences.choices import Choice, with_choice, with_quiet_hours, with_restrictions
from addressee.preferences.offers import Offer
from addressee.preferences.policies import Policy
from addressee.preferences.quiet_hours import quiet_hours

Change: TypeAlias = Callable[[Document], Document]


def require_open_policy(offer: Offer, key: str) -> Policy:
    """Returns the policy of a category. Raises SuprSendError when recipients have no such category."""
    policy = offer.open(key)
    if policy is None:
        raise missing(f"category '{key}' not found")
    return policy


def channel_change(given: shapes.ChannelPreferences) -> Change:
    """Returns the change that restricts channels, or lifts that. Raises SuprSendError."""
    restricted = {
        kind_of(each.channel, f"channel_preferences[{index}].channel"): each.is_restricted
        for index, each in enumerate(given.channel_preferences)
    }
    return partial(with_restrictions, restricted=restricted)


def category_change(policy: Policy, given: shapes.CategoryChoice, field: str = "") -> Change:
    """Returns the change of one category. `field` is the path of the choice in the request, up to its dot.

    Raises SuprSendError.
    """
    remembered = remembered_in(given, field)
    if wanted(given) is None and not remembered:
        raise invalid("", "Request body must not be empty")
    if wanted(given) is False and policy.preference == "cant_unsubscribe":
        message = f"category '{policy.key}' cannot be opted out of"
        raise invalid(f"{field}preference", message)
    choice = Choice(wanted(given), wanted_kinds(policy, given, field), remembered)
    return partial(with_choice, key=policy.key, choice=choice)


def wanted(given: shapes.CategoryChoice) -> bool | None:
    """Returns whether a choice opts in, None when it is silent. One that names channels only opts in."""
    if given.preference is not None:
        return given.preference == "opt_in"
    return None if given.opt_in_channels is None and given.opt_out_channels is None else True


def wanted_kinds(policy: Policy, given: shapes.CategoryChoice, field: str) -> Mapping[str, bool]:
    """Returns for each kind that the tenant does not block whether it is wanted. Raises SuprSendError."""
    refused = kinds_of(given.opt_out_channels or (), f"{field}opt_out_channels")
    taken = kinds_of(given.opt_in_channels or (), f"{field}opt_in_channels")
    refuse(policy, refused & policy.mandatory, f"{field}opt_out_channels", "cannot be opted out of")
    refuse(policy, taken & policy.blocked, f"{field}opt_in_channels", "is blocked")
    chosen = frozenset(KINDS) if given.opt_in_channels is None else taken | policy.mandatory
    return {kind: kind in chosen - refused for kind in KINDS if kind not in policy.blocked}


def refuse(policy: Policy, kinds: frozenset[str], field: str, why: str) -> None:
    for name, kind in KIND_OF.items():
        if kind in kinds:
            message = f"channel '{name}' of category '{policy.key}' {why}"
            raise invalid(field, message)


def remembered_in(given: shapes.CategoryChoice | shapes.TenantCategoryChanges, field: str = "") -> Mapping[str, Any]:
    """Returns the values that are only stored and shown again; null removes one.

    `field` is the path of `given` in the request, up to its dot. Raises RefusedError for what cannot be stored.
    """
    parts = {"digest_schedule": given.digest_schedule, "properties": given.properties}
    remembered = {name: value for name, value in parts.items() if value is not UNSET}
    for name, value in remembered.items():
        check_value(value, f"{field}{name}")
    return remembered


def combined_change(offer: Offer, given: shapes.PreferenceChanges) -> Change:
    """Returns the change that makes all of these, one after the other. Raises SuprSendError when there are none."""
    changes: list[Change] = []
    if given.channel_preferences is not None:
        changes.append(channel_change(shapes.ChannelPreferences(given.channel_preferences)))
    for index, each in enumerate(given.categories or ()):
        changes.append(category_change(require_open_policy(offer, each.category), each, f"categories[{index}]."))
    if given.quiet_hours is not UNSET:
        if given.quiet_hours is not None:
            quiet_hours(given.quiet_hours)
        changes.append(partial(with_quiet_hours, given=given.quiet_hours))
    if not changes:
        raise invalid("", "Request body must not be empty")
    return partial(one_after_another, changes=changes)


def one_after_another(stored: Document, changes: Iterable[Change]) -> Document:
    for change in changes:
        stored = change(stored)
    return stored
