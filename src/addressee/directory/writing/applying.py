"""Applies the waiting writes of one recipient in memory."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from uuid_utils.compat import uuid7

from addressee.directory.edits.context import EditContext
from addressee.directory.errors import RefusedError, UnavailableError
from addressee.directory.recipient import FORMAT, Recipient
from addressee.directory.writing.history import Change, change
from addressee.directory.writing.receipts import Earlier, Receipt, RequestKey, StoredAnswer, repetition
from addressee.directory.writing.waiting import Group
from addressee.directory.writing.writes import AppliedWrite, ReceiptKey, Write, Written


class Applied(Struct):
    """A group's writes, applied in memory: what to store, and the answers once that is committed.

    `ended` are the identities that the writes delete, and whether the history of each is kept.
    """

    group: Group
    before: Recipient | None
    after: Recipient | None
    changes: list[Change]
    answers: list[Written | Exception]
    receipts: list[ReceiptKey]
    requests: list[tuple[Receipt, StoredAnswer]]
    ended: Mapping[UUID, bool]

    @property
    def effective(self) -> bool:
        return self.after is not self.before

    @property
    def retained(self) -> list[UUID]:
        """The deleted identities whose history is kept."""
        return [uid for uid, keeps_history in self.ended.items() if keeps_history]


@dataclass(frozen=True, slots=True)
class Used:
    """The keys used before this batch: those of single writes, and those of requests with their answers."""

    receipts: Set[ReceiptKey] = frozenset()
    requests: Mapping[RequestKey, Earlier] = field(default_factory=dict)


def apply(group: Group, found: Recipient | None, used: Used, now: datetime) -> Applied:
    """Applies a group's writes in order of arrival. Pure, except that new recipients get a random uid."""
    try:
        check_format(found)
    except UnavailableError as newer:
        return Applied(group, found, found, [], [newer] * len(group.waiting), [], [], {})
    planned = group.waiting[0].write.planned
    if planned is not None and planned.is_of(found):
        found = planned.before  # read at the same version
    recipient = found
    changes: list[Change] = []
    answers: list[Written | Exception] = []
    receipts: list[ReceiptKey] = []
    requests: list[tuple[Receipt, StoredAnswer]] = []
    ended: dict[UUID, bool] = {}
    version = (found.version if found else 0) + 1
    for item in group.waiting:
        write = item.write
        request = write.request
        if request is not None and (earlier := used.requests.get(request.request_key)) is not None:
            answers.append(repetition(request.key, request.fingerprint, earlier))
            continue
        key = write.receipt_key
        if key is not None and (key in used.receipts or key in receipts):
            answers.append(Written(recipient, recipient))
            continue
        planned = write.planned
        try:
            if planned is not None and planned.before is recipient:
                outcome = planned
            else:
                outcome = apply_write(write, recipient, version, now)
            written = Written(outcome.after, recipient, outcome.warnings)
            if request is not None:
                requests.append((request, request.answer(written)))
        except RefusedError as refusal:
            answers.append(detached(refusal))
            continue
        except Exception as error:  # a failure to render the answer: it concerns this write only
            answers.append(error)
            continue
        recipient = outcome.after
        changes += outcome.changes
        ended |= outcome.ended
        answers.append(written)
        if key is not None:
            receipts.append(key)
    return Applied(group, found, recipient, changes, answers, receipts, requests, ended)


def apply_write(write: Write, found: Recipient | None, version: int, now: datetime) -> AppliedWrite:
    """Applies a write's edits, all or none. Raises RefusedError, with a field below the write's `path`."""
    recipient = found
    changes: list[Change] = []
    context = EditContext(now, version, uuid7)
    try:
        for edit in write.edits:
            after = edit.apply(recipient, write.place, context)
            if after is not None and after is not recipient:
                changes.append(change(edit.name, recipient, after, write.origin))
                recipient = after
    except RefusedError as refusal:
        raise refusal.below(write.path) from None
    return AppliedWrite(version, found, recipient, changes, tuple(context.warnings), context.ended)


def detached(refusal: RefusedError) -> RefusedError:
    """Returns the refusal without its traceback.

    The frames of a traceback hold the list of answers. With the refusal in that list they would be a cycle, which
    stays in memory until the garbage collector runs.
    """
    refusal.__context__ = None
    return refusal.with_traceback(None)


def check_format(found: Recipient | None) -> None:
    """Raises UnavailableError for a recipient that a newer version has written, which this one must not rewrite."""
    if found is not None and found.format > FORMAT:
        raise UnavailableError("This recipient was written by a newer version; upgrade this process.")
