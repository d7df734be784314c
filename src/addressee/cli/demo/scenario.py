"""The scenario of the demo, played through the official Knock SDK, and its results."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, TypeVar, cast
from uuid import UUID

from knockapi import AsyncKnock, DefaultAsyncHttpxClient, NotFoundError
from knockapi.types.inline_identify_user_request_param import InlineIdentifyUserRequestParam
from knockapi.types.users import FeedListItemsResponse

from addressee.cli.demo.delivery import Skipped, completed_runs, read_outbox, skipped_steps, wait_until_delivered
from addressee.cli.demo.everywhere import CHANNELS, NAME, PERSON, Arrival, arrivals, reach_everywhere
from addressee.cli.demo.people import ADDRESSEE, DELETED, UPDATE, USER, People, Person
from addressee.cli.demo.progress import Act, ProgressReporter
from addressee.cli.demo.service import Service
from addressee.cli.demo.vendors import vendors
from addressee.database.pool import Pool
from addressee.directory.access.environments import Environments
from addressee.messaging.environment.channels import all_channels

WORKFLOW = "welcome"

AT_A_TIME = 16
BULK_SIZE = 300
TRIGGER_SIZE = 1000

# Attributes that the SDK has arguments for; the others travel as traits.
ATTRIBUTES = ("name", "email", "phone_number", "timezone")

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Results:
    """The results that the service returned.

    `users` are as listed and `user` as fetched, in JSON; `feeds` and `users` are by the user's id; `statuses` are
    those of the shown addressee's messages by the kind of channel; `arrivals` is what vendors got.
    """

    bulk_successes: int
    user: dict[str, Any]
    users: Mapping[str, dict[str, Any]]
    feeds: Mapping[str, Sequence[FeedListItemsResponse]]
    emails: Sequence[EmailMessage]
    statuses: Mapping[str, str]
    completed_runs: int
    skipped: Mapping[str, Skipped]
    deleted_is_gone: bool
    arrivals: Sequence[Arrival]


def sdk(service: Service, key: str) -> AsyncKnock:
    """Returns a client that validates answers strictly and uses no proxy."""
    return AsyncKnock(
        api_key=key,
        base_url=service.url,
        http_client=DefaultAsyncHttpxClient(trust_env=False),
        _strict_response_validation=True,
    )


async def play(people: People, service: Service, knock: AsyncKnock, pool: Pool, progress: ProgressReporter) -> Results:
    bulk_successes = await identify_everyone(people, knock, progress)

    with progress.act("Deleting a user", f"Deleted {DELETED}, {people.person(DELETED).name}"):
        await knock.users.delete(DELETED)

    with progress.act("Triggering", f"Triggered {WORKFLOW!r} for the {len(people.remaining)} who remain"):
        runs = [await trigger(knock, part) for part in parts(people.remaining, TRIGGER_SIZE)]

    environment = (await Environments(pool).named("development")).id
    steps = len(people.remaining) + len(people.by_email)
    with progress.act("Waiting for runs and e-mails", "Every run is complete, every e-mail has left", steps) as act:
        await wait_until_delivered(pool, environment, runs, service.outbox, act)

    done = f"Reached {NAME} on {len(CHANNELS)} more channels with one trigger"
    with vendors() as stand_ins, progress.act("Reaching one person everywhere", done) as act:
        run, accounts = await reach_everywhere(service, knock, stand_ins)
        await wait_until_delivered(pool, environment, [run], service.outbox, act)

    with progress.act("Reading back", "Read everything back", len(people.all)) as act:
        feed_id = next(channel.id for channel in await all_channels(pool, environment) if channel.type == "in_app_feed")
        items = await each(people.all, lambda person: read_feed(knock, person, str(feed_id)), act)
        messages = [message async for message in knock.users.list_messages(ADDRESSEE)]
        return Results(
            bulk_successes=bulk_successes,
            user=await fetch(knock, USER),
            users={
                user.id: user.to_dict(mode="json") async for user in knock.users.list(page_size=50) if user.id != PERSON
            },
            feeds={person.id: found for person, found in zip(people.all, items, strict=True)},
            emails=read_outbox(service.outbox),
            statuses={message.channel.type: message.status for message in messages if message.channel},
            completed_runs=await completed_runs(pool, environment, runs),
            skipped=await skipped_steps(pool, environment, runs),
            deleted_is_gone=await is_gone(knock, DELETED),
            arrivals=arrivals(stand_ins.received, accounts.browser),
        )


async def identify_everyone(people: People, knock: AsyncKnock, progress: ProgressReporter) -> int:
    """Identifies and updates all people. Returns how many rows the bulk calls wrote."""
    some = people.one_by_one
    with progress.act("Identifying one by one", f"Identified {len(some)} people one by one", len(some)) as act:
        await each(some, lambda person: identify(knock, person), act)

    some = people.in_bulk
    done = f"Identified {len(some)} people in bulk, {BULK_SIZE} a call"
    with progress.act("Identifying in bulk", done, len(some)) as act:
        written = await identify_in_bulk(knock, some, act)

    some = people.updated
    with progress.act("Updating traits", f"Updated traits of {len(some)} people", len(some)) as act:
        await each(some, lambda person: knock.users.update(person.id, extra_body=UPDATE), act)
    return written


async def identify(knock: AsyncKnock, person: Person) -> None:
    profile = person.profile
    known = {name: profile.pop(name) for name in ATTRIBUTES if name in profile}
    await knock.users.update(person.id, **known, extra_body=profile)


async def identify_in_bulk(knock: AsyncKnock, people: Sequence[Person], act: Act) -> int:
    """Identifies people in bulk. Returns how many rows were written."""
    successes = 0
    for part in parts(people, BULK_SIZE):
        rows = [cast(InlineIdentifyUserRequestParam, {"id": person.id, **person.profile}) for person in part]
        started = await knock.users.bulk.identify(users=rows)
        successes += (await knock.bulk_operations.get(started.id)).success_count
        act.advance(len(part))
    return successes


async def trigger(knock: AsyncKnock, people: Sequence[Person]) -> UUID:
    accepted = await knock.workflows.trigger(WORKFLOW, recipients=[person.id for person in people])
    return UUID(accepted.workflow_run_id)


async def read_feed(knock: AsyncKnock, person: Person, feed_id: str) -> Sequence[FeedListItemsResponse]:
    return (await knock.users.feeds.list_items(person.id, feed_id)).entries


async def fetch(knock: AsyncKnock, id: str) -> dict[str, Any]:
    """Returns a user in the JSON of the answer."""
    answer = await knock.users.with_raw_response.get(id)
    return cast(dict[str, Any], await answer.json())


async def is_gone(knock: AsyncKnock, id: str) -> bool:
    try:
        await knock.users.get(id)
    except NotFoundError:
        return True
    return False


async def each(people: Sequence[T], call: Callable[[T], Awaitable[R]], act: Act) -> list[R]:
    """Calls a function for each, a few at a time, until the first error."""
    turn = asyncio.Semaphore(AT_A_TIME)

    async def one(person: T) -> R:
        async with turn:
            result = await call(person)
        act.advance()
        return result

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(person)) for person in people]
    return [task.result() for task in tasks]


def parts(people: Sequence[T], size: int) -> list[Sequence[T]]:
    return [people[start : start + size] for start in range(0, len(people), size)]
