"""Combines the preference sets that apply to a run in layers (knock.md §3.6, §3.7). Pure.

A setting of a higher layer replaces that of a lower one. But an entry of `categories` or `workflows`, or the map
`kinds` or `channels` of a set, that has the strategy `replace` cannot be changed by higher layers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from addressee.directory.edits.preference_sets import QUIET_HOURS, SECTIONS, merged
from addressee.directory.recipient import Document
from addressee.preferences.sets import DEFAULT, MEMBERS, STRATEGY, TRACKING, valid_or_empty

MAPS = ("kinds", "channels")

# The parts of a recipient's default set that apply at every tenant.
EVERYWHERE = ("commercial", QUIET_HOURS, TRACKING)

Path = tuple[str, ...]


class LayerName(StrEnum):
    RECIPIENT_DEFAULT = "recipient_default"
    RECIPIENT_TENANT = "recipient_tenant"
    TENANT_DEFAULT = "tenant_default"
    TENANT_POLICY = "tenant_policy"
    ENVIRONMENT_DEFAULT = "environment_default"
    CATEGORY_DEFAULT = "category_default"


@dataclass(frozen=True, slots=True)
class Layer:
    name: LayerName
    document: Mapping[str, Any]


@dataclass(frozen=True)
class Effective:
    """The combination of layers, the highest first. It knows the layer from which each setting comes."""

    layers: tuple[Layer, ...]

    @cached_property
    def document(self) -> Document:
        made: Document = {}
        for part in self._parts:
            made = merged(made, part.document)
        return made

    def layer_of(self, path: Path) -> LayerName:
        """Returns the layer from which a setting comes. Raises LookupError when there is no such setting."""
        for part in reversed(self._parts):
            if holds(part.document, path):
                return part.name
        raise LookupError(path)

    @cached_property
    def _parts(self) -> Sequence[Layer]:
        """The layers without entries that a lower layer has fixed, the lowest layer first."""
        parts: list[Layer] = []
        below: Document = {}
        for layer in reversed(self.layers):
            part = Layer(layer.name, without_fixed(layer.document, below))
            below = merged(below, part.document)
            parts.append(part)
        return parts


def effective(
    own: Mapping[str, Document],
    tenant: str | None,
    of_tenant: Mapping[str, Document],
    environment_default: Document,
) -> Effective:
    """Returns the set that applies to a run. `own` are the recipient's sets, `of_tenant` those of the tenant.

    The recipient's `default` set applies only if there is neither a set for the tenant nor one of the tenant's for its
    members; but its `commercial` always applies, in the highest layer, and its quiet hours apply unless the set for the
    tenant has some: a night is a night, whoever writes. What it says of tracking applies in the same way.
    """
    default = valid_or_empty(own.get(DEFAULT, {}))
    for_tenant = valid_or_empty(own[tenant]) if tenant is not None and tenant in own else None
    members = valid_or_empty(of_tenant[MEMBERS]) if tenant is not None and MEMBERS in of_tenant else None
    lowest = Layer(LayerName.ENVIRONMENT_DEFAULT, environment_default)
    if for_tenant is None and members is None:
        return stacked(Layer(LayerName.RECIPIENT_DEFAULT, default), lowest)
    return stacked(
        Layer(LayerName.RECIPIENT_DEFAULT, parts(default, "commercial")),
        Layer(LayerName.RECIPIENT_TENANT, for_tenant or {}),
        Layer(LayerName.RECIPIENT_DEFAULT, parts(default, QUIET_HOURS, TRACKING)),
        Layer(LayerName.TENANT_DEFAULT, members or {}),
        lowest,
    )


def parts(document: Document, *names: str) -> Document:
    """Returns a document with these parts of another, as far as that has them."""
    return {name: document[name] for name in names if name in document}


def shown(
    own: Mapping[str, Document],
    set_id: str,
    of_tenant: Mapping[str, Document],
    environment_default: Document,
) -> Document:
    """Returns a recipient's set combined with the defaults of the tenant and of the environment, for display."""
    name = LayerName.RECIPIENT_DEFAULT if set_id == DEFAULT else LayerName.RECIPIENT_TENANT
    return stacked(
        Layer(name, valid_or_empty(own.get(set_id, {}))),
        Layer(LayerName.TENANT_DEFAULT, valid_or_empty(of_tenant.get(MEMBERS, {}))),
        Layer(LayerName.ENVIRONMENT_DEFAULT, environment_default),
    ).document


def stacked(*layers: Layer) -> Effective:
    return Effective(tuple(layer for layer in layers if layer.document))


def without_fixed(document: Mapping[str, Any], below: Mapping[str, Any]) -> Document:
    """Returns a document without the entries that the combined lower layers fix."""
    kept = {name: value for name, value in document.items() if name not in MAPS or not is_fixed(below.get(name))}
    for section in SECTIONS:
        if section in kept:
            fixed = {key for key, entry in below.get(section, {}).items() if is_fixed(entry)}
            kept[section] = {key: entry for key, entry in kept[section].items() if key not in fixed}
    return kept


def is_fixed(entry: Any) -> bool:
    return isinstance(entry, dict) and entry.get(STRATEGY) == "replace"


def holds(document: Mapping[str, Any], path: Iterable[str]) -> bool:
    value: Any = document
    for name in path:
        if not isinstance(value, dict) or name not in value:
            return False
        value = value[name]
    return True
