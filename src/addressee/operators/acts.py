"""Acts of operators: who did what, to whom, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct
from uuid_utils.compat import uuid7

from addressee.database.paging import Page, PageRequest, build_page
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.directory.errors import unavailable_when_away
from addressee.directory.writing.history import Origin
from addressee.operators.model import Operator

SQL = load(__package__)

# The id of the request in the history of what an act changed. No request of others can have an id with a space.
REQUEST_PREFIX = "operator "


class Act(Struct, frozen=True):
    """Something that an operator did.

    `name` says what, like `users.merge`. `collection` and `subject` say to whom or what: a recipient's, or those of a
    thing like a key or a channel. `detail` has what else is worth knowing, and no secrets or contents.
    """

    id: UUID
    operator_name: str
    operator_email: str
    name: str
    collection: str | None
    subject: str | None
    detail: Mapping[str, Any]
    at: datetime


class Acts:
    def __init__(self, pool: Pool, clock: Clock | None = None) -> None:
        self._pool = pool
        self._clock = clock or Clock()

    async def record(
        self,
        operator: Operator,
        environment_id: int | None,
        name: str,
        collection: str | None = None,
        subject: str | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> Origin:
        """Records an act, before it is carried out, and returns the origin of what it changes.

        Raises UnavailableError when the database is away.
        """
        id = uuid7()
        with unavailable_when_away():
            await self._pool.execute(
                *SQL["insert_act"](
                    id=id,
                    environment_id=environment_id,
                    operator_id=operator.id,
                    name=name,
                    collection=collection,
                    subject=subject,
                    detail=msgspec.json.encode(detail or {}),
                    at=self._clock.now(),
                )
            )
        return Origin(request_id=f"{REQUEST_PREFIX}{id}")

    async def list(self, environment_id: int, page: PageRequest[UUID], operator_id: UUID | None = None) -> Page[Act]:
        """Returns a page of the acts in an environment, of all operators or one, newest first. Only `after` counts.

        Acts about accounts of those who have a role in the environment are among them.
        """
        with unavailable_when_away():
            found = await self._pool.fetch(
                *SQL["list_acts"](
                    environment_id=environment_id, operator_id=operator_id, before=page.after, limit=page.size + 1
                )
            )
        return build_page([act_from(row) for row in found], page, lambda act: act.id)

    async def list_of(self, environment_id: int, collection: str, subject: str, page: PageRequest[UUID]) -> Page[Act]:
        """Returns a page of what was done to one recipient or thing, newest first. Only `after` counts."""
        with unavailable_when_away():
            found = await self._pool.fetch(
                *SQL["list_acts_of"](
                    environment_id=environment_id,
                    collection=collection,
                    subject=subject,
                    before=page.after,
                    limit=page.size + 1,
                )
            )
        return build_page([act_from(row) for row in found], page, lambda act: act.id)

    async def behind(self, environment_id: int, request_ids: Sequence[str | None]) -> Mapping[str, Act]:
        """Returns the acts that caused requests of the history, by the ids of these requests."""
        ids = {id: UUID(id.removeprefix(REQUEST_PREFIX)) for id in request_ids if id and id.startswith(REQUEST_PREFIX)}
        if not ids:
            return {}
        with unavailable_when_away():
            found = await self._pool.fetch(*SQL["find_acts"](environment_id=environment_id, ids=list(ids.values())))
        acts = {act.id: act for act in map(act_from, found)}
        return {request: acts[id] for request, id in ids.items() if id in acts}


def act_from(row: asyncpg.Record) -> Act:
    id, operator_name, operator_email, name, collection, subject, detail, at = row
    return Act(id, operator_name, operator_email, name, collection, subject, msgspec.json.decode(detail), at)
