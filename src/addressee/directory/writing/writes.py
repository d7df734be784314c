"""What a caller asks the writer for, and what it is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from addressee.directory.addresses.push_tokens import TokenTransfer
from addressee.directory.edits.context import Warning
from addressee.directory.edits.recipients import Edit
from addressee.directory.recipient import Place, Recipient
from addressee.directory.writing.history import NO_ORIGIN, Change, Origin
from addressee.directory.writing.receipts import Receipt


class ReceiptKey(NamedTuple):
    """The key under which an edit of one recipient is applied once."""

    environment_id: int
    collection: str
    id: str
    key: str


class AppliedWrite(Struct, frozen=True):
    """What the edits of a write make of a recipient, as the `version` of what is stored at its place.

    `ended` are the identities that the edits end, and whether the history of each is kept.
    """

    version: int
    before: Recipient | None
    after: Recipient | None
    changes: Sequence[Change]
    warnings: tuple[Warning, ...]
    ended: Mapping[UUID, bool]

    def is_of(self, found: Recipient | None) -> bool:
        """Whether `before` is what was stored when it was read, and `found` is of the same version."""
        if found is None or self.before is None:
            return False
        return found.version == self.before.version == self.version - 1


class Write(Struct, frozen=True):
    """Edits of one recipient, applied in order, all or none.

    With a `receipt` (a key that the caller chose), the same write is applied once in 24 hours however often it
    is asked for. `request` is the receipt of a whole request that consists of this write: its repetition raises
    RepeatedError, which holds the first answer. `path` is where a request describes the recipient: what is refused is
    named from there. `planned` is what the edits made of the recipient when they were tried (`PlannedWrites`).
    """

    place: Place
    edits: tuple[Edit, ...]
    origin: Origin = NO_ORIGIN
    receipt: str | None = None
    request: Receipt | None = None
    path: str = ""
    planned: AppliedWrite | None = None

    @property
    def receipt_key(self) -> ReceiptKey | None:
        return None if self.receipt is None else ReceiptKey(*self.place, self.receipt)


class Written(Struct, frozen=True):
    """The recipient once the write was kept, and as it was before (None: nobody was there).

    `warnings` say what was passed over; of a write that is repeated under its receipt there are none. `transfers` name
    those who lost push tokens to this recipient: what is left to do for them, a job does too.
    """

    recipient: Recipient | None
    before: Recipient | None
    warnings: tuple[Warning, ...] = ()
    transfers: Sequence[TokenTransfer] = ()

    @property
    def existed(self) -> bool:
        """Whether the recipient was there before."""
        return self.before is not None and self.before.lives

    @property
    def living(self) -> Recipient | None:
        """The recipient, None when it is deleted or was never there."""
        return None if self.recipient is None or not self.recipient.lives else self.recipient
