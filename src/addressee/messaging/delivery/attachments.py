"""Prepares the attachments of sends that are about to be tried: reads them, and fetches those that have a URL."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from addressee.channels.email.files import file_types
from addressee.channels.email.message import EmailSettings
from addressee.channels.sender import Failed, Failure
from addressee.channels.settings import ChannelSettings
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.messaging.content.attachments import MAX_BYTES, File
from addressee.messaging.delivery.linked_files import LinkedFiles
from addressee.messaging.delivery.sends import ClaimedSend, Unprepared
from addressee.messaging.runs.model import RunPage

SQL = load(__package__)

# The files of a batch take about so much memory at most, unless one e-mail alone has more.
MAX_BATCH_BYTES = 5 * MAX_BYTES


class AttachmentState(NamedTuple):
    """An attachment of a run. `size` is None if its content is not there; `is_awaited` means that it is to be fetched.

    `failure` and `reason` say why it could not be fetched, which holds until `failed_until`.
    """

    size: int | None
    is_awaited: bool
    is_required: bool
    content_type: str
    failure: str | None
    reason: str | None
    failed_until: datetime | None

    def failed(self, now: datetime) -> Failed | None:
        if not self.is_awaited or self.failure is None or self.failed_until is None or self.failed_until <= now:
            return None
        failure, pause = Failure(self.failure), self.failed_until - now
        reason = f"an attachment was not fetched: {self.reason}"
        return Failed(failure, reason, retry_after=pause if failure is Failure.TEMPORARY else None)


DELETED = AttachmentState(None, False, True, "", None, None, None)


@dataclass(frozen=True, slots=True)
class Prepared:
    """The attachments of a batch: the files of each send that has some, by the send's id, and the sends without theirs.

    Those that `failed` lack a file that they need. Those `waiting` are not tried this time: others fetch their files,
    or the files of the batch would be too large together.
    """

    files: Mapping[str, Mapping[UUID, File]] = field(default_factory=dict)
    failed: Mapping[str, Unprepared] = field(default_factory=dict)
    waiting: Collection[str] = frozenset()

    def of(self, send: ClaimedSend) -> Mapping[UUID, File]:
        return self.files.get(send.id, {})


NOTHING = Prepared()


class Attachments:
    def __init__(self, pool: Pool, clock: Clock, links: LinkedFiles) -> None:
        self._pool = pool
        self._clock = clock
        self._links = links

    async def prepare(
        self, page: RunPage, sends: Iterable[ClaimedSend], settings: Mapping[UUID, ChannelSettings]
    ) -> Prepared:
        """Returns the attachments of these sends, whose channels have these settings, by the ids of channels."""
        attaching = [send for send in sends if send.content.attached]
        if not attaching:
            return NOTHING
        ids = {id for send in attaching for id in send.content.attached}
        states = await self._states(page, ids)
        chosen = within(MAX_BATCH_BYTES, attaching, states)
        needed = {id for send in chosen for id in send.content.attached}
        allowed = {send.channel_id: allowed_types(settings[send.channel_id]) for send in chosen}
        if any(states[id].is_awaited for id in needed):
            types = frozenset().union(*allowed.values())
            await self._links.fetch(page, [id for id in needed if states[id].is_awaited], types)
            states |= await self._states(page, needed)
        now = self._clock.now()
        files = await self._files(page, [id for id in needed if states[id].size is not None])
        waiting = {send.id for send in attaching} - {send.id for send in chosen}
        prepared: dict[str, Mapping[UUID, File]] = {}
        failed: dict[str, Unprepared] = {}
        for send in chosen:
            match chosen_files({id: states[id] for id in send.content.attached}, allowed[send.channel_id], now):
                case Failed(failure, reason) as unfit:
                    failed[send.id] = Unprepared(failure, reason, retry_after=unfit.retry_after)
                case None:
                    waiting.add(send.id)
                case found:
                    prepared[send.id] = {id: files[id] for id in found}
        return Prepared(prepared, failed, waiting)

    async def _states(self, page: RunPage, ids: Collection[UUID]) -> dict[UUID, AttachmentState]:
        rows = await self._pool.fetch(
            *SQL["attachment_states"](environment_id=page.environment_id, run_id=page.run_id, ids=list(ids))
        )
        return {id: AttachmentState(*state) for id, *state in rows}

    async def _files(self, page: RunPage, ids: Collection[UUID]) -> Mapping[UUID, File]:
        rows = await self._pool.fetch(
            *SQL["attachments"](environment_id=page.environment_id, run_id=page.run_id, ids=list(ids))
        )
        return {id: File(*file) for id, *file in rows}


def allowed_types(settings: ChannelSettings) -> Collection[str]:
    """Returns the types of files that a channel sends if they are fetched."""
    given = settings.attachment_types if isinstance(settings, EmailSettings) else None
    return file_types.DEFAULT if given is None else frozenset(given)


def within(
    max_bytes: int, sends: Sequence[ClaimedSend], states: Mapping[UUID, AttachmentState]
) -> Sequence[ClaimedSend]:
    """Returns those of some sends whose files fit into memory together, at least one. Unknown files count as large."""
    chosen: list[ClaimedSend] = []
    needed: set[UUID] = set()
    for send in sends:
        more = needed.union(send.content.attached)
        if chosen and sum(size_of(states[id]) for id in more) > max_bytes:
            continue
        chosen.append(send)
        needed = more
    return chosen


def size_of(state: AttachmentState) -> int:
    return state.size if state.size is not None else MAX_BYTES * state.is_awaited


def chosen_files(
    attached: Mapping[UUID, AttachmentState], allowed: Collection[str], now: datetime
) -> Sequence[UUID] | Failed | None:
    """Returns the attachments that a message is sent with, why it cannot be sent, or None while some are fetched.

    Those that are not required are left out if they failed, are of a type that is not allowed, or do not fit.
    """
    found: list[UUID] = []
    size = 0
    # What is required takes its room first.
    for id, state in sorted(attached.items(), key=lambda each: not each[1].is_required):
        problem = problem_of(state, allowed, size, now)
        if problem is None and state.size is None:
            return None
        if problem is None:
            found.append(id)
            size += state.size or 0
        elif state.is_required:
            return problem
    return found


def problem_of(state: AttachmentState, allowed: Collection[str], size: int, now: datetime) -> Failed | None:
    """Returns why a file cannot go with a message that has files of this size already; None if it can."""
    if (failed := state.failed(now)) is not None:
        return failed
    if state.size is None:
        return None if state.is_awaited else Failed(Failure.PERMANENT, "its attachments were deleted")
    if state.content_type and not file_types.is_allowed(state.content_type, allowed):
        return Failed(Failure.PERMANENT, f"an attachment {file_types.not_allowed(state.content_type)}")
    if size + state.size > MAX_BYTES:
        limit = MAX_BYTES // 1_000_000
        return Failed(Failure.PERMANENT, f"its attachments have more than {limit} MB together; send links to them")
    return None
