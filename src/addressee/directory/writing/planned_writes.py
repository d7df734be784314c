"""Writes that are tried before they are carried out, so that a request which is refused has written nothing.

They are applied in memory to recipients as these are stored. Whatever else the request asks for is checked against the
outcome, and only then are they carried out. What they made of a recipient is written as it is, unless others wrote in
between: then the edits are applied again, and may be refused.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TypeAlias

from msgspec import structs

from addressee.directory.errors import DELETED, RefusedError
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import Place, Recipient
from addressee.directory.writing.applying import apply_write, check_format
from addressee.directory.writing.writes import AppliedWrite, Write, Written

Result: TypeAlias = Written | RefusedError
WriteAll: TypeAlias = Callable[[Sequence[Write]], Awaitable[Sequence[Result]]]

LEFT_OUT = "It was deleted, so it is left out; identify it by a call of its own to use it again."

# What one round of writing takes.
WRITES_AT_ONCE = 1000


class PlannedWrites:
    """The writes of one request, and those whom it names as these writes would leave them.

    A write that does not bring back who was deleted is left out; nobody lives at its place then. `results` are what
    became of the others, once they are carried out.
    """

    def __init__(self, found: Mapping[Place, Recipient], now: datetime, write_all: WriteAll | None = None) -> None:
        """`found` are those at the places that the request names, tombstones too."""
        self._found: dict[Place, Recipient | None] = dict(found)
        self._living = {place: recipient for place, recipient in found.items() if recipient.lives}
        self._now = now
        self._write_all = write_all
        self._versions = {place: recipient.version for place, recipient in found.items()}
        self._planned: list[tuple[Write, AppliedWrite]] = []
        self._left_out: dict[Place, None] = {}
        self.results: list[tuple[Write, Result]] = []

    @property
    def people(self) -> Mapping[Place, Recipient]:
        """Living recipients, as planned or, after the writes, as stored. Only the latter have lasting identities."""
        return self._living

    @property
    def left_out(self) -> Sequence[Place]:
        return list(self._left_out)

    @property
    def notices(self) -> list[tuple[Place, list[str]]]:
        """Notices of recipients that are left out."""
        return [(place, [LEFT_OUT]) for place in self._left_out]

    @property
    def warnings(self) -> list[tuple[Place, list[str]]]:
        """Warnings of writes that were carried out, by place."""
        return [
            (write.place, [str(warning) for warning in result.warnings])
            for write, result in self.results
            if isinstance(result, Written) and result.warnings
        ]

    def add(self, writes: Iterable[Write]) -> None:
        """Plans writes, all or none. Raises RefusedError for the first that would be refused."""
        with self.adding(writes):
            pass

    @contextmanager
    def adding(self, writes: Iterable[Write]) -> Iterator[None]:
        """Plans writes, and takes all of them back when one would be refused, or when something is raised inside."""
        planned, left_out, before = len(self._planned), dict(self._left_out), dict[Place, Recipient | None]()
        try:
            for write in writes:
                before.setdefault(write.place, self._found.get(write.place))
                self._add(write)
            yield
        except Exception:
            del self._planned[planned:]
            self._left_out = left_out
            for place, recipient in before.items():
                self._put(place, recipient)
            raise

    async def carry_out(self) -> None:
        """Carries out what is planned. Raises the first RefusedError; the other writes are kept then."""
        for _, result in await self.carry_out_each():
            if isinstance(result, RefusedError):
                raise result

    async def carry_out_each(self) -> list[tuple[Write, Result]]:
        """Carries out what is planned, and says what became of each write that was not left out."""
        planned, self._planned = self._planned, []
        results: list[tuple[Write, Result]] = []
        for start in range(0, len(planned), WRITES_AT_ONCE):
            batch = planned[start : start + WRITES_AT_ONCE]
            assert self._write_all is not None
            written = await self._write_all([structs.replace(write, planned=outcome) for write, outcome in batch])
            results += zip((write for write, _ in batch), written, strict=True)
        for write, result in results:
            stored = result.recipient if isinstance(result, Written) else None
            self._put(write.place, stored)
            self._versions[write.place] = stored.version if stored else 0
            if was_deleted(result):
                self._left_out[write.place] = None
        results = [(write, result) for write, result in results if not was_deleted(result)]
        self.results += results
        return results

    def _add(self, write: Write) -> None:
        recipient = self._found.get(write.place)
        check_format(recipient)
        version = self._versions.get(write.place, 0) + 1
        try:
            outcome = apply_write(write, recipient, version, self._now)
        except RefusedError as refusal:
            if not was_deleted(refusal):
                raise
            self._left_out[write.place] = None
            return
        self._put(write.place, outcome.after)
        self._planned.append((write, outcome))

    def _put(self, place: Place, recipient: Recipient | None) -> None:
        self._found[place] = recipient
        if recipient is not None and recipient.lives:
            self._living[place] = recipient
        else:
            self._living.pop(place, None)


def was_deleted(result: object) -> bool:
    return isinstance(result, RefusedError) and result.reason == DELETED


async def plan(
    reader: Reader,
    places: Iterable[Place],
    writes: Sequence[Write],
    now: datetime,
    write_all: WriteAll | None = None,
) -> PlannedWrites:
    """Plans writes of a request that names others at `places` too. Raises RefusedError."""
    named = {*places, *(write.place for write in writes)}
    planned = PlannedWrites(await reader.find_all(named), now, write_all)
    planned.add(writes)
    return planned
