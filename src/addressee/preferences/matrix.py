"""The matrix of a preference page: what a recipient can choose about, and by which ways it can come. Pure.

Rows are the categories that an environment defines, and the workflows and other categories that somebody has settings
for. A way is a kind of channel, or several that people take for one. A cell says whether a row is wanted by a way.
Changes touch the cells that they name alone, so that two open pages do not undo each other's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from addressee.directory.kinds import KINDS, kinds_named
from addressee.directory.recipient import Document
from addressee.preferences.categories import Section, Wording, worded
from addressee.preferences.choices import with_chosen_scope, with_kinds, with_tracking
from addressee.preferences.layers import is_fixed
from addressee.preferences.offers import Chosen, Offer, is_wanted_in
from addressee.preferences.policies import Policy, blocked_by
from addressee.preferences.sets import TRACKING

CATEGORIES, WORKFLOWS = "categories", "workflows"

# The ways, in their order. Nobody chooses about webhooks.
WAYS = ("email", "sms", "whatsapp", "in_app", "push", "slack", "ms_teams", "discord")

# What an environment without channels of its own can ask about.
USUAL_WAYS = ("email", "sms", "in_app", "push")


class Lock(StrEnum):
    """Why a cell cannot be changed: its messages are required, or its setting is the same for everybody."""

    REQUIRED = "required"
    FIXED = "fixed"


class CellId(NamedTuple):
    """The place of a cell. The cells without a section and a key are about everything that comes by a way."""

    section: str
    key: str
    way: str

    def __str__(self) -> str:
        return f"{self.section}/{self.key}/{self.way}"


# The cell about tracking, which is in no row and has no way of its own.
TRACKING_CELL = CellId(TRACKING, "", "")


class Cell(NamedTuple):
    id: CellId
    wanted: bool
    lock: Lock | None

    @property
    def way(self) -> str:
        return self.id.way


class Row(NamedTuple):
    """A category or workflow, with a cell for each way that the tenant does not block."""

    section: str
    key: str
    wording: Wording
    cells: Sequence[Cell]

    @property
    def wanted(self) -> bool:
        return any(cell.wanted for cell in self.cells)

    @property
    def free(self) -> Sequence[Cell]:
        return [cell for cell in self.cells if cell.lock is None]


class Group(NamedTuple):
    """Rows below a heading; workflows and categories that belong nowhere have none."""

    wording: Wording
    rows: Sequence[Row]


def ways_of(kinds: Iterable[str]) -> Sequence[str]:
    """Returns the ways of channels that send to these kinds, or groups of kinds, of addresses."""
    reached = {member for kind in kinds for member in kinds_named(kind)}
    return [way for way in WAYS if not reached.isdisjoint(kinds_named(way))] or USUAL_WAYS


@dataclass(frozen=True)
class Matrix:
    """The matrix of one recipient, whose preference sets are `own`.

    `workflows` are the names of the environment's, by key. `listed` are the sections and keys of rows that are there
    even if nobody has settings for them. Names of categories are in `locale`, if they are translated. `tracks` says
    whether any channel of the environment tracks.
    """

    offer: Offer
    own: Mapping[str, Document]
    ways: Sequence[str]
    workflows: Mapping[str, str]
    listed: Collection[tuple[str, str]] = ()
    locale: str | None = None
    tracks: bool = False

    @cached_property
    def tracking(self) -> Cell | None:
        """The cell about tracking, None where neither a channel tracks nor anybody has said something about it."""
        said = self._chosen.document.get(TRACKING)
        return Cell(TRACKING_CELL, said is not False, None) if self.tracks or said is not None else None

    @cached_property
    def overall(self) -> Sequence[Cell]:
        """The cells for everything that comes by a way."""
        lock = Lock.FIXED if is_fixed(self._below.get("kinds")) else None
        return [
            Cell(CellId("", "", way), not all(map(self._chosen.restricted, kinds)), lock)
            for way, kinds in self._kinds(blocked_by(self.offer.of_tenant))
        ]

    @cached_property
    def groups(self) -> Sequence[Group]:
        groups = [
            Group(worded(section, self.locale), [self._category(policy) for policy in self._open(section)])
            for section in self.offer.defaults.sections
        ]
        others = [*self._other_categories(), *self._workflows()]
        return [group for group in (*groups, Group(Wording(), others)) if group.rows]

    @property
    def rows(self) -> Iterator[Row]:
        return (row for group in self.groups for row in group.rows)

    def row(self, section: str, key: str) -> Row | None:
        return next((row for row in self.rows if (row.section, row.key) == (section, key)), None)

    def changed(self, changes: Mapping[str, bool]) -> Mapping[str, Document]:
        """Returns the recipient's sets after changes of cells, by their ids as texts.

        A cell that does not exist or is locked is passed over. Where the most specific setting decides, a way that is
        turned off is turned off in each row, as nothing else would keep the rows' own settings from letting it through.
        """
        overall = changed_cells(self.overall, changes)
        is_outvoted = self.offer.defaults.rule == "most_specific"
        off = {way: False for way, wanted in overall.items() if is_outvoted and not wanted}

        def change(stored: Document) -> Document:
            for row in self.rows:
                of_row = {
                    **changed_cells(row.cells, changes),
                    **{cell.way: False for cell in row.free if cell.way in off},
                }
                if of_row:
                    stored = self._with_row(stored, row, of_row)
            if overall:
                wanted = {kind: wanted for way, wanted in overall.items() for kind in kinds_named(way)}
                stored = {**stored, "kinds": with_kinds(stored.get("kinds", {}), wanted)}
            agreed = changes.get(str(TRACKING_CELL))
            return stored if agreed is None or self.tracking is None else with_tracking(stored, agreed)

        return self.offer.changed(self.own, change)

    def _with_row(self, stored: Document, row: Row, changed: Mapping[str, bool]) -> Document:
        """Returns a set with a choice for a row, which has a setting for each kind, also those without a cell."""
        cells = {**{cell.way: cell.wanted for cell in row.cells}, **changed}
        kinds = {kind: self._is_wanted(row.section, row.key, kind) for kind in self._unblocked(row)}
        kinds |= {kind: wanted for way, wanted in changed.items() for kind in kinds_named(way) if kind in kinds}
        return with_chosen_scope(stored, row.section, row.key, any(cells.values()), kinds)

    @cached_property
    def _chosen(self) -> Chosen:
        return self.offer.chosen(self.own)

    @cached_property
    def _below(self) -> Document:
        """Returns the preferences of a recipient who has never chosen."""
        return self.offer.effective({}).document

    def _scope(self, section: str, key: str) -> bool | Mapping[str, Any]:
        scope: bool | Mapping[str, Any] = self._chosen.document.get(section, {}).get(key, {})
        return scope

    def _is_wanted(self, section: str, key: str, kind: str) -> bool:
        policy = self.offer.policies.get(key) if section == CATEGORIES else None
        return self._chosen.wanted_on(policy, kind) if policy else is_wanted_in(self._scope(section, key), kind)

    def _unblocked(self, row: Row) -> Iterator[str]:
        policy = self.offer.policies.get(row.key) if row.section == CATEGORIES else None
        blocked = policy.blocked if policy else blocked_by(self.offer.of_tenant)
        return (kind for kind in KINDS if kind not in blocked)

    def _kinds(self, blocked: Collection[str]) -> Iterator[tuple[str, Sequence[str]]]:
        """Yields the ways that are not blocked, with their kinds that are not."""
        for way in self.ways:
            if kinds := [kind for kind in kinds_named(way) if kind not in blocked]:
                yield way, kinds

    def _open(self, section: Section) -> list[Policy]:
        policies = (self.offer.open(category.key) for category in section.categories)
        return [policy for policy in policies if policy is not None]

    def _category(self, policy: Policy) -> Row:
        return self._row(CATEGORIES, policy.key, worded(policy.category, self.locale), policy.mandatory, policy.blocked)

    def _other_categories(self) -> Iterator[Row]:
        for key in sorted(self._keys(CATEGORIES) - self.offer.policies.keys()):
            yield self._row(CATEGORIES, key, Wording(key))

    def _workflows(self) -> Iterator[Row]:
        for key in sorted(self._keys(WORKFLOWS)):
            yield self._row(WORKFLOWS, key, Wording(self.workflows.get(key) or key))

    def _keys(self, section: str) -> set[str]:
        listed = {key for of_section, key in self.listed if of_section == section}
        return listed.union(self._chosen.document.get(section, {}))

    def _row(
        self,
        section: str,
        key: str,
        wording: Wording,
        mandatory: Collection[str] = (),
        blocked: Collection[str] | None = None,
    ) -> Row:
        is_same_for_all = is_fixed(self._below.get(section, {}).get(key))
        cells = []
        for way, kinds in self._kinds(blocked_by(self.offer.of_tenant) if blocked is None else blocked):
            lock = Lock.REQUIRED if all(kind in mandatory for kind in kinds) else None
            wanted = any(self._is_wanted(section, key, kind) for kind in kinds)
            cells.append(Cell(CellId(section, key, way), wanted, lock or (Lock.FIXED if is_same_for_all else None)))
        return Row(section, key, wording, cells)


def changed_cells(cells: Iterable[Cell], changes: Mapping[str, bool]) -> Mapping[str, bool]:
    """Returns what is wanted by the ways of those cells that changes name, and that are free to change."""
    return {cell.way: changes[str(cell.id)] for cell in cells if cell.lock is None and str(cell.id) in changes}
