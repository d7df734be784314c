"""Lists of people, tenants and objects, and the forms that add one."""

from __future__ import annotations

from http import HTTPStatus

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.dashboard.errors import PageMissingError
from addressee.dashboard.people.adding import EMPTY, Filled, add, filled
from addressee.dashboard.people.listings import PAGE_SIZE, listing
from addressee.dashboard.rendering import page, see_other
from addressee.dashboard.routes import EDITOR, VIEWER, Routes
from addressee.dashboard.urls import ENVIRONMENT
from addressee.dashboard.visits import EnvironmentVisit
from addressee.directory.collections import check_own
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import TENANTS, USERS

routes = Routes("recipients")


@routes.get(f"{ENVIRONMENT}/users", VIEWER)
async def show_users(visit: EnvironmentVisit) -> Answer:
    return await users_page(visit)


@routes.post(f"{ENVIRONMENT}/users", EDITOR)
async def add_user(visit: EnvironmentVisit, form: Form) -> Answer:
    """Adds a person, unless somebody has the id."""
    wanted = await add(visit, "users.add", USERS, form)
    if wanted.is_wrong:
        return await users_page(visit, wanted)
    return see_other(visit.url("users", notice="person-added"))


@routes.get(f"{ENVIRONMENT}/tenants", VIEWER)
async def show_tenants(visit: EnvironmentVisit) -> Answer:
    return await tenants_page(visit)


@routes.post(f"{ENVIRONMENT}/tenants", EDITOR)
async def add_tenant(visit: EnvironmentVisit, form: Form) -> Answer:
    """Adds a tenant, unless there is one with the id."""
    wanted = await add(visit, "tenants.add", TENANTS, form)
    if wanted.is_wrong:
        return await tenants_page(visit, wanted)
    return see_other(visit.url("tenants", notice="tenant-added"))


@routes.get(f"{ENVIRONMENT}/objects", VIEWER)
async def show_collections(visit: EnvironmentVisit) -> Answer:
    return await collections_page(visit)


@routes.post(f"{ENVIRONMENT}/objects", EDITOR)
async def add_object_of_any_collection(visit: EnvironmentVisit, form: Form) -> Answer:
    """Adds an object to a collection, which begins to exist with its first one."""
    collection = form.text("collection").strip()
    try:
        check_own(collection, "The collection")
    except RefusedError as refusal:
        return await collections_page(visit, await filled(visit, "", form), collection, refusal.message)
    wanted = await add(visit, "objects.add", collection, form)
    if wanted.is_wrong:
        return await collections_page(visit, wanted, collection)
    return see_other(visit.url("objects", collection, notice="object-added"))


@routes.get(f"{ENVIRONMENT}/objects/{{collection}}", VIEWER)
async def show_objects(visit: EnvironmentVisit) -> Answer:
    collection = visit.path["collection"]
    if collection == TENANTS:
        return see_other(visit.url("tenants"))
    return await objects_page(visit, collection)


@routes.post(f"{ENVIRONMENT}/objects/{{collection}}", EDITOR)
async def add_object(visit: EnvironmentVisit, form: Form) -> Answer:
    """Adds an object, unless there is one with the id."""
    collection = visit.path["collection"]
    check_own(collection)
    wanted = await add(visit, "objects.add", collection, form)
    if wanted.is_wrong:
        return await objects_page(visit, collection, wanted)
    return see_other(visit.url("objects", collection, notice="object-added"))


async def users_page(visit: EnvironmentVisit, form: Filled = EMPTY) -> Answer:
    listed = await listing(visit, USERS, "users")
    return page(visit, "people/users.html", status_of(form), listing=listed, form=form, collection=USERS)


async def tenants_page(visit: EnvironmentVisit, form: Filled = EMPTY) -> Answer:
    listed = await listing(visit, TENANTS, "tenants")
    return page(visit, "people/tenants.html", status_of(form), listing=listed, form=form, collection=TENANTS)


async def objects_page(visit: EnvironmentVisit, collection: str, form: Filled = EMPTY) -> Answer:
    """Raises PageMissingError for one of the product's own collections."""
    try:
        check_own(collection)
    except RefusedError:
        raise PageMissingError("There is no such collection of objects.") from None
    listed = await listing(visit, collection, "objects", collection)
    subscribers = await visit.services.directory.subscriptions.count_subscribers_of(
        row.recipient for row in listed.rows
    )
    return page(
        visit,
        "people/objects.html",
        status_of(form),
        listing=listed,
        form=form,
        collection=collection,
        subscribers=subscribers,
    )


async def collections_page(
    visit: EnvironmentVisit, form: Filled = EMPTY, collection: str = "", error: str = ""
) -> Answer:
    """`error` says what is wrong with the `collection` of the form."""
    found = await visit.services.directory.collections(visit.environment.id, visit.query.page_request(str, PAGE_SIZE))
    return page(
        visit,
        "people/collections.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if error else status_of(form),
        found=found,
        form=form,
        collection=collection,
        collection_error=error,
    )


def status_of(form: Filled) -> int:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.is_wrong else HTTPStatus.OK
