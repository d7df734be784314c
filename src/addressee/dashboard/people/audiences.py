"""Audiences: those of files, those that calls have made, and the members of those that have a list of them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from addressee.api.answers import Answer
from addressee.conditions.model import Conditions
from addressee.dashboard.condition_words import condition_words
from addressee.dashboard.errors import PageMissingError
from addressee.dashboard.people.members import PAGE_SIZE, member_rows
from addressee.dashboard.rendering import page
from addressee.dashboard.routes import VIEWER, Routes
from addressee.dashboard.urls import ENVIRONMENT
from addressee.dashboard.visits import EnvironmentVisit
from addressee.directory.reading.uuid_ranges import ALWAYS
from addressee.directory.recipient import made_at
from addressee.messaging.workflows.audiences.model import Audience
from addressee.preferences.audiences import AUDIENCES

routes = Routes("audiences")


@routes.get(f"{ENVIRONMENT}/audiences", VIEWER)
async def show_audiences(visit: EnvironmentVisit) -> Answer:
    directory = visit.services.directory
    defined = await visit.services.messaging.audiences.list(visit.environment.id)
    made = await directory.list_by_prefix(visit.environment.id, AUDIENCES, "", visit.query.page_request(str, PAGE_SIZE))
    listed = await directory.read_all([visit.place(AUDIENCES, each.key) for each in defined])
    objects = {place.id: found for place, found in listed.items()}
    others = [each for each in made.entries if each.place.id not in objects]
    counts = await directory.subscriptions.count_subscribers_of([*objects.values(), *others])
    return page(
        visit,
        "people/audiences.html",
        defined=[(each, counts[objects[each.key].uid] if each.key in objects else 0) for each in defined],
        made=[(each, counts[each.uid]) for each in others],
        previous=made.before and visit.url("audiences", before=made.before),
        next=made.after and visit.url("audiences", after=made.after),
    )


@routes.get(f"{ENVIRONMENT}/audiences/{{key}}", VIEWER)
async def show_audience(visit: EnvironmentVisit) -> Answer:
    """Raises PageMissingError."""
    directory, key = visit.services.directory, visit.path["key"]
    defined = await visit.services.messaging.audiences.find(visit.environment.id, key)
    object = await directory.read(visit.place(AUDIENCES, key))
    if defined is None and object is None:
        raise PageMissingError("There is no such audience in this environment.")
    request = visit.query.page_request(UUID, PAGE_SIZE)
    members = None if object is None else await directory.topics.subscribers(object, ALWAYS, request)
    entries = () if members is None else members.entries
    return page(
        visit,
        "people/audience.html",
        key=key,
        defined=defined,
        groups=() if defined is None else groups_of(defined.audience),
        count=0 if object is None else await directory.subscriptions.count_subscribers(object),
        rows=await member_rows(visit, [(each.user_id, made_at(each.id)) for each in entries]),
        previous=members and members.before and visit.url("audiences", key, before=members.before),
        next=members and members.after and visit.url("audiences", key, after=members.after),
    )


def groups_of(audience: Audience) -> Sequence[str]:
    """Returns the segments of an audience in words."""
    return [condition_words(Conditions((group,))) for group in audience.conditions.any_of]
