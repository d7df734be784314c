"""Reads what closed batches give the runs that go on for them: in three queries for a page, none without such runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
import msgspec

from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.recipient import Document, Identity, Place, Recipient
from addressee.messaging.recipients.identity import TRANSIENT, Profile, decode_identity
from addressee.messaging.recipients.people import People
from addressee.messaging.runs.model import Terms
from addressee.messaging.runs.store import Run
from addressee.messaging.steps.batches.batch import DEFAULT_RENDER_LIMIT, ClosingStep
from addressee.messaging.steps.run import RecipientRun

SQL = load(__package__)

# The most actors of a batch that templates see.
MAX_ACTORS = 10

# The most items of batches that are read together: each has all the data of its trigger.
ITEMS_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Actor:
    """An actor: an identity, or somebody whom one trigger described, with their `profile`."""

    identity: Identity
    profile: Profile | None = None
    since: datetime | None = None

    def current(self, people: People) -> Recipient | None:
        if self.profile is None or self.since is None or self.identity.uid is None:
            return people.current(self.identity)
        return self.profile.at(self.identity.place, self.identity.uid, self.since)


class Item(msgspec.Struct, frozen=True):
    """An activity, as templates see it: the contribution of one trigger to a run. `id` is None for the run's own."""

    id: UUID | None
    data: Document
    actor: Actor | None
    at: datetime


class Activities(msgspec.Struct, frozen=True):
    """The activities of a run. `items` are some of its `total`, in the order of their triggers; `actors` are the newest
    ones of `total_actors`, the newest first.
    """

    items: Sequence[Item]
    total: int
    actors: Sequence[Actor]
    total_actors: int

    @property
    def named(self) -> Iterator[Identity]:
        """The identities that are to be read."""
        for actor in (*self.actors, *(item.actor for item in self.items)):
            if actor is not None and actor.profile is None:
                yield actor.identity


class Shown(NamedTuple):
    """The limit of items of a batch that are shown, and whether these are the newest."""

    batch_id: UUID
    render_limit: int
    newest: bool


def own_activities(run: Run, data: Document, actor: Actor | None) -> Activities:
    """Returns those of a run without a batch: what it was triggered with."""
    actors = [] if actor is None else [actor]
    return Activities([Item(None, data, actor, run.inserted_at)], 1, actors, len(actors))


def shown_activities(activities: Activities, shown: Callable[[Actor | None], Document | None]) -> Document:
    """Returns what templates see of activities, under the names of Knock and of SuprSend (engine.md §5), whoever the
    recipient is: see `activities_of`.

    `shown` returns what they see of an actor, None for one who is gone.
    """
    return {
        "activities": [
            {
                **item.data,
                "id": item.id and str(item.id),
                "data": item.data,
                "actor": shown(item.actor),
                "recipient": None,
                "inserted_at": (at := item.at.isoformat()),
                "updated_at": at,
            }
            for item in activities.items
        ],
        "total_activities": activities.total,
        "actors": [seen for actor in activities.actors if (seen := shown(actor)) is not None],
        "total_actors": activities.total_actors,
        "batched_events": [item.data for item in activities.items],
        "batched_events_count": activities.total,
    }


def activities_of(shown: Iterable[Document], run_id: str, recipient: Document) -> list[Document]:
    """Returns shown activities as those of one recipient's run."""
    return [{**each, "id": each["id"] or run_id, "recipient": recipient} for each in shown]


async def read_activities(pool: Pool, run: Run, runs: Sequence[RecipientRun]) -> Mapping[UUID, Activities]:
    """Returns what was collected for those runs that go on for a closed batch, by their ids."""
    steps = {step.ref: step for step in run.workflow.steps if isinstance(step, ClosingStep)}
    closes_first = next((at for at, step in enumerate(run.workflow.steps) if isinstance(step, ClosingStep)), None)
    passed = [each.id for each in runs if closes_first is not None and each.step > closes_first]
    if not passed:
        return {}
    batches = await pool.fetch(*SQL["batches_of_runs"](environment_id=run.environment_id, run_ids=passed))
    if not batches:
        return {}
    shown = [shown_of(row, steps.get(row["step_ref"])) for row in batches]
    items = await pool.fetch(*SQL["items_of_batches"](environment_id=run.environment_id, shown=shown))
    actors = await pool.fetch(
        *SQL["actors_of_batches"](
            environment_id=run.environment_id, batch_ids=[each.batch_id for each in shown], limit=MAX_ACTORS
        )
    )
    by_batch: dict[UUID, list[Item]] = defaultdict(list)
    for row in items:
        by_batch[row["batch_id"]].append(item_from(run.environment_id, row))
    acting: dict[UUID, list[Actor]] = defaultdict(list)
    for row in actors:
        if (actor := actor_from(run.environment_id, row)) is not None:
            acting[row["batch_id"]].append(actor)
    return {
        row["recipient_run_id"]: Activities(by_batch[row["id"]], row["total"], acting[row["id"]], row["total_actors"])
        for row in batches
    }


def portions(run: Run, runs: Sequence[RecipientRun]) -> Iterator[Sequence[RecipientRun]]:
    """Yields runs of a page in portions whose batches show ITEMS_AT_ONCE at most: a whole page's may be too many."""
    limits = [step.render_limit for step in run.workflow.steps if isinstance(step, ClosingStep)]
    size = ITEMS_AT_ONCE // max(limits, default=1)
    for start in range(0, len(runs), size):
        yield runs[start : start + size]


def shown_of(batch: asyncpg.Record, step: ClosingStep | None) -> Shown:
    if step is None:
        return Shown(batch["id"], DEFAULT_RENDER_LIMIT, newest=False)
    return Shown(batch["id"], step.render_limit, step.newest)


def item_from(environment_id: int, row: asyncpg.Record) -> Item:
    return Item(
        row["recipient_run_id"],
        msgspec.json.decode(row["data"]),
        actor_from(environment_id, row),
        row["triggered_at"],
    )


def actor_from(environment_id: int, row: asyncpg.Record) -> Actor | None:
    terms = msgspec.json.decode(row["terms"] or b"{}", type=Terms)
    actor = decode_identity(environment_id, row["actor"])
    return actor_of(environment_id, row["run_id"], actor, terms, row["triggered_at"])


def trigger_actor(run: Run) -> Actor | None:
    """Returns who acted in the trigger of a run."""
    return actor_of(run.environment_id, run.id, run.actor, run.terms, run.inserted_at)


def actor_of(environment_id: int, run_id: UUID, actor: Identity | None, terms: Terms, since: datetime) -> Actor | None:
    """Returns who acted in the trigger of a run."""
    if terms.actor is not None:
        place = Place(environment_id, TRANSIENT, str(run_id))
        return Actor(Identity(*place, run_id), terms.actor, since)
    return None if actor is None else Actor(actor)
