"""Lists and their members."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.dashboard.people.members import NOBODY, PAGE_SIZE, Named, member_rows, named
from addressee.dashboard.rendering import page, see_other
from addressee.dashboard.routes import EDITOR, VIEWER, Routes
from addressee.dashboard.urls import ENVIRONMENT
from addressee.dashboard.visits import EnvironmentVisit
from addressee.directory.edits.lists import LISTS, List, list_from
from addressee.directory.errors import MissingError

routes = Routes("lists")


@routes.get(f"{ENVIRONMENT}/lists", VIEWER)
async def show_lists(visit: EnvironmentVisit) -> Answer:
    prefix = visit.query.text("prefix") or ""
    found = await visit.services.directory.list_by_prefix(
        visit.environment.id, LISTS, prefix, visit.query.page_request(str, PAGE_SIZE)
    )
    lists = [list_from(each) for each in found.entries]
    return page(
        visit,
        "people/lists.html",
        lists=lists,
        members=await visit.services.directory.lists.count(lists),
        total=await visit.services.directory.count(visit.environment.id, LISTS),
        prefix=prefix,
        previous=found.before and visit.url("lists", prefix=prefix, before=found.before),
        next=found.after and visit.url("lists", prefix=prefix, after=found.after),
    )


@routes.get(f"{ENVIRONMENT}/lists/{{id}}", VIEWER)
async def show_list(visit: EnvironmentVisit) -> Answer:
    return await list_page(visit, await required(visit))


@routes.post(f"{ENVIRONMENT}/lists/{{id}}/members", EDITOR)
async def add_member(visit: EnvironmentVisit, form: Form) -> Answer:
    """Adds a person who exists; those who do not are not made by a slip of a key."""
    found, wanted = await required(visit), await named(visit, form)
    if wanted.recipient is None:
        return await list_page(visit, found, wanted)
    origin = await visit.record("lists.add_member", LISTS, found.place.id, member=wanted.id)
    added = await visit.services.directory.lists.add(found, found.uid, [wanted.id], origin=origin)
    return see_other(visit.url("lists", found.place.id, notice="member-added" if added else "member-was-there"))


@routes.post(f"{ENVIRONMENT}/lists/{{id}}/members/remove", EDITOR)
async def remove_member(visit: EnvironmentVisit, form: Form) -> Answer:
    found, id = await required(visit), form.text("id")
    await visit.record("lists.remove_member", LISTS, found.place.id, member=id)
    removed = await visit.services.directory.lists.remove(found, found.uid, [id])
    return see_other(visit.url("lists", found.place.id, notice="member-removed" if removed else "member-was-away"))


async def list_page(visit: EnvironmentVisit, found: List, form: Named = NOBODY) -> Answer:
    lists = visit.services.directory.lists
    members = await lists.members(found, visit.query.page_request(UUID, PAGE_SIZE))
    return page(
        visit,
        "people/list.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if form.error else HTTPStatus.OK,
        list=found,
        counts=await lists.count([found]),
        rows=await member_rows(visit, [(each.recipient_id, each.inserted_at) for each in members.entries]),
        previous=members.before and visit.url("lists", found.place.id, before=members.before),
        next=members.after and visit.url("lists", found.place.id, after=members.after),
        form=form,
    )


async def required(visit: EnvironmentVisit) -> List:
    """Returns the list that the path names. Raises MissingError."""
    place = visit.place(LISTS, visit.path["id"])
    found = await visit.services.directory.lists.find(place)
    if found is None:
        raise MissingError(place)
    return found
