"""Writes that are applied in memory before they are carried out, so that a refused request has written nothing.

The other parts of the request are checked against the planned recipients. A planned recipient is then written as it is,
unless others have changed the stored one meanwhile: then the edits are applied again, and may be refused.
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

WRITES_AT_ONCE = 1000


class PlannedWrites:
    """The writes of one request, and the recipients that it names as these writes would leave them.

    A write to a deleted recipient that does not revive it is left out. `results` are the results of the others, once
    they are carried out.
    """

    def __init__(self, found: Mapping[Place, Recipient], now: datetime, write_all: WriteAll | None = None) -> None:
        """`found` are the stored recipients at the places that the request names, tombstones included."""
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
        """The living recipients, as planned or, once written, as stored. The uid of a planned new one may change."""
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
        """Plans writes, and reverts all of them when one would be refused or the body raises an exception."""
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
        """Carries out the planned writes. Raises the first RefusedError; the other writes are stored then."""
        for _, result in await self.carry_out_each():
            if isinstance(result, RefusedError):
                raise result

    async def carry_out_each(self) -> list[tuple[Write, Result]]:
        """Carries out the planned writes, and returns the result of each that was not left out."""
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
    """Plans a request's writes; `places` are those it names besides. Raises RefusedError."""
    named = {*places, *(write.place for write in writes)}
    planned = PlannedWrites(await reader.find_all(named), now, write_all)
    planned.add(writes)
    return planned
