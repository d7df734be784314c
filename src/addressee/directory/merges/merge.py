"""Merging one recipient into another, and undoing it (knock.md §3.3, DESIGN §3). Pure.

Properties and attributes are merged deeply, preference sets by their id or deeply (see `Filling`), channel data by
channel and addresses by their keys: what the primary has stays, what it lacks comes from the secondary. So a merge only
ever adds to the primary, and undoing it takes away what was added.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from msgspec import Struct, field, structs

from addressee.directory.addresses.entries import ATTRIBUTES, check_number, together
from addressee.directory.addresses.forms import FORMS
from addressee.directory.documents import same
from addressee.directory.edits.context import check_size, tombstone
from addressee.directory.edits.preference_sets import merged
from addressee.directory.errors import RefusedError
from addressee.directory.names import derived
from addressee.directory.recipient import Document, Recipient


class Documents(Struct, frozen=True):
    """What a recipient's row holds besides who it is."""

    attributes: Document
    properties: Document
    addresses: list[Document]
    channel_data: Document
    preferences: Document


Described: TypeAlias = Documents | Recipient


class Filling(Enum):
    """How much of the secondary fills what the primary lacks.

    ENTRIES: attributes and preference sets that the primary does not have (knock.md §3.3). FILL_GAPS: attributes for
    which it has no value, and every choice that its preference sets do not make (notiflows.md §5.4); what follows from
    a name that it has is no gap.
    """

    ENTRIES = "entries"
    FILL_GAPS = "gaps"


class MergeRules(Struct, frozen=True):
    """The rules of a merge.

    With `moves_subscriptions` the secondary's subscriptions go over, else they end (suprsend.md §4, knock.md §3.3).
    Null is no value, so that of the secondary comes in its place, in attributes and properties; with `keeps_nulls` it
    is one, and stays, but for attributes that are filled as FILL_GAPS.
    """

    filling: Filling = Filling.ENTRIES
    moves_subscriptions: bool = field(default=False, name="unites")  # the name in stored journals
    keeps_nulls: bool = False


DEFAULT_RULES = MergeRules()


class Journal(Struct, frozen=True):
    """The journal that undoing a merge needs: both recipients before it, its rules, and the version of the tombstone.

    Older journals do not say whether null was kept: it was.
    """

    primary: Documents
    secondary: Documents
    tombstone_version: int
    filling: Filling = Filling.ENTRIES
    keeps_nulls: bool = True

    @property
    def rules(self) -> MergeRules:
        return MergeRules(self.filling, keeps_nulls=self.keeps_nulls)


class Merged(NamedTuple):
    """Both after a merge."""

    primary: Recipient
    tombstone: Recipient


class Unmerged(NamedTuple):
    """Both after a merge was undone, and the tombstone that stood for the secondary meanwhile.

    `kept` are paths below the primary that were changed since, and stay.
    """

    primary: Recipient
    tombstone: Recipient
    secondary: Recipient
    kept: tuple[str, ...]


def merge(primary: Recipient, secondary: Recipient, now: datetime, rules: MergeRules = DEFAULT_RULES) -> Merged:
    """Raises RefusedError when the two together are above a limit of one."""
    documents: dict[str, Any] = {
        "attributes": {**primary.attributes, **underlaid(*attributes_of(primary, secondary, rules), rules)},
        "properties": underlaid(primary.properties, secondary.properties, rules),
        "addresses": [*primary.addresses, *missing_addresses(primary, secondary, rules)],
        "channel_data": {**primary.channel_data, **missing(primary, secondary, "channel_data")},
        "preferences": united_preferences(primary.preferences, secondary.preferences, rules.filling),
    }
    for name, document in documents.items():
        check_size(name, document)
    check_number(documents["addresses"])
    written = structs.replace(
        primary,
        version=primary.version + 1,
        updated_at=now,
        **{name: document for name, document in documents.items() if not same(document, getattr(primary, name))},
    )
    return Merged(written, tombstone(secondary, secondary.version + 1, now))


def attributes_of(primary: Described, secondary: Described, rules: MergeRules) -> tuple[Document, Document]:
    """Those that the primary has, and those of the secondary's that may be put under them."""
    has = {name: value for name, value in primary.attributes.items() if value is not None}
    if rules.filling is Filling.ENTRIES:
        return primary.attributes if rules.keeps_nulls else has, secondary.attributes
    follow = derived(has)
    return has, {name: value for name, value in secondary.attributes.items() if name not in follow}


def united_preferences(primary: Document, secondary: Document, filling: Filling) -> Document:
    if filling is Filling.ENTRIES:
        return {**secondary, **primary}
    return {**secondary, **{id: merged_set(secondary.get(id), chosen) for id, chosen in primary.items()}}


def merged_set(below: Any, chosen: Any) -> Any:
    return merged(below, chosen) if isinstance(below, dict) and isinstance(chosen, dict) else chosen


def missing(primary: Recipient, secondary: Recipient, name: str) -> Document:
    return {key: value for key, value in getattr(secondary, name).items() if key not in getattr(primary, name)}


