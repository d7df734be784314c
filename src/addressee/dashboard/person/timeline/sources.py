"""The lists that a timeline is made of, each as its service reads it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

from addressee.api.services import Services
from addressee.dashboard.person.timeline.interleaving import Entry, Source
from addressee.database.paging import Page, PageRequest
from addressee.directory.merges.merges import Merge, MergePosition
from addressee.directory.reading.history import HistoryPosition, RecordedChange
from addressee.directory.reading.uuid_ranges import LAST_UID, MILLISECOND, first_at
from addressee.directory.recipient import Recipient
from addressee.messaging.messages.listing import MessageFilter
from addressee.messaging.messages.model import Message
from addressee.messaging.messages.model import Position as MessagePosition
from addressee.messaging.runs.listing import RunDetails, RunFilter, RunPosition
from addressee.operators.acts import Act

CHANGES = "changes"
RUNS = "runs"
MESSAGES = "messages"
MERGES = "merges"
ACTS = "acts"

# Positions past all others of a moment, or of a version.
LAST_TEXT = "\U0010ffff"

LAST_ORDINAL = 2**15 - 1
LAST_MOMENT = datetime.max.replace(tzinfo=UTC)


class Positions(NamedTuple):
    """The position of each source; None where it is read from the front."""

    changes: HistoryPosition | None = None
    runs: RunPosition | None = None
    messages: MessagePosition | None = None
    merges: MergePosition | None = None
    acts: UUID | None = None


P = TypeVar("P")
S = TypeVar("S")


def sources_of(services: Services, recipient: Recipient) -> Sequence[Source]:
    """Returns the sources of a recipient's timeline."""
    place = recipient.place
    environment_id = place.environment_id
    newest = HistoryPosition(recipient.version, LAST_ORDINAL, LAST_MOMENT)

    async def changes(page: PageRequest[HistoryPosition]) -> Page[RecordedChange]:
        return await services.directory.history.list(recipient, page)

    async def runs(page: PageRequest[RunPosition]) -> Page[RunDetails]:
        return await services.messaging.runs.list(environment_id, RunFilter(recipient=place), page)

    async def messages(page: PageRequest[MessagePosition]) -> Page[Message]:
        return await services.messaging.messages.list(environment_id, [place], MessageFilter(), page)

    async def merges(page: PageRequest[MergePosition]) -> Page[Merge]:
        return await services.directory.merges.list(recipient, page)

    async def acts(page: PageRequest[UUID]) -> Page[Act]:
        return await services.operators.acts.list_of(environment_id, place.collection, place.id, page)

    return (
        source(CHANGES, changes, lambda change: (change.recorded_at, change.position), lambda moment: newest),
        source(RUNS, runs, lambda run: (run.inserted_at, run.position), lambda moment: RunPosition(moment, LAST_UID)),
        source(
            MESSAGES,
            messages,
            lambda message: (message.inserted_at, message.position),
            lambda moment: MessagePosition(moment, LAST_TEXT),
        ),
        source(
            MERGES,
            merges,
            lambda merge: (merge.merged_at, merge.position),
            lambda moment: MergePosition(moment, LAST_UID),
        ),
        source(ACTS, acts, lambda act: (act.at, act.id), lambda moment: first_at(moment + MILLISECOND)),
    )


def source(
    name: str,
    read: Callable[[PageRequest[P]], Awaitable[Page[S]]],
    placed: Callable[[S], tuple[datetime, P]],
    since: Callable[[datetime], P],
) -> Source:
    """Returns a service's list as a source; `placed` returns when something was, and its position."""

    async def read_entries(after: P | None, size: int) -> Sequence[Entry]:
        page = await read(PageRequest(size, after=after))
        return [Entry(name, *placed(each), each) for each in page.entries]

    return Source(name, read_entries, since)
