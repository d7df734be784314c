"""Subscribers of objects and tenants."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.dashboard.errors import PageMissingError
from addressee.dashboard.people.members import NOBODY, PAGE_SIZE, MemberRow, Named, named
from addressee.dashboard.people.rows import row_of
from addressee.dashboard.recipients import recipient_url
from addressee.dashboard.rendering import page, see_other
from addressee.dashboard.routes import EDITOR, VIEWER, Routes
from addressee.dashboard.urls import ENVIRONMENT
from addressee.dashboard.visits import EnvironmentVisit
from addressee.directory.collections import check_objects
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import TENANTS, Recipient

routes = Routes("subscribers")

OBJECT = f"{ENVIRONMENT}/objects/{{collection}}/{{id}}/subscribers"
TENANT = f"{ENVIRONMENT}/tenants/{{id}}/subscribers"


@routes.get(OBJECT, VIEWER)
@routes.get(TENANT, VIEWER)
async def show_subscribers(visit: EnvironmentVisit) -> Answer:
    return await subscribers_page(visit, await required(visit))


@routes.post(OBJECT, EDITOR)
@routes.post(TENANT, EDITOR)
async def add_subscriber(visit: EnvironmentVisit, form: Form) -> Answer:
    """Subscribes somebody who exists."""
    object, wanted = await required(visit), await named(visit, form)
    if wanted.recipient is None:
        return await subscribers_page(visit, object, wanted)
    if wanted.recipient.place == object.place:
        return await subscribers_page(visit, object, wanted._replace(error="Nothing can subscribe to itself."))
    await record(visit, "objects.add_subscriber", object, wanted)
    await visit.services.directory.subscriptions.add(object, [wanted.recipient])
    return see_other(url_of(visit, object, notice="subscriber-added"))


@routes.post(f"{OBJECT}/remove", EDITOR)
@routes.post(f"{TENANT}/remove", EDITOR)
async def remove_subscriber(visit: EnvironmentVisit, form: Form) -> Answer:
    object, wanted = await required(visit), await named(visit, form)
    await record(visit, "objects.remove_subscriber", object, wanted)
    recipients = [wanted.recipient] if wanted.recipient is not None else []
    ended = await visit.services.directory.subscriptions.delete(object, recipients)
    return see_other(url_of(visit, object, notice="subscriber-removed" if ended else "subscriber-was-away"))


async def record(visit: EnvironmentVisit, act: str, object: Recipient, wanted: Named) -> None:
    _, collection, id = object.place
    await visit.record(act, collection, id, subscriber={"collection": wanted.collection, "id": wanted.id})


async def subscribers_page(visit: EnvironmentVisit, object: Recipient, form: Named = NOBODY) -> Answer:
    subscriptions = visit.services.directory.subscriptions
    found = await subscriptions.subscribers(object, visit.query.page_request(UUID, PAGE_SIZE))
    return page(
        visit,
        "people/subscribers.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if form.error else HTTPStatus.OK,
        object=object,
        count=await subscriptions.count_subscribers(object),
        rows=[
            MemberRow(each.recipient.place, each.inserted_at, row_of(visit, each.recipient)) for each in found.entries
        ],
        previous=found.before and url_of(visit, object, before=found.before),
        next=found.after and url_of(visit, object, after=found.after),
        form=form,
    )


def url_of(visit: EnvironmentVisit, object: Recipient, **query: object) -> str:
    return recipient_url(visit, object.place.collection, object.place.id, "subscribers", **query)


async def required(visit: EnvironmentVisit) -> Recipient:
    """Returns the object that the path names. Raises MissingError, or PageMissingError for what is no object."""
    collection = visit.path.get("collection", TENANTS)
    try:
        check_objects(collection)
    except RefusedError:
        raise PageMissingError("There is no such collection of objects.") from None
    return await visit.require(visit.place(collection, visit.path["id"]))
