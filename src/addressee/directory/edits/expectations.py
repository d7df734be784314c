"""A condition of a write, which stands before its other edits and changes nothing itself."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from msgspec import Struct

from addressee.directory.edits.context import EditContext
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import Place, Recipient

# The reason of a refusal: others were faster.
CHANGED = "changed"


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
