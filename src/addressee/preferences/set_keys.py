"""Keys of recipients' sets for tenants: a new tenant does not inherit the sets of a deleted one with the same id.

A set may be written before its tenant exists, so its key is the tenant's id, not the uid. After a deletion of the
tenant the key of new sets contains the number of deletions. Sets under former keys remain stored without effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import TENANTS, Document, Place, Recipient
from addressee.preferences.sets import DEFAULT

Tenants = Mapping[str, Recipient]


def key_of(set_id: str, tenant: Recipient | None) -> str:
    """Returns the key of a set; `tenant` is the recipient or tombstone at the tenant's place."""
    if set_id == DEFAULT or tenant is None or tenant.deletions == 0:
        return set_id
    return f"${tenant.deletions}/{set_id}"


def set_id_of(key: str) -> str:
    """Returns the id of the set under a key; reserved keys of tenants are returned unchanged."""
    number, slash, set_id = key.partition("/")
    return set_id if slash and number[:1] == "$" and number[1:].isdecimal() else key


def current(preferences: Mapping[str, Document], tenants: Tenants) -> Document:
    """Returns a recipient's sets by their ids, without those for deleted tenants."""
    found = {}
    for key, preference_set in preferences.items():
        set_id = set_id_of(key)
        if key_of(set_id, tenants.get(set_id)) == key:
            found[set_id] = preference_set
    return found


async def read_tenants(reader: Reader, environment_id: int, keys: Iterable[str]) -> Tenants:
    """Returns the tenants of these keys, tombstones included; without a query if there are only default sets."""
    ids = {set_id for key in keys if (set_id := set_id_of(key)) != DEFAULT and not set_id.startswith("$")}
    if not ids:
        return {}
    found = await reader.find_all([Place(environment_id, TENANTS, id) for id in ids])
    return {place.id: tenant for place, tenant in found.items()}
