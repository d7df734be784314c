"""Converts files that a test writes, and previews what the folder says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from addressee.cli.commands.folders.convert import CONVERTERS
from addressee.converting.inputs import read_inputs
from addressee.converting.model import Note
from addressee.converting.writing import files_of, write
from addressee.messaging.preview.model import EverySecret, PreviewedEvent, PreviewedMessage, PreviewRequest
from addressee.messaging.preview.people import person
from addressee.messaging.preview.preview import channels_in, preview
from addressee.messaging.preview.printing import fields_of
from addressee.messaging.workflows.available import Available
from addressee.messaging.workflows.configuration import Configuration, read_configuration

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
ADA: Mapping[str, Any] = {
    "id": "ada",
    "name": "Ada Lovelace",
    "first_name": "Ada",
    "email": "ada@example.com",
    "phone_number": "+14155550123",
    "plan": "pro",
}


class Converted(NamedTuple):
    """A folder that was made: what its files say, what push reads, and what needs a hand, without the file's names."""

    folder: Path
    configuration: Configuration
    notes: Sequence[Note]

    @property
    def told(self) -> list[str]:
        return [f"{Path(note.file).name}:{note.line}: {note.node}: {note.was}; {note.todo}" for note in self.notes]

    def workflow(self, key: str) -> Any:
        return yaml.safe_load((self.folder / "workflows" / key / "workflow.yaml").read_text())

    def steps(self, key: str) -> Any:
        return self.workflow(key)["steps"]

    def messages(
        self, key: str, *items: Mapping[str, Any], events: Sequence[str] = (), answers: Mapping[str, Any] | None = None
    ) -> list[tuple[str, dict[str, Any]]]:
        """Returns the messages of a run for Ada: the ref of each, and what it says."""
        channels = channels_in(self.configuration, NOW)
        defined = next(each for each in self.configuration.workflows if each.key == key)
        asked = PreviewRequest(
            person(dict(ADA), channels, NOW),
            items or ({},),
            person({"id": "bob", "name": "Bob"}, channels, NOW),
            person({"id": "acme", "name": "Acme", "city": "Paris"}, channels, NOW, "$tenants"),
            answers or {},
            frozenset(events),
        )
        return [
            (each.ref, said(each))
            for each in preview(self.configuration, defined, asked, channels, NOW)
            if isinstance(each, PreviewedMessage)
        ]

    def happened(self, key: str, *items: Mapping[str, Any]) -> list[tuple[str | None, str]]:
        """Returns the events of a run for Ada: the ref and the name of each."""
        channels = channels_in(self.configuration, NOW)
        defined = next(each for each in self.configuration.workflows if each.key == key)
        asked = PreviewRequest(person(dict(ADA), channels, NOW), items or ({},))
        return [
            (each.ref, each.event)
            for each in preview(self.configuration, defined, asked, channels, NOW)
            if isinstance(each, PreviewedEvent)
        ]


def said(message: PreviewedMessage) -> dict[str, Any]:
    """Returns the fields of a message that say something, without where it goes."""
    assert message.content is not None, message.obstacle
    shown = dict(fields_of(message.content))
    return {name: value for name, value in shown.items() if value and name not in ("sender", "segments")}


def convert(vendor: str, folder: Path, files: Mapping[str, Any]) -> Converted:
    """Writes files (values of JSON, or texts), converts them, and reads the result as push does."""
    for name, value in files.items():
        path = folder / "given" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(value if isinstance(value, str) else json.dumps(value, indent=1))
    conversion = CONVERTERS[vendor](read_inputs([folder / "given"]))
    out = folder / "out"
    write(files_of(conversion), out)
    configuration = read_configuration(out, {}, Available(secrets=EverySecret()), settings_may_lack=True)
    return Converted(out, configuration, sorted(set(conversion.notes)))
