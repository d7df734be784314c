"""The home page of an environment: what goes through it, what waits, and what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from addressee.api.answers import Answer
from addressee.dashboard.charts import Chart, Step, bar_chart
from addressee.dashboard.operations.jobs import KIND_NAMES, scope_of
from addressee.dashboard.rendering import page
from addressee.dashboard.routes import VIEWER, Routes
from addressee.dashboard.urls import ENVIRONMENT
from addressee.dashboard.visits import EnvironmentVisit
from addressee.database.jobs.held import JobKind
from addressee.database.paging import PageRequest
from addressee.directory.edits.lists import LISTS
from addressee.directory.groups.topics import TOPICS
from addressee.directory.recipient import TENANTS, USERS
from addressee.messaging.delivery.channels.channel_states import TroubledChannel, troubled_channels
from addressee.messaging.webhooks.endpoints.states import EndpointState, state_of
from addressee.messaging.webhooks.model import DisabledFor, Endpoint
from addressee.operators.acts import Act
from addressee.operators.model import Role
from addressee.traffic.measures import FAILED, MESSAGES, RUNS, SENT, WRITES
from addressee.traffic.traffic import DAY, HOUR, MONTH, Counts, Span

routes = Routes("environment")

ACTS_SHOWN = 6
HELD_SHOWN = 99

# A job that has been due for longer than this is late.
LATE_SECONDS = 60

SECONDS_OF_MINUTE = 60
SECONDS_OF_HOUR = 3600


class View(NamedTuple):
    """A span as the page shows it: its name, what it and each of its steps are called, and how steps are named.

    `tick` names those that are marked on the axis, and no others.
    """

    name: str
    label: str
    last: str
    step: str
    span: Span
    named: Callable[[datetime], str]
    tick: Callable[[datetime], str]


class Measured(NamedTuple):
    """A chart of something that is counted: an id for the page, and what it is called."""

    id: str
    label: str
    chart: Chart
    tone: str


class Kind(NamedTuple):
    """A kind of recipients, the first segment of their pages, and how many there are."""

    label: str
    segment: str
    number: int


def day_of(at: datetime) -> str:
    return f"{at.day} {at:%b}"


def half_hour_of(at: datetime) -> str:
    return f"{day_of(at)}, {at:%H:%M}"


VIEWS: Mapping[str, View] = {
    view.name: view
    for view in (
        View(
            "hour",
            "Hour",
            "the last hour",
            "minute",
            HOUR,
            lambda at: f"{at:%H:%M}",
            lambda at: f"{at:%H:%M}" if at.minute % 15 == 0 else "",
        ),
        View(
            "day",
            "Day",
            "the last 24 hours",
            "half hour",
            DAY,
            half_hour_of,
            lambda at: f"{at:%H:%M}" if at.hour % 6 == 0 and at.minute == 0 else "",
        ),
        View(
            "month",
            "Month",
            "the last 30 days",
            "day",
            MONTH,
            day_of,
            lambda at: day_of(at) if at.weekday() == 0 else "",
        ),
    )
}

# What is counted, by its name: what it is called, and the tone of its bars.
MEASURES = (
    (WRITES, "Recipients written", ""),
    (RUNS, "Runs begun", ""),
    (SENT, "Sends that went out", "good"),
    (FAILED, "Sends that failed", "bad"),
)

CHANNEL_TYPES: Mapping[str, str] = {
    "email": "E-mail",
    "in_app_feed": "In-app",
    "sms": "SMS",
    "push": "Push",
    "chat": "Chat",
    "whatsapp": "WhatsApp",
    "http": "Webhook",
}

KINDS = (
    ("People", "users", USERS),
    ("Objects", "objects", None),
    ("Tenants", "tenants", TENANTS),
    ("Lists", "lists", LISTS),
    ("Topics", "topics", TOPICS),
)


@routes.get(ENVIRONMENT, VIEWER)
async def show_environment(visit: EnvironmentVisit) -> Answer:
    """Shows what to do first in an environment in which nothing has happened yet."""
    services, id = visit.services, visit.environment.id
    now = datetime.now(UTC)
    view = VIEWS.get(visit.query.text("span") or "", VIEWS["hour"])
    kinds = await kinds_of(visit)
    counts = await services.traffic.counts(id, view.span, now)
    is_used = any(kind.number for kind in kinds) or bool(counts.by_name)
    if not is_used and not (await services.traffic.counts(id, MONTH, now)).by_name:
        return page(visit, "operations/first_steps.html", base_url=visit.asked.info.base_url)
    queue = await services.held_jobs.kinds()
    held = await services.held_jobs.list(scope_of(visit), PageRequest(HELD_SHOWN))
    return page(
        visit,
        "operations/home.html",
        views=VIEWS.values(),
        view=view,
        measured=measured(view, counts),
        messages=by_channel(counts),
        kinds=kinds,
        queue=[kind for kind in queue if kind.due or kind.running],
        later=sum(kind.later for kind in queue),
        kind_names=KIND_NAMES,
        age_of=lambda kind: age_of(kind, now),
        is_late=lambda kind: is_late(kind, now),
        held=held,
        channels=await troubles(visit, now),
        webhooks=await troubled_webhooks(visit, now),
        acts=await newest_acts(visit),
    )


async def kinds_of(visit: EnvironmentVisit) -> Sequence[Kind]:
    numbers = await visit.services.directory.count_kinds(visit.environment.id)
    return [Kind(label, segment, numbers.get(collection, 0)) for label, segment, collection in KINDS]


async def troubles(visit: EnvironmentVisit, now: datetime) -> Sequence[TroubledChannel]:
    """Returns the channels of the environment with which something is wrong."""
    found = await troubled_channels(visit.services.directory.pool, now)
    return [each for each in found if each.environment == visit.environment.name]


async def troubled_webhooks(visit: EnvironmentVisit, now: datetime) -> Sequence[tuple[Endpoint, EndpointState]]:
    """Returns the webhooks to which nothing gets, unless somebody has disabled them."""
    found = await visit.services.messaging.webhook_endpoints.list(visit.environment.id)
    states = [(endpoint, state_of(endpoint, now)) for endpoint in found]
    return [
        (endpoint, state)
        for endpoint, state in states
        if state is not EndpointState.OK and endpoint.disabled_for is not DisabledFor.BY_HAND
    ]


async def newest_acts(visit: EnvironmentVisit) -> Sequence[Act]:
    """Returns what operators did last, for admins only."""
    if not visit.may(Role.ADMIN):
        return ()
    return (await visit.services.operators.acts.list(visit.environment.id, PageRequest(ACTS_SHOWN))).entries


def measured(view: View, counts: Counts) -> Sequence[Measured]:
    steps = [Step(view.named(begin), view.tick(begin)) for begin in counts.begins]
    return [Measured(name, label, bar_chart(steps, counts.of(name)), tone) for name, label, tone in MEASURES]


def by_channel(counts: Counts) -> Sequence[tuple[str, int]]:
    """Returns how many messages were made, by type of channel, most first."""
    totals = counts.totals(MESSAGES)
    most_first = sorted(totals.items(), key=lambda each: (-each[1], each[0]))
    return [(CHANNEL_TYPES.get(type, type), number) for type, number in most_first]


def seconds_due(kind: JobKind, now: datetime) -> float:
    return 0 if kind.due_since is None else max((now - kind.due_since).total_seconds(), 0)


def is_late(kind: JobKind, now: datetime) -> bool:
    return seconds_due(kind, now) > LATE_SECONDS


def age_of(kind: JobKind, now: datetime) -> str:
    """Returns for how long the oldest job of a kind has been due: `0 s`, `12 min`, `3 h`."""
    seconds = int(seconds_due(kind, now))
    if seconds < SECONDS_OF_MINUTE:
        return f"{seconds} s"
    if seconds < SECONDS_OF_HOUR:
        return f"{seconds // SECONDS_OF_MINUTE} min"
    return f"{seconds // SECONDS_OF_HOUR} h"
