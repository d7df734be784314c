"""Takes attachments out of the data of runs: their contents are stored apart, for the e-mails that they go with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID, uuid5

import msgspec

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.messaging.content.attachments import StoredAttachment, is_described, problems, read
from addressee.messaging.errors import DataFailure
from addressee.messaging.runs.model import RunAttachment
from addressee.messaging.workflows.model import Workflow, read_version

if TYPE_CHECKING:
    from addressee.messaging.triggers.trigger import NewRun

SQL = load(__package__)


class VersionId(NamedTuple):
    environment_id: int
    id: UUID


class StoredContent(NamedTuple):
    """The content of an attachment, as it is stored with its run."""

    environment_id: int
    run_id: UUID
    id: UUID
    content: bytes


@dataclass(slots=True)
class Detached:
    """The attachments that were taken out of the data of one run."""

    run: NewRun
    keys: Collection[str]
    attachments: list[RunAttachment] = field(default_factory=list)
    contents: list[StoredContent] = field(default_factory=list)

    def out_of(self, data: Mapping[str, Any], recipient: tuple[str, str] | None = None) -> dict[str, Any]:
        """Takes attachments out of data, of the whole run or of one recipient, and returns the rest."""
        found = {key: data[key] for key in self.keys if is_described(data.get(key))}
        for key, value in found.items():
            for index, attachment in enumerate(read(value)):
                id = uuid5(self.run.id, f"{recipient}/{key}/{index}")
                named = StoredAttachment(
                    id, attachment.name, attachment.content_type, attachment.content_id, attachment.inline
                )
                self.attachments.append(RunAttachment(key, named, recipient))
                self.contents.append(StoredContent(self.run.environment_id, self.run.id, id, attachment.content))
        return {key: value for key, value in data.items() if key not in found}


def check_attachments(workflow: Workflow, data: Mapping[str, Any]) -> tuple[DataFailure, ...]:
    """Returns what is wrong with the attachments that a workflow's e-mails would take from a trigger's data."""
    return tuple(DataFailure(f"data.{each.path}", each.message) for each in problems(data, workflow.attachment_keys))


async def without_attachments(
    connection: Connection, runs: Sequence[NewRun]
) -> tuple[Sequence[NewRun], list[StoredContent]]:
    """Returns runs without the attachments in their data, and what is to be stored of these."""
    describing = {run.id for run in runs if any(map(describes, documents_of(run)))}
    if not describing:
        return runs, []
    wanted = {VersionId(run.environment_id, run.version_id) for run in runs if run.id in describing}
    rows = await connection.fetch(*SQL["versions"](versions=wanted))
    keys = {(row["environment_id"], row["id"]): read_version(row["content"]).attachment_keys for row in rows}
    detached: list[NewRun] = []
    contents: list[StoredContent] = []
    for run in runs:
        kept, added = detach(run, keys[run.environment_id, run.version_id]) if run.id in describing else (run, [])
        detached.append(kept)
        contents += added
    return detached, contents


def detach(run: NewRun, keys: Collection[str]) -> tuple[NewRun, list[StoredContent]]:
    found = Detached(run, keys)
    data = found.out_of(run.data)
    recipients = [
        msgspec.structs.replace(each, data=found.out_of(each.data, (each.collection, each.id)))
        for each in run.recipients
    ]
    return replace(run, data=data, recipients=recipients, attachments=found.attachments), found.contents


def documents_of(run: NewRun) -> Iterable[Mapping[str, Any]]:
    yield run.data
    yield from (each.data for each in run.recipients)


def describes(data: Mapping[str, Any]) -> bool:
    return any(map(is_described, data.values()))


async def store_contents(connection: Connection, contents: Sequence[StoredContent]) -> None:
    if contents:
        await connection.execute(*SQL["insert_attachments"](contents=contents))
