"""The writer's input and its result."""

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


class AppliedWrite(Struct, frozen=True, gc=False):
    """The effect of a write: the recipient before and after it, which becomes the `version` at its place.

    `ended` are the identities that the edits delete, and whether the history of each is kept.
    """

    version: int
    before: Recipient | None
    after: Recipient | None
    changes: Sequence[Change]
    warnings: tuple[Warning, ...]
    ended: Mapping[UUID, bool]

    def is_of(self, found: Recipient | None) -> bool:
        """Returns whether `before` is as it was stored, and `found` has the same version."""
        if found is None or self.before is None:
            return False
        return found.version == self.before.version == self.version - 1


class Write(Struct, frozen=True):
    """Edits of one recipient, applied in order, all or none.

    A write with a `receipt`, a key of the caller's, is applied once in 24 hours; repeating it is no error. `request`
    is the receipt of a request that consists of this write: repeating it raises RepeatedError. `path` is where the
    request describes the recipient; the fields of refusals start with it. `planned` is the effect that the edits had
    when they were applied by `PlannedWrites`.
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


class Written(Struct, frozen=True, gc=False):
    """The recipient after a write, and before it (None when there was none).

    A write that repeats its receipt has no `warnings`. `transfers` are those of push tokens to this recipient; a job
    removes them from their former owners, unless the caller does so at once.
    """

    recipient: Recipient | None
    before: Recipient | None
    warnings: tuple[Warning, ...] = ()
    transfers: Sequence[TokenTransfer] = ()

    @property
    def existed(self) -> bool:
        """Returns whether the recipient existed before the write and was not deleted."""
        return self.before is not None and self.before.lives

    @property
    def living(self) -> Recipient | None:
        """The recipient; None when it is deleted or never existed."""
        return None if self.recipient is None or not self.recipient.lives else self.recipient
