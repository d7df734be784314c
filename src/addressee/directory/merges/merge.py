"""Merges one recipient, the secondary, into another, the primary, and undoes that (knock.md §3.3). Pure.

Attributes and properties are merged deeply, preference sets by id or deeply (see `Filling`), channel data by channel
and addresses by key: the primary's values stay, missing ones come from the secondary. As a merge only adds to the
primary, undoing it removes what was added.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from msgspec import Struct, field, structs

from addressee.directory.addresses.entries import ATTRIBUTES, addresses_of_kind, check_number
from addressee.directory.addresses.forms import FORMS
from addressee.directory.documents import same
from addressee.directory.edits.context import check_size, tombstone
from addressee.directory.edits.preference_sets import merged
from addressee.directory.errors import RefusedError
from addressee.directory.names import derived
from addressee.directory.recipient import Document, Recipient


class Documents(Struct, frozen=True):
    """The documents of a recipient."""

    attributes: Document
    properties: Document
    addresses: list[Document]
    channel_data: Document
    preferences: Document


Described: TypeAlias = Documents | Recipient


class Filling(Enum):
    """The values that a primary takes over from a secondary.

    ENTRIES: attributes and preference sets that the primary does not have (knock.md §3.3). FILL_GAPS: attributes that
    it does not have or that are null, and choices that its preference sets do not make (notiflows.md §5.4); a name that
    is derived from another one (`names.derived`) is not missing.
    """

    ENTRIES = "entries"
    FILL_GAPS = "gaps"


class MergeRules(Struct, frozen=True):
    """The rules of a merge.

    With `moves_subscriptions` the secondary's subscriptions become the primary's, else they end (suprsend.md §4,
    knock.md §3.3). A null of the primary's attributes and properties is replaced by the secondary's value, unless the
    merge `keeps_nulls`; FILL_GAPS replaces null attributes in any case.
    """

    filling: Filling = Filling.ENTRIES
    moves_subscriptions: bool = field(default=False, name="unites")  # the name in stored journals
    keeps_nulls: bool = False


DEFAULT_RULES = MergeRules()


class Journal(Struct, frozen=True):
    """The data for undoing a merge: both recipients before it, its rules, and the version of the tombstone.

    Journals of earlier versions have no `keeps_nulls`; nulls were kept then.
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
    """The primary after a merge, and the tombstone of the secondary."""

    primary: Recipient
    tombstone: Recipient


class Unmerged(NamedTuple):
    """Both recipients after a merge was undone, and the secondary's tombstone before that.

    `kept` are paths of the primary's values that came from the secondary and stay, as they were changed since.
    """

    primary: Recipient
    tombstone: Recipient
    secondary: Recipient
    kept: tuple[str, ...]


