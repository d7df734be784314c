"""Lists and their edits (suprsend.md §2.5, docs/decisions/0015). Pure.

A list is a recipient in the collection `$lists`; its members are its subscribers. A draft is a set of members that is
being prepared: they subscribe to the list's place under the draft's uid, which becomes the list's when it is published.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from msgspec import Struct, structs

from addressee.directory import attributes
from addressee.directory.edits.context import EditContext, changed, living_or_new, without
from addressee.directory.errors import MissingError, RefusedError
from addressee.directory.recipient import Document, Place, Recipient

LISTS = "$lists"

MAX_DRAFTS = 20

# Runs that are in progress for a list go on with its present members after up to this many replacements.
MAX_PREDECESSORS = 10


class DraftMissingError(Exception):
    """The list has no such draft, or it was published or discarded."""

    def __init__(self, place: Place, uid: UUID) -> None:
        super().__init__(f"{place.id!r} has no draft {uid}.")
        self.place = place
        self.uid = uid


class Draft(Struct, frozen=True):
    """A set of members that is to replace those of a list. They subscribe to the identity `uid`."""

    uid: UUID
    created_at: datetime


class List(Struct, frozen=True):
    """A stored list. Its members subscribe to `uid`; `predecessors` are the former values of it, newest first.

    `drafts` are in the order in which they were opened. Changes of members do not change `updated_at`.
    """

    place: Place
    uid: UUID
    name: str
    description: str
    tracks_entry: bool
    tracks_exit: bool
    created_at: datetime
    updated_at: datetime
    drafts: Sequence[Draft]
    predecessors: Sequence[UUID]

    def draft(self, uid: UUID) -> Draft:
        """Returns a draft. Raises DraftMissingError."""
        for draft in self.drafts:
            if draft.uid == uid:
                return draft
        raise DraftMissingError(self.place, uid)

    def predecessor(self, uid: UUID) -> UUID | None:
        """Returns the identity whose members those of `uid` replaced; None when it is not known any more."""
        succession = [self.uid, *self.predecessors]
        following = succession[succession.index(uid) + 1 :] if uid in succession else []
        return following[0] if following else None

    @property
    def identities(self) -> frozenset[UUID]:
        """The identities that may have members; members of any other are to be erased."""
        return frozenset({self.uid, *self.predecessors, *(draft.uid for draft in self.drafts)})


def list_from(recipient: Recipient) -> List:
    stored = recipient.properties
    return List(
        recipient.place,
        recipient.uid,
        recipient.attributes.get("name") or "",
        stored.get("description", ""),
        stored.get("tracks_entry", False),
        stored.get("tracks_exit", False),
        datetime.fromisoformat(recipient.attributes["created_at"]),
        recipient.updated_at,
        [
            Draft(UUID(uid), datetime.fromisoformat(created_at))
            for uid, created_at in sorted(drafts_of(recipient).items())
        ],
        [UUID(uid) for uid in stored.get("predecessors", [])],
    )


class Define(Struct, frozen=True):
    """Creates a list or changes one; None keeps the stored value.

    `tracks_entry` and `tracks_exit` say whether a user who becomes a member, or ceases to be one, causes an event.
    """

    name: ClassVar[str] = "define_list"
    title: str | None = None
    description: str | None = None
    tracks_entry: bool | None = None
    tracks_exit: bool | None = None

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient:
        recipient = living_or_new(found, place, context)
        given = {"created_at": attributes.render_instant(context.now), **recipient.attributes}
        if self.title is not None:
            given["name"] = attributes.checked_text("name", self.title)
        stored = dict(recipient.properties)
        if self.description is not None:
            stored["description"] = attributes.checked_text("description", self.description)
        if self.tracks_entry is not None:
            stored["tracks_entry"] = self.tracks_entry
        if self.tracks_exit is not None:
            stored["tracks_exit"] = self.tracks_exit
        return changed(recipient, context, attributes=given, properties=stored)


class OpenDraft(Struct, frozen=True):
    """Adds an empty draft under a new identity. Refused when the list has 20."""

    name: ClassVar[str] = "open_draft"
    uid: UUID

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient:
        recipient = present(found, place)
        drafts = {**drafts_of(recipient), str(self.uid): attributes.render_instant(context.now)}
        if len(drafts) > MAX_DRAFTS:
            message = f"{place.id} has {MAX_DRAFTS} drafts; finish or delete one of them first."
            raise RefusedError("drafts", "", message)
        return with_properties(recipient, context, drafts=drafts)


class DiscardDraft(Struct, frozen=True):
    """Removes a draft. Raises DraftMissingError."""

    name: ClassVar[str] = "discard_draft"
    uid: UUID

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient:
        recipient = present(found, place)
        return with_properties(recipient, context, drafts=drafts_without(recipient, self.uid))


class PublishDraft(Struct, frozen=True):
    """Replaces a list's members by a draft's: its identity becomes the list's. Raises DraftMissingError."""

    name: ClassVar[str] = "publish_draft"
    uid: UUID

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient:
        recipient = present(found, place)
        predecessors = [str(recipient.uid), *recipient.properties.get("predecessors", [])]
        published = with_properties(
            recipient,
            context,
            drafts=drafts_without(recipient, self.uid),
            predecessors=predecessors[:MAX_PREDECESSORS],
        )
        return structs.replace(published, uid=self.uid)


def present(found: Recipient | None, place: Place) -> Recipient:
    """Returns the recipient. Raises MissingError unless it exists and is not deleted."""
    if found is None or not found.lives:
        raise MissingError(place)
    return found


def drafts_of(recipient: Recipient) -> Document:
    """Returns the time at which each draft was opened, by its identity."""
    drafts: Document = recipient.properties.get("drafts", {})
    return drafts


def drafts_without(recipient: Recipient, uid: UUID) -> Document:
    drafts = drafts_of(recipient)
    if str(uid) not in drafts:
        raise DraftMissingError(recipient.place, uid)
    return without(drafts, str(uid))


def with_properties(recipient: Recipient, context: EditContext, **properties: Any) -> Recipient:
    return changed(recipient, context, properties={**recipient.properties, **properties})