def missing_addresses(primary: Described, secondary: Described, rules: MergeRules) -> list[Document]:
    """The secondary's addresses that the primary lacks, but for the one that comes with the secondary's attribute."""
    attributes, _ = attributes_of(primary, secondary, rules)
    missing = []
    for kind in FORMS:
        has = {address["key"] for address in together(attributes, primary.addresses, kind)}
        comes = ATTRIBUTES.get(kind) not in attributes
        addresses = secondary.addresses if comes else together(secondary.attributes, secondary.addresses, kind)
        missing += [each for each in addresses if each["kind"] == kind and each["key"] not in has]
    return missing


def underlaid(top: Document, below: Mapping[str, Any], rules: MergeRules) -> Document:
    """`below` put under `top`, recursing where both are objects; what `top` has stays."""
    merged = dict(top)
    for name, value in below.items():
        if name not in merged or is_gap(merged, name, rules):
            merged[name] = value
        elif isinstance(merged[name], dict) and isinstance(value, dict):
            merged[name] = underlaid(merged[name], value, rules)
    return merged


def is_gap(document: Mapping[str, Any], name: str, rules: MergeRules) -> bool:
    """Whether a name has null for its value, and null is none."""
    return not rules.keeps_nulls and name in document and document[name] is None


def journal(primary: Recipient, secondary: Recipient, merged: Merged, rules: MergeRules = DEFAULT_RULES) -> Journal:
    version = merged.tombstone.version
    return Journal(documents_of(primary), documents_of(secondary), version, rules.filling, rules.keeps_nulls)


def documents_of(recipient: Recipient) -> Documents:
    return Documents(**{name: getattr(recipient, name) for name in Documents.__struct_fields__})


def unmerge(
    primary: Recipient, found: Recipient | None, secondary_uid: UUID, journal: Journal, now: datetime
) -> Unmerged:
    """Gives both what was theirs. `found` is who is at the secondary's place now.

    Raises RefusedError when the place is not as the merge left it: somebody uses the id again.
    """
    if found is None or found.lives or (found.uid, found.version) != (secondary_uid, journal.tombstone_version):
        raise RefusedError(
            "in_use", "id", "The id of the one who was merged away was used again since, so nothing was undone."
        )
    kept: list[str] = []
    one, other, rules = journal.primary, journal.secondary, journal.rules
    apart = without_entries if rules.filling is Filling.ENTRIES else without_added
    documents = {
        "attributes": without_added_attributes(primary.attributes, journal, kept),
        "properties": without_added(primary.properties, one.properties, other.properties, "properties", kept, rules),
        "addresses": without_added_addresses(primary.addresses, missing_addresses(one, other, rules), kept),
        "channel_data": without_entries(
            primary.channel_data, one.channel_data, other.channel_data, "channel_data", kept, rules
        ),
        "preferences": apart(primary.preferences, one.preferences, other.preferences, "preferences", kept, rules),
    }
    restored = Recipient(
        found.place,
        secondary_uid,
        found.version + 1,
        updated_at=now,
        format=found.format,
        deletions=found.deletions,
        **structs.asdict(journal.secondary),
    )
    left = structs.replace(primary, version=primary.version + 1, updated_at=now, **documents)
    return Unmerged(left, found, restored, tuple(kept))


def without_added_attributes(current: Document, journal: Journal, kept: list[str]) -> Document:
    """`current` without those that the merge brought; a gap that it filled is there again."""
    before, added = attributes_of(journal.primary, journal.secondary, journal.rules)
    left = without_added(current, before, added, "attributes", kept, journal.rules)
    gaps = journal.primary.attributes.keys() - before.keys()
    return {**dict.fromkeys(gaps & added.keys() - left.keys()), **left}


def without_added(
    current: Document,
    before: Mapping[str, Any],
    added: Mapping[str, Any],
    path: str,
    kept: list[str],
    rules: MergeRules,
) -> Document:
    """`current` without what `added` brought to `before`; what was changed since is kept and noted."""
    left = dict(current)
    for name, value in added.items():
        here = f"{path}.{name}"
        if is_gap(before, name, rules) and name in left and same(left[name], value):
            left[name] = None
        elif name not in before or is_gap(before, name, rules):
            if name in left and same(left[name], value):
                del left[name]
            elif isinstance(left.get(name), dict) and isinstance(value, dict):
                left[name] = without_added(left[name], {}, value, here, kept, rules)
            elif name in left:
                kept.append(here)
        elif isinstance(before[name], dict) and isinstance(value, dict):
            if isinstance(left.get(name), dict):
                left[name] = without_added(left[name], before[name], value, here, kept, rules)
            elif name in left:
                kept.append(here)
    return left


def without_entries(
    current: Document,
    before: Mapping[str, Any],
    added: Mapping[str, Any],
    path: str,
    kept: list[str],
    _: MergeRules,
) -> Document:
    """Like `without_added`, but entries are taken away whole or not at all."""
    left = dict(current)
    for name, value in added.items():
        if name not in before and name in left:
            if same(left[name], value):
                del left[name]
            else:
                kept.append(f"{path}.{name}")
    return left


def without_added_addresses(current: list[Document], added: list[Document], kept: list[str]) -> list[Document]:
    """`current` without those of `added` that are as they were; the others are kept and noted."""
    by_key = {(address["kind"], address["key"]): address for address in added}
    left = []
    for address in current:
        then = by_key.get((address["kind"], address["key"]))
        if then is None or not same(address, then):
            left.append(address)
        if then is not None and not same(address, then):
            kept.append(f"addresses.{address['kind']}")
    return left