def merge(primary: Recipient, secondary: Recipient, now: datetime, rules: MergeRules = DEFAULT_RULES) -> Merged:
    """Returns both recipients after the merge. Raises RefusedError when the result exceeds a limit of one recipient."""
    documents: dict[str, Any] = {
        "attributes": {**primary.attributes, **filled(*attributes_of(primary, secondary, rules), rules)},
        "properties": filled(primary.properties, secondary.properties, rules),
        "addresses": [*primary.addresses, *missing_addresses(primary, secondary, rules)],
        "channel_data": {**primary.channel_data, **missing(primary, secondary, "channel_data")},
        "preferences": merged_preferences(primary.preferences, secondary.preferences, rules.filling),
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
    """Returns the primary's attributes that have a value, and the secondary's that may fill the missing ones."""
    has = {name: value for name, value in primary.attributes.items() if value is not None}
    if rules.filling is Filling.ENTRIES:
        return primary.attributes if rules.keeps_nulls else has, secondary.attributes
    derived_names = derived(has)
    return has, {name: value for name, value in secondary.attributes.items() if name not in derived_names}


def merged_preferences(primary: Document, secondary: Document, filling: Filling) -> Document:
    if filling is Filling.ENTRIES:
        return {**secondary, **primary}
    return {**secondary, **{id: merged_set(secondary.get(id), chosen) for id, chosen in primary.items()}}


def merged_set(below: Any, chosen: Any) -> Any:
    return merged(below, chosen) if isinstance(below, dict) and isinstance(chosen, dict) else chosen


def missing(primary: Recipient, secondary: Recipient, name: str) -> Document:
    return {key: value for key, value in getattr(secondary, name).items() if key not in getattr(primary, name)}


def missing_addresses(primary: Described, secondary: Described, rules: MergeRules) -> list[Document]:
    """Returns the secondary's addresses that the primary lacks, without the one that its attribute brings."""
    attributes, _ = attributes_of(primary, secondary, rules)
    missing = []
    for kind in FORMS:
        has = {address["key"] for address in addresses_of_kind(attributes, primary.addresses, kind)}
        comes = ATTRIBUTES.get(kind) not in attributes
        addresses = secondary.addresses if comes else addresses_of_kind(secondary.attributes, secondary.addresses, kind)
        missing += [each for each in addresses if each["kind"] == kind and each["key"] not in has]
    return missing


def filled(top: Document, below: Mapping[str, Any], rules: MergeRules) -> Document:
    """Returns `top` with its missing values from `below`, recursing where both are objects."""
    merged = dict(top)
    for name, value in below.items():
        if name not in merged or is_gap(merged, name, rules):
            merged[name] = value
        elif isinstance(merged[name], dict) and isinstance(value, dict):
            merged[name] = filled(merged[name], value, rules)
    return merged


def is_gap(document: Mapping[str, Any], name: str, rules: MergeRules) -> bool:
    """Returns whether a document has null under a name, and the rules count null as missing."""
    return not rules.keeps_nulls and name in document and document[name] is None


def journal(primary: Recipient, secondary: Recipient, merged: Merged, rules: MergeRules = DEFAULT_RULES) -> Journal:
    version = merged.tombstone.version
    return Journal(documents_of(primary), documents_of(secondary), version, rules.filling, rules.keeps_nulls)


def documents_of(recipient: Recipient) -> Documents:
    return Documents(**{name: getattr(recipient, name) for name in Documents.__struct_fields__})


def unmerge(
    primary: Recipient, found: Recipient | None, secondary_uid: UUID, journal: Journal, now: datetime
) -> Unmerged:
    """Returns both recipients after the merge is undone. `found` is the recipient at the secondary's place now.

    Raises RefusedError unless that is the tombstone of the merge: the id was used again since.
    """
    if found is None or found.lives or (found.uid, found.version) != (secondary_uid, journal.tombstone_version):
        raise RefusedError(
            "in_use", "id", "The id of the one who was merged away was used again since, so nothing was undone."
        )
    kept: list[str] = []
    one, other, rules = journal.primary, journal.secondary, journal.rules
    separate = without_entries if rules.filling is Filling.ENTRIES else without_added
    documents = {
        "attributes": without_added_attributes(primary.attributes, journal, kept),
        "properties": without_added(primary.properties, one.properties, other.properties, "properties", kept, rules),
        "addresses": without_added_addresses(primary.addresses, missing_addresses(one, other, rules), kept),
        "channel_data": without_entries(
            primary.channel_data, one.channel_data, other.channel_data, "channel_data", kept, rules
        ),
        "preferences": separate(primary.preferences, one.preferences, other.preferences, "preferences", kept, rules),
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
    """Returns `current` without the attributes that the merge added; nulls that it replaced are restored."""
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
    """Returns `current` without what `added` brought to `before`; paths of values changed since are added to `kept`."""
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
    """Like `without_added`, but does not recurse into entries."""
    left = dict(current)
    for name, value in added.items():
        if name not in before and name in left:
            if same(left[name], value):
                del left[name]
            else:
                kept.append(f"{path}.{name}")
    return left


def without_added_addresses(current: list[Document], added: list[Document], kept: list[str]) -> list[Document]:
    """Returns `current` without unchanged addresses of `added`; the kinds of changed ones are added to `kept`."""
    by_key = {(address["kind"], address["key"]): address for address in added}
    left = []
    for address in current:
        then = by_key.get((address["kind"], address["key"]))
        if then is None or not same(address, then):
            left.append(address)
        if then is not None and not same(address, then):
            kept.append(f"addresses.{address['kind']}")
    return left
