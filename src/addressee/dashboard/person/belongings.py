"""Groups that a recipient belongs to, and its members: subscriptions, lists, topics, tenants; and its schedules."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from addressee.api.answers import Answer
from addressee.dashboard.errors import PageMissingError
from addressee.dashboard.person.subject import RecipientRoutes
from addressee.dashboard.recipients import recipient_url, title_of
from addressee.dashboard.rendering import page
from addressee.dashboard.routes import VIEWER
from addressee.dashboard.visits import EnvironmentVisit
from addressee.database.paging import Page, PageRequest
from addressee.directory.attributes import parse_instant
from addressee.directory.edits.contact_properties import created_at
from addressee.directory.edits.lists import LISTS
from addressee.directory.groups.subscriptions import Subscription
from addressee.directory.groups.topics import TOPICS
from addressee.directory.reading.uuid_ranges import ALWAYS
from addressee.directory.recipient import USERS, Recipient
from addressee.messaging.schedules.model import ScheduleEntry

routes = RecipientRoutes("belongings")

PAGE_SIZE = 50


class Entry(NamedTuple):
    """Something that a recipient belongs to or has, with the path of its page, and a moment that matters."""

    name: str
    path: str
    note: str
    at: datetime | None


Read: TypeAlias = Callable[[EnvironmentVisit, Recipient, PageRequest[UUID]], Awaitable[Page[Entry]]]


class Belonging(NamedTuple):
    """A kind of what a recipient belongs to or has. `moment` says what happened, or will, at the moment of an entry."""

    title: str
    nothing: str
    moment: str
    read: Read


class Belongings(NamedTuple):
    """The first entries of a kind."""

    key: str
    kind: Belonging
    entries: Sequence[Entry]
    has_more: bool


async def read_subscriptions(visit: EnvironmentVisit, recipient: Recipient, page: PageRequest[UUID]) -> Page[Entry]:
    found = await visit.services.directory.subscriptions.objects(recipient, page)
    return with_entries(found, [subscription_entry(visit, each, each.object) for each in found.entries])


async def read_subscribers(visit: EnvironmentVisit, recipient: Recipient, page: PageRequest[UUID]) -> Page[Entry]:
    found = await visit.services.directory.subscriptions.subscribers(recipient, page)
    return with_entries(found, [subscription_entry(visit, each, each.recipient) for each in found.entries])


def subscription_entry(visit: EnvironmentVisit, subscription: Subscription, other: Recipient) -> Entry:
    collection, id = other.place.collection, other.place.id
    note = "" if collection == USERS else collection
    return Entry(title_of(other), recipient_url(visit, collection, id), note, subscription.inserted_at)


async def read_lists(visit: EnvironmentVisit, recipient: Recipient, page: PageRequest[UUID]) -> Page[Entry]:
    found = await visit.services.directory.lists.memberships(recipient, page)
    entries = [
        Entry(
            each.list.name or each.list.place.id,
            recipient_url(visit, LISTS, each.list.place.id),
            each.list.place.id if each.list.name else "",
            each.inserted_at,
        )
        for each in found.entries
    ]
    return with_entries(found, entries)


async def read_topics(visit: EnvironmentVisit, recipient: Recipient, page: PageRequest[UUID]) -> Page[Entry]:
    found = await visit.services.directory.topics.subscriptions_of(recipient, ALWAYS, page)
    entries = [Entry(each.topic, recipient_url(visit, TOPICS, each.topic), "", None) for each in found.entries]
    return with_entries(found, entries)


async def read_tenants(visit: EnvironmentVisit, recipient: Recipient, page: PageRequest[UUID]) -> Page[Entry]:
    found = await visit.services.directory.memberships.list(recipient, page)
    entries = [
        Entry(
            title_of(each.tenant),
            recipient_url(visit, *each.tenant.place[1:]),
            "",
            parse_instant("created_at", created_at(each.within)),
        )
        for each in found.entries
    ]
    return with_entries(found, entries)


async def read_schedules(visit: EnvironmentVisit, recipient: Recipient, page: PageRequest[UUID]) -> Page[Entry]:
    found = await visit.services.messaging.schedules.list_of_recipient(recipient.place, page)
    return with_entries(found, [schedule_entry(visit, each) for each in found.entries])


def schedule_entry(visit: EnvironmentVisit, entry: ScheduleEntry) -> Entry:
    schedule = entry.schedule
    repeats = ", ".join(repeat.frequency for repeat in schedule.timing.repeats) or "once"
    note = repeats if schedule.tenant is None else f"{repeats}, for {schedule.tenant}"
    return Entry(schedule.workflow, visit.url("workflows", schedule.workflow), note, schedule.next_occurrence_at)


def with_entries(found: Page[Any], entries: Sequence[Entry]) -> Page[Entry]:
    return Page(entries, found.size, found.after, found.before)


SUBSCRIPTIONS = {
    "subscriptions": Belonging("Subscriptions", "No subscriptions to objects.", "Since", read_subscriptions)
}
SCHEDULES = {"schedules": Belonging("Schedules", "No schedules.", "Next", read_schedules)}

OF_PEOPLE: Mapping[str, Belonging] = {
    **SUBSCRIPTIONS,
    "lists": Belonging("Lists", "In no list.", "Since", read_lists),
    "topics": Belonging("Topics", "Subscribed to no topic.", "", read_topics),
    "tenants": Belonging("Tenants", "No properties or addresses within a tenant.", "Since", read_tenants),
    **SCHEDULES,
}

OF_OTHERS: Mapping[str, Belonging] = {
    "subscribers": Belonging("Subscribers", "Nobody is subscribed.", "Since", read_subscribers),
    **SUBSCRIPTIONS,
    **SCHEDULES,
}


def belongings_of(recipient: Recipient) -> Mapping[str, Belonging]:
    """Returns the kinds that a recipient of its collection can have."""
    return OF_PEOPLE if recipient.place.collection == USERS else OF_OTHERS


async def read_first(visit: EnvironmentVisit, recipient: Recipient, number: int) -> Sequence[Belongings]:
    """Returns the first entries of each kind."""
    found = []
    for key, kind in belongings_of(recipient).items():
        part = await kind.read(visit, recipient, PageRequest(number))
        found.append(Belongings(key, kind, part.entries, part.after is not None))
    return found


@routes.show("/all/{kind}", VIEWER)
async def show_all(visit: EnvironmentVisit, recipient: Recipient) -> Answer:
    """Shows a page of everything of one kind. Raises PageMissingError."""
    key = visit.path["kind"]
    kind = belongings_of(recipient).get(key)
    if kind is None:
        raise PageMissingError
    found = await kind.read(visit, recipient, visit.query.page_request(UUID, PAGE_SIZE))
    return page(visit, "person/belongings.html", recipient=recipient, key=key, kind=kind, found=found)
