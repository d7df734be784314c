"""The index of terms: it is changed in the transaction that writes the recipients."""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import ClassVar, NamedTuple

from addressee.database.jobs.queue import Job, enqueue
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.reading import rows
from addressee.directory.recipient import Place, Recipient
from addressee.directory.search.terms import terms_may_differ, terms_of

SQL = load(__package__)

PAGE_SIZE = 1000


class Term(NamedTuple):
    """A term of the recipient at a place, in the order of the index."""

    environment_id: int
    term: str
    collection: str
    id: str


class IndexRecipients(Job, frozen=True):
    """Indexes the recipients of an environment that come after a place: those stored before there was an index."""

    name: ClassVar[str] = "index_recipients"

    environment_id: int
    collection: str = ""
    id: str = ""


class TermChange(NamedTuple):
    """The terms that a recipient loses and gains by a write."""

    place: Place
    lost: Set[str]
    gained: Set[str]


def term_changes(writes: Iterable[tuple[Recipient | None, Recipient]]) -> list[TermChange]:
    """Returns how the terms of recipients change, given before and after a write; those that do not are left out."""
    changes = []
    for before, after in writes:
        if before is None or terms_may_differ(before, after):
            old = terms_of(before).keys() if before else frozenset[str]()
            new = terms_of(after).keys()
            if old != new:
                changes.append(TermChange(after.place, old - new, new - old))
    return changes


async def change_terms(connection: Connection, changes: Iterable[TermChange]) -> None:
    """Changes terms, in the transaction of the writes: who writes a recipient also holds its terms."""
    lost = sorted(term for each in changes for term in entries(each.place, each.lost))
    gained = sorted(term for each in changes for term in entries(each.place, each.gained))
    if lost or gained:
        await connection.execute(*SQL["change_terms"](removed=lost, added=gained))


def entries(place: Place, terms: Iterable[str]) -> Iterable[Term]:
    return (Term(place.environment_id, term, place.collection, place.id) for term in terms)


class Indexer:
    """Indexes recipients in the job `index_recipients`, a page at a time."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def index(self, job: IndexRecipients) -> None:
        """Indexes one page, and leaves the next one to another job.

        A recipient that is written meanwhile keeps its former terms beside the new ones. A search passes those over.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            found = await connection.fetch(
                *SQL["next_recipients"](
                    environment_id=job.environment_id, collection=job.collection, id=job.id, limit=PAGE_SIZE
                )
            )
            recipients = [rows.recipient_from(row) for row in found]
            await change_terms(connection, term_changes((None, recipient) for recipient in recipients))
            if len(recipients) == PAGE_SIZE:
                last = recipients[-1].place
                await enqueue(connection, [IndexRecipients(job.environment_id, last.collection, last.id)])
