"""Takes attachments out of the data of runs: their contents, and the URLs of those that are fetched when they are sent,
are stored apart, for the e-mails that they go with.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID, uuid5

import msgspec

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.messaging.content.attachments import Described, is_described, problems, read
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


class StoredLink(NamedTuple):
    """The URL of an attachment that is fetched when it is sent, as it is stored with its run."""

    environment_id: int
    run_id: UUID
    id: UUID
    url: str
    described_type: str
    required: bool


class Files(NamedTuple):
    """The files that are stored with runs."""

    contents: list[StoredContent]
    links: list[StoredLink]


@dataclass(slots=True)
class Detached:
    """The attachments that were taken out of the data of one run."""

    run: NewRun
    keys: Collection[str]
    attachments: list[RunAttachment] = field(default_factory=list)
    contents: list[StoredContent] = field(default_factory=list)
    links: dict[UUID, StoredLink] = field(default_factory=dict)

    def out_of(self, data: Mapping[str, Any], recipient: tuple[str, str] | None = None) -> dict[str, Any]:
        """Takes attachments out of data, of the whole run or of one recipient, and returns the rest."""
        found = {key: data[key] for key in self.keys if is_described(data.get(key))}
        for key, value in found.items():
            for index, attachment in enumerate(read(value)):
                id = self._stored(attachment, f"{recipient}/{key}/{index}")
                self.attachments.append(RunAttachment(key, attachment.stored_as(id), recipient))
        return {key: value for key, value in data.items() if key not in found}

    def _stored(self, attachment: Described, place: str) -> UUID:
        """Returns the id under which a file is stored, once where several recipients have it by the same URL."""
        environment_id, run_id = self.run.environment_id, self.run.id
        if attachment.url is None:
            id = uuid5(run_id, place)
            self.contents.append(StoredContent(environment_id, run_id, id, attachment.content or b""))
            return id
        described, required = attachment.content_type, attachment.required
        id = uuid5(run_id, f"{described}/{required}/{attachment.url}")
        self.links[id] = StoredLink(environment_id, run_id, id, attachment.url, described, required)
        return id


def check_attachments(workflow: Workflow, data: Mapping[str, Any]) -> tuple[DataFailure, ...]:
    """Returns what is wrong with the attachments that a workflow's e-mails would take from a trigger's data."""
    return tuple(DataFailure(f"data.{each.path}", each.message) for each in problems(data, workflow.attachment_keys))


async def without_attachments(connection: Connection, runs: Sequence[NewRun]) -> tuple[Sequence[NewRun], Files]:
    """Returns runs without the attachments in their data, and what is to be stored of these."""
    files = Files([], [])
    describing = {run.id for run in runs if any(map(describes, documents_of(run)))}
    if not describing:
        return runs, files
    wanted = {VersionId(run.environment_id, run.version_id) for run in runs if run.id in describing}
    rows = await connection.fetch(*SQL["versions"](versions=wanted))
    keys = {(row["environment_id"], row["id"]): read_version(row["content"]).attachment_keys for row in rows}
    detached = [
        detach(run, keys[run.environment_id, run.version_id], files) if run.id in describing else run for run in runs
    ]
    return detached, files


def detach(run: NewRun, keys: Collection[str], files: Files) -> NewRun:
    """Returns a run without its attachments, which are added to `files`."""
    found = Detached(run, keys)
    data = found.out_of(run.data)
    recipients = [
        msgspec.structs.replace(each, data=found.out_of(each.data, (each.collection, each.id)))
        for each in run.recipients
    ]
    files.contents.extend(found.contents)
    files.links.extend(found.links.values())
    return replace(run, data=data, recipients=recipients, attachments=found.attachments)


def documents_of(run: NewRun) -> Iterable[Mapping[str, Any]]:
    yield run.data
    yield from (each.data for each in run.recipients)


def describes(data: Mapping[str, Any]) -> bool:
    return any(map(is_described, data.values()))


async def store_files(connection: Connection, files: Files) -> None:
    if files.contents:
        await connection.execute(*SQL["insert_attachments"](contents=files.contents))
    if files.links:
        await connection.execute(*SQL["insert_attachment_links"](links=files.links))
