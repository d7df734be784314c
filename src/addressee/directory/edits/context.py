"""Functions and values that all edits share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct, field, structs

from addressee.directory.documents import same
from addressee.directory.errors import DELETED, RefusedError
from addressee.directory.recipient import Document, Place, Recipient

encode = msgspec.json.Encoder().encode

MAX_PROPERTIES_BYTES = 256_000
MAX_DOCUMENT_BYTES = 1_000_000


class Revives(StrEnum):
    """The deleted recipients that an edit may bring back: any, those whose history was erased, or none."""

    ANYBODY = "anybody"
    ERASED = "erased"
    NOBODY = "nobody"


class Warning(Struct, frozen=True):
    """A part of a write that was ignored, or stored although it looks wrong. `label` is a prefix of the caller's."""

    label: str
    message: str

    def __str__(self) -> str:
        return self.label + self.message


class EditContext(Struct, frozen=True, gc=False):
    """The time of an edit, the version of the recipient that it makes, and the source of new identities.

    `warnings` collects the warnings about the write, which start with `label`. `ended` collects the identities that the
    write deletes, and whether the history of each is kept.
    """

    now: datetime
    version: int
    new_uid: Callable[[], UUID]
    label: str = ""
    warnings: list[Warning] = field(default_factory=list)
    ended: dict[UUID, bool] = field(default_factory=dict)

    def end(self, uid: UUID, *, keeps_history: bool) -> None:
        self.ended[uid] = keeps_history

    def warn(self, message: str) -> None:
        self.warnings.append(Warning(self.label, message))


def living_or_new(
    found: Recipient | None, place: Place, context: EditContext, revives: Revives = Revives.ERASED
) -> Recipient:
    """Returns the recipient, or a new empty one in the place of nobody or of a tombstone.

    Raises RefusedError for a tombstone that the edit does not revive.
    """
    if found is None:
        return Recipient(place, context.new_uid(), context.version, updated_at=context.now)
    if found.lives:
        return found
    if revives is Revives.NOBODY or (revives is Revives.ERASED and found.history_kept):
        raise RefusedError(DELETED, "id", f"{place.id} was deleted; identify it by a call of its own to use it again.")
    return Recipient(place, context.new_uid(), context.version, updated_at=context.now, deletions=found.deletions)


def tombstone(recipient: Recipient, version: int, now: datetime) -> Recipient:
    """Returns the tombstone of a recipient: its place and identity, without documents."""
    return Recipient(
        recipient.place,
        recipient.uid,
        version,
        updated_at=now,
        deleted_at=now,
        format=recipient.format,
        deletions=recipient.deletions,
    )


def changed(recipient: Recipient, context: EditContext, **documents: Any) -> Recipient:
    """Returns the recipient with other documents; the same object when they are equal. Raises RefusedError for size."""
    different = {}
    for name, value in documents.items():
        if not same(getattr(recipient, name), value):
            check_size(name, value)
            different[name] = value
    if not different:
        return recipient
    return structs.replace(recipient, updated_at=context.now, version=context.version, **different)


def check_size(name: str, document: Document | list[Document]) -> None:
    limit = MAX_PROPERTIES_BYTES if name == "properties" else MAX_DOCUMENT_BYTES
    if len(encode(document)) > limit:
        raise RefusedError("size", name, f"All {name} together must be at most {limit:,} bytes of JSON.")


def without(document: Document, *names: str) -> Document:
    return {key: value for key, value in document.items() if key not in names}
