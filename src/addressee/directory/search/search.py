"""Searches for recipients by the beginning of an id, a name, an e-mail address or a number, or by a whole address."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from hashlib import sha256
from typing import NamedTuple

from msgspec import Struct

from addressee.database.paging import write_cursor
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.errors import unavailable_when_away
from addressee.directory.reading import rows
from addressee.directory.reading.listing import prefix_end
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import Place, Recipient
from addressee.directory.search.terms import Match, digest, prefixes_of, terms_of

SQL = load(__package__)

# Further terms of recipients that were found before are passed over, in so many reads at most.
MAX_READS = 10


class Position(NamedTuple):
    """The place of a result in the order of a search. `term` is empty for results by id, which come first."""

    term: str
    collection: str
    id: str


FRONT = Position("", "", "")


class Result(Struct, frozen=True):
    recipient: Recipient
    match: Match


class Results(Struct, frozen=True):
    """A part of what a search finds; `after` is the cursor of the next part, or None at the end."""

    entries: Sequence[Result]
    after: str | None


NOTHING = Results((), None)


class Found(NamedTuple):
    position: Position
    result: Result


class Search:
    """Searches of the recipients of an environment. They raise UnavailableError when the database is away."""

    def __init__(self, pool: Pool, reader: Reader) -> None:
        self._pool = pool
        self._reader = reader

    async def find(
        self, environment_id: int, text: str, size: int, after: Position | None = None, collection: str | None = None
    ) -> Results:
        """Returns up to `size` recipients past a position: first by their ids, then in the order of terms.

        Each recipient is found once; a search for nothing finds nobody. `collection` is the only one to search; None:
        all of them. A part may hold fewer than `size`, and still not be the last. Those who were stored before there
        was an index are found by their terms once the job that the upgrade leaves has indexed them.
        """
        text = text.strip()
        if not text:
            return NOTHING
        start = after or FRONT
        found: list[Found] = []
        reached: Position | None = None
        with unavailable_when_away():
            if not start.term:
                found = await self._by_id(environment_id, text, size + 1, start, collection)
                start = FRONT
            if len(found) <= size:
                by_term, reached = await self._by_term(environment_id, text, size + 1 - len(found), start, collection)
                found += by_term
        if len(found) > size:
            reached = found[size - 1].position
        return Results([each.result for each in found[:size]], write_cursor(reached) if reached else None)

    async def _by_id(
        self, environment_id: int, text: str, limit: int, start: Position, collection: str | None
    ) -> list[Found]:
        found = await self._pool.fetch(
            *SQL["find_ids"](
                environment_id=environment_id,
                first=text,
                beyond=prefix_end(text),
                collection=start.collection,
                id=start.id,
                only=collection,
                limit=limit,
            )
        )
        return [
            Found(Position("", *recipient.place[1:]), Result(recipient, "id"))
            for recipient in map(rows.recipient_from, found)
        ]

    async def _by_term(
        self, environment_id: int, text: str, limit: int, start: Position, collection: str | None
    ) -> tuple[list[Found], Position | None]:
        """Returns up to `limit` recipients, and the position to go on from; None where nothing is left."""
        prefixes = sorted(prefixes_of(text))
        parameters = {
            "environment_id": environment_id,
            "ends": [prefix_end(prefix) for prefix in prefixes],
            "token_term": digest(text),
            "token_digest": sha256(text.encode()).digest(),
            "only": collection,
            "limit": limit,
        }
        found: list[Found] = []
        position = start
        for _ in range(MAX_READS):
            starts = [max(Position(prefix, "", ""), position) for prefix in prefixes]
            terms = await self._pool.fetch(*SQL["find_terms"](**parameters, starts=starts, **position._asdict()))
            recipients = await self._reader.read_all(Place(environment_id, *term[1:3]) for term in terms)
            for *of_term, is_token in terms:
                position = Position(*of_term)
                recipient = recipients.get(Place(environment_id, position.collection, position.id))
                if recipient is None or position.id.startswith(text):
                    continue
                match = "address" if is_token else match_at(position.term, recipient, prefixes)
                if match is not None:
                    found.append(Found(position, Result(recipient, match)))
            if len(terms) < limit:
                return found, None
            if len(found) >= limit:
                break
        return found[:limit], position


def match_at(term: str, recipient: Recipient, prefixes: Collection[str]) -> Match | None:
    """Returns what a recipient is found by at a term.

    None at a term that it does not have any more, or that is not its first one that matches: it is found there.
    """
    terms = terms_of(recipient)
    first = min((each for each in terms if any(map(each.startswith, prefixes))), default=None)
    return terms[term] if term == first else None
