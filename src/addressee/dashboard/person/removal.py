"""Deleting a recipient: what will happen, and the three ways to do it."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.dashboard.errors import RoleNeededError
from addressee.dashboard.person.subject import RecipientRoutes, act
from addressee.dashboard.recipients import recipient_url
from addressee.dashboard.rendering import page, see_other
from addressee.dashboard.routes import EDITOR
from addressee.dashboard.visits import EnvironmentVisit
from addressee.directory.edits.expectations import CHANGED, Expect
from addressee.directory.edits.recipients import Delete, History
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import TENANTS, USERS, Recipient
from addressee.directory.writing.writes import Write
from addressee.operators.model import Role

routes = RecipientRoutes("removal")


class Way(NamedTuple):
    """A way to delete: what it says of itself, and the role that it takes."""

    label: str
    effect: str
    role: Role = Role.EDITOR


# Who purges also takes away what the history of changes tells of others' work: that is for admins.
WAYS: Mapping[str, Way] = {
    "erase": Way("Delete and erase", "Jobs erase the messages, the runs and the values in the history within minutes."),
    "keep": Way("Delete and keep the history", "Messages and runs stay, for those who look them up later."),
    "purge": Way(
        "Purge",
        "Erases everything at once, also what was kept of those who had this id before. It takes a while.",
        Role.ADMIN,
    ),
}


@routes.show("/delete", EDITOR)
async def show_delete(visit: EnvironmentVisit, recipient: Recipient) -> Answer:
    return await delete_page(visit, recipient)


@routes.change("/delete", EDITOR)
async def delete(visit: EnvironmentVisit, recipient: Recipient, form: Form) -> Answer:
    """Deletes or purges. Raises RoleNeededError for what takes another role."""
    chosen = form.text("way")
    way = WAYS.get(chosen)
    if way is None:
        return await delete_page(visit, recipient, error="Choose what is to happen.")
    if not visit.may(way.role):
        raise RoleNeededError(way.role)
    if not form.text("confirmed"):
        return await delete_page(visit, recipient, chosen, "Confirm that you have read what will happen.")
    try:
        await carry_out(visit, recipient, chosen)
    except RefusedError as refusal:
        if refusal.reason != CHANGED:
            raise
    return see_other(list_url(visit, recipient, "recipient-purged" if chosen == "purge" else "recipient-deleted"))


async def carry_out(visit: EnvironmentVisit, recipient: Recipient, way: str) -> None:
    place, directory = recipient.place, visit.services.directory
    if way == "purge":
        origin = await visit.record(act(recipient, "purge"), *place[1:])
        await visit.services.messaging.lifecycle.purge(directory, place, origin=origin)
        return
    origin = await visit.record(act(recipient, "delete"), *place[1:], keeps_history=way == "keep")
    deletion = Delete(History.KEPT if way == "keep" else History.ERASED)
    await directory.write(Write(place, (Expect(recipient.uid), deletion), origin))


def list_url(visit: EnvironmentVisit, recipient: Recipient, notice: str) -> str:
    """Returns the path of the list that the recipient was in."""
    collection = recipient.place.collection
    if collection in {USERS, TENANTS}:
        return visit.url("users" if collection == USERS else "tenants", notice=notice)
    return visit.url("objects", collection, notice=notice)


async def delete_page(visit: EnvironmentVisit, recipient: Recipient, chosen: str = "", error: str = "") -> Answer:
    services = visit.services
    return page(
        visit,
        "person/delete.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        recipient=recipient,
        ends=await services.messaging.lifecycle.merge_effects(recipient),
        subscribers=await services.directory.subscriptions.count_subscribers(recipient),
        ways={name: way for name, way in WAYS.items() if visit.may(way.role)},
        chosen=chosen,
        error=error,
        back=recipient_url(visit, *recipient.place[1:]),
    )
