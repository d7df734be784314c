"""Workflows while they are converted: their refs, their channels, and notes on what needs a hand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from addressee.converting.channels import STUBS
from addressee.converting.conditions import FormError, names_after, written
from addressee.converting.model import HELD, ChannelStub, Conversion, Note
from addressee.messaging.definitions.model import KEY, FieldPath
from addressee.messaging.definitions.sources import Source

NOT_IN_A_KEY = re.compile(r"[^A-Za-z0-9_-]+")

MAX_DESCRIPTION = 280


class Draft:
    """A workflow that is converted. `source` is the file that it stands in."""

    def __init__(self, conversion: Conversion, source: Source, file: str) -> None:
        self.conversion = conversion
        self.refs: dict[str, str] = {}
        self._source = source
        self._file = file

    def note(self, path: FieldPath, node: str, was: str, todo: str) -> None:
        """Notes what needs a hand, and where it stands in the file."""
        line = self._source.origin(path).line
        self.conversion.notes.append(Note(self._file, line, node, was, todo))

    def has(self, path: FieldPath) -> bool:
        """Returns whether the file has a value at a path."""
        return path in self._source.origins

    def node(self, path: FieldPath, kind: str, name: str | None, settings: str | None = None) -> NodeDraft:
        """Begins a step. `name` is what the vendor calls it, by which other steps name it.

        `settings` is the field that holds what it says, if that is not the node itself.
        """
        ref = NOT_IN_A_KEY.sub("-", name or kind).strip("-") or "step"
        number = 1
        unique = ref
        while unique in self.refs.values():
            number += 1
            unique = f"{ref}-{number}"
        self.refs[name or unique] = unique
        shown = f"{kind} {name}" if name and name != kind else kind
        return NodeDraft(self, path, shown, unique, settings)

    def channel(self, kind: str, key: str | None = None, stub: ChannelStub | None = None) -> str:
        """Returns the key of the channel of a kind, and gives it a file."""
        usual, known = STUBS[kind]
        key = usual if key is None else key_of(key)
        self.conversion.channels.setdefault(key, stub or known)
        return key


class NodeDraft:
    """A step that is converted. One that cannot be exact in what it says or when it happens is held."""

    def __init__(self, draft: Draft, path: FieldPath, shown: str, ref: str, settings: str | None = None) -> None:
        self.draft = draft
        self.path = path
        self.ref = ref
        self.held: list[str] = []
        self._shown = shown
        self._settings = settings

    def note(self, was: str, todo: str, *path: str | int, holds: bool = False) -> None:
        """Notes what needs a hand. What `holds` keeps the step from being taken until somebody has looked at it."""
        where = (*self.path, *path)
        within = where if self._settings is None or not path else (*self.path, self._settings, *path)
        shown = f"{todo} (held)" if holds else todo
        self.draft.note(within if self.draft.has(within) else where, self._shown, was, shown)
        if holds:
            self.held.append(f"{was}; {todo}")

    def note_in(self, file: str, line: int, was: str, todo: str, *, holds: bool = False) -> None:
        """Notes what needs a hand in another file, like that of a template."""
        note = Note(file, line, self._shown, was, f"{todo} (held)" if holds else todo)
        self.draft.conversion.notes.append(note)
        if holds:
            self.held.append(f"{was}; {todo}")

    def lost(self, fields: dict[str, Any], names: Sequence[str], *path: str | int, todo: str = "leave it out") -> None:
        """Notes each of these fields that says something, and has no place here."""
        for name in names:
            if fields.get(name) not in (None, "", False, [], {}):
                self.note(f"{name} has no equivalent", todo, *path, name)

    def conditions(self, value: Any, *path: str | int, events: bool = False) -> dict[str, Any] | None:
        """Returns conditions as a file holds them. Those that cannot be read are noted, and never true."""
        try:
            return written(value, names_after(self.draft.refs.values(), events=events))
        except FormError as error:
            for place, message in error.problems:
                where = tuple(each for each in place if isinstance(each, str | int))
                self.note(f"a condition: {message}", "write it by hand (held)", *path, *where)
            return {"all": [{"variable": HELD, "operator": "equal_to", "argument": True}]}

    def step(self, **fields: Any) -> dict[str, Any]:
        """Returns the step as a file holds it."""
        kept = {name: value for name, value in fields.items() if value is not None}
        if not self.held:
            return {"ref": self.ref, **kept}
        return {"ref": self.ref, "description": f"To do: {'. '.join(self.held)}", "if": HELD, **kept}

    def unknown(self, was: str, todo: str, *path: str | int) -> dict[str, Any]:
        """Returns a step that does nothing in the place of one that has no equivalent."""
        self.note(was, todo, *path, holds=True)
        return self.step(type="update_data", settings={"data": {"converted": False}})


def key_of(name: str) -> str:
    """Returns a key like a name: one that files may have."""
    key = NOT_IN_A_KEY.sub("-", name).strip("-_")[:100]
    return key if KEY.fullmatch(key) else "workflow"
