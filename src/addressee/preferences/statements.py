"""Statements of a preference set about cells of the matrix, and where the values of cells come from. Pure.

A set says that a cell is on or off, or nothing about it. Unlike the choices of a preference page, a statement about one
cell says nothing about the others of its row.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addressee.directory.kinds import KINDS, effective_name, kinds_named
from addressee.directory.recipient import Document
from addressee.preferences.choices import with_kinds, with_tracking, without_empty, without_kinds, without_restrictions
from addressee.preferences.layers import Effective, LayerName
from addressee.preferences.matrix import TRACKING_CELL, CellId
from addressee.preferences.sets import TRACKING


def said(stored: Document, cell: CellId) -> bool | None:
    """Returns what a set says about a cell; None: nothing."""
    if cell == TRACKING_CELL:
        return stored.get(TRACKING)
    if not cell.section:
        return setting_of(stored.get("kinds", {}), cell)
    scope = stored.get(cell.section, {}).get(cell.key)
    if scope is None or isinstance(scope, bool):
        return scope
    if scope.get("enabled") is False:
        return False
    of_kinds = setting_of(scope.get("kinds", {}), cell)
    return scope.get("enabled") if of_kinds is None else of_kinds


def setting_of(kinds: Mapping[str, Any], cell: CellId) -> bool | None:
    """Returns the setting of a way: on if any of its kinds that have one is; a condition counts as on."""
    names = [name for kind in kinds_named(cell.way) if (name := effective_name(kinds, kind)) is not None]
    return any(kinds[name] is not False for name in names) if names else None


def with_said(stored: Document, cell: CellId, wanted: bool | None) -> Document:
    """Returns a set that says this about a cell, and about all others what it said before. It is idempotent."""
    if cell == TRACKING_CELL:
        return with_tracking(stored, wanted)
    ways = kinds_named(cell.way)
    if not cell.section:
        if wanted is None:
            return without_restrictions(stored, ways)
        return {**stored, "kinds": with_kinds(stored.get("kinds", {}), dict.fromkeys(ways, wanted))}
    scopes = stored.get(cell.section, {})
    kinds, rest = parts_of(scopes.get(cell.key, {}))
    kinds = without_kinds(kinds, ways) if wanted is None else with_kinds(kinds, dict.fromkeys(ways, wanted))
    scope = {**rest, "kinds": kinds} if kinds else rest
    others = {key: each for key, each in scopes.items() if key != cell.key}
    return without_empty({**stored, cell.section: {**others, cell.key: scope} if scope else others}, cell.section)


def parts_of(scope: bool | Document) -> tuple[Document, Document]:
    """Returns the settings of kinds in a scope, and its other parts.

    A scope that is on or off as a whole has a setting for each kind, so that one of them can change.
    """
    parts: Document = {"enabled": scope} if isinstance(scope, bool) else scope
    kinds: Document = parts.get("kinds", {})
    rest = {name: part for name, part in parts.items() if name not in ("enabled", "kinds")}
    match parts.get("enabled"):
        case False:
            return dict.fromkeys(KINDS, False), rest
        case True:
            names = {kind: effective_name(kinds, kind) for kind in KINDS}
            return {kind: True if name is None else kinds[name] for kind, name in names.items()}, rest
    return kinds, rest


def layer_of(effective: Effective, cell: CellId) -> LayerName | None:
    """Returns the layer from which the value of a cell comes; None where no layer says anything, so that it is on."""
    document = effective.document
    if cell == TRACKING_CELL:
        return effective.layer_of((TRACKING,)) if TRACKING in document else None
    if not cell.section:
        return layer_of_kinds(effective, (), document.get("kinds", {}), cell)
    scope = document.get(cell.section, {}).get(cell.key)
    path = (cell.section, cell.key)
    if not isinstance(scope, dict):
        return None if scope is None else effective.layer_of(path)
    if scope.get("enabled") is not False:
        of_kinds = layer_of_kinds(effective, path, scope.get("kinds", {}), cell)
        if of_kinds is not None:
            return of_kinds
    return effective.layer_of((*path, "enabled")) if "enabled" in scope else None


def layer_of_kinds(
    effective: Effective, path: tuple[str, ...], kinds: Mapping[str, Any], cell: CellId
) -> LayerName | None:
    names = (effective_name(kinds, kind) for kind in kinds_named(cell.way))
    return next((effective.layer_of((*path, "kinds", name)) for name in names if name is not None), None)
