"""A tenant's settings: what its messages look like, and what its members want where they do not say (knock.md §3.6).

In the directory they are the attribute `branding` and the preference set of the tenant's members.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from addressee.dialects.knock.mapping.preference_sets import PERSISTENCE_STRATEGY, knock_set, replaced, stored_set
from addressee.dialects.knock.shapes.tenants import StoredSettings
from addressee.directory.documents import Merge
from addressee.directory.edits.context import Revives
from addressee.directory.edits.recipients import ChangePreferences, Edit, Identify, SetPreferences, UnsetPreferences
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import Document, Recipient
from addressee.preferences.sets import DEFAULT, MEMBERS

NAMES = ("branding", "preference_set")

# The parts of a branding that Knock has. Another dialect may store more, which stay as they are.
BRANDING = frozenset(
    {
        "primary_color",
        "primary_color_contrast",
        "logo_url",
        "icon_url",
        "dark_primary_color",
        "dark_primary_color_contrast",
        "dark_logo_url",
        "dark_icon_url",
    },
)

# Attributes that answers show as null where there is none.
BRANDED = frozenset({"branding"})

PREFERENCE_SET = "settings.preference_set"


def setting_edits(given: Any, revives: Revives) -> list[Edit]:
    """Returns the edits that `settings` stand for; null changes nothing. Raises RefusedError."""
    if given is None:
        return []
    if not isinstance(given, dict):
        raise RefusedError("type", "settings", "settings must be an object.")
    if unknown := given.keys() - set(NAMES):
        raise RefusedError("name", "settings", f"settings has {' and '.join(NAMES)}, not {', '.join(sorted(unknown))}.")
    edits: list[Edit] = []
    if "branding" in given:
        branding = check_branding(given["branding"])
        edits.append(Identify({"branding": branding}, revives=revives, always_shown=BRANDED))
    if "preference_set" in given:
        edits.append(members_edit(given["preference_set"]))
    return edits


def members_edit(given: Any) -> Edit:
    """Returns the edit of the members' set: it merges, unless the set says that it replaces; null removes the set."""
    if given is None:
        return UnsetPreferences(MEMBERS)
    preferences = stored_set(given, PREFERENCE_SET)
    match given.get(PERSISTENCE_STRATEGY):
        case None | "merge":
            return SetPreferences(MEMBERS, preferences, Merge.DEEP)
        case "replace":
            return ChangePreferences(MEMBERS, partial(replaced, given=preferences))
        case _:
            field = f"{PREFERENCE_SET}.{PERSISTENCE_STRATEGY}"
            raise RefusedError("strategy", field, f"{field} must be merge or replace.")


def check_branding(given: Any) -> Any:
    """Returns the branding. Raises RefusedError for a part that Knock does not have."""
    if isinstance(given, dict) and given.keys() - BRANDING:
        known = ", ".join(sorted(BRANDING))
        raise RefusedError("attribute", "branding", f"branding has {known}, and nothing else.")
    return given


def branding_of(tenant: Recipient) -> Document | None:
    branding = tenant.attributes.get("branding")
    return branding and {name: part for name, part in branding.items() if name in BRANDING}


def settings_of(tenant: Recipient, members: Mapping[str, Any] | None) -> StoredSettings:
    """Returns the settings with the preference set `members`; None: it has none."""
    return StoredSettings(
        branding=branding_of(tenant),
        preference_set=None if members is None else knock_set(DEFAULT, members),
    )
