"""Conditions of a write, which stand before its other edits and change nothing themselves."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from msgspec import Struct

from addressee.directory.edits.context import EditContext
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import Place, Recipient

# The reasons of refusals: others were faster.
CHANGED = "changed"
TAKEN = "taken"


class Expect(Struct, frozen=True):
    """Refuses the write unless the recipient is still the one with this identity; and of this version, if given.

    The writer asks it under the same conditions as it applies edits: nobody comes between.
    """

    name: ClassVar[str] = "expect"
    uid: UUID
    version: int | None = None

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient:
        if found is None or not found.lives or found.uid != self.uid:
            raise RefusedError(CHANGED, "id", f"{place.id} was deleted meanwhile.")
        if self.version is not None and found.version != self.version:
            message = f"{place.id} was changed meanwhile: it has version {found.version}, not {self.version} any more."
            raise RefusedError(CHANGED, "version", message)
        return found


class ExpectNobody(Struct, frozen=True):
    """Refuses the write when somebody lives at the place. Like `Expect`, nobody comes between."""

    name: ClassVar[str] = "expect_nobody"

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient | None:
        if found is not None and found.lives:
            raise RefusedError(TAKEN, "id", f"There is somebody with the id {place.id} already.")
        return found
