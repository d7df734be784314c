"""The profile: everything that is stored of one recipient, now or at a moment in the past."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, NamedTuple

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.api.requests.query_strings import instant
from addressee.dashboard.person.addresses import read_addresses
from addressee.dashboard.person.belongings import read_first
from addressee.dashboard.person.excerpts import Excerpt
from addressee.dashboard.person.masks import without_contacts, without_secrets, without_texts
from addressee.dashboard.person.subject import RecipientRoutes, act
from addressee.dashboard.rendering import page
from addressee.dashboard.routes import VIEWER
from addressee.dashboard.visits import EnvironmentVisit
from addressee.directory.attributes import parse_instant
from addressee.directory.edits.contact_properties import created_at
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import Document, Recipient
from addressee.messaging.environment.channels import Channel
from addressee.operators.model import Role

routes = RecipientRoutes("profile")

# The numbers of entries that the profile shows of what there may be many of.
FIRST_BELONGINGS = 10
FIRST_MERGES = 10
FIRST_ADDRESSES = 50

# The format of a field for a date and a time, in UTC.
LOCAL = "%Y-%m-%dT%H:%M"


class Asked(NamedTuple):
    """The wishes of a visitor: the profile at a moment (as text), without cuts, with contact data."""

    at: str
    shows_all: bool
    reveals: bool


class Tree(NamedTuple):
    title: str
    document: Mapping[str, Any]


class ChannelEntry(NamedTuple):
    """Data of a channel; `channel` is None when there is no such channel any more."""

    id: str
    channel: Channel | None
    data: Any
    updated_at: datetime


@routes.show("", VIEWER)
async def show_profile(visit: EnvironmentVisit, recipient: Recipient) -> Answer:
    asked = Asked(visit.query.text("at") or "", visit.query.text("all") is not None, visit.may(Role.EDITOR))
    return await profile_page(visit, recipient, asked)


@routes.change("/reveal", VIEWER)
async def reveal(visit: EnvironmentVisit, recipient: Recipient, form: Form) -> Answer:
    """Shows the profile with contact data to a viewer, once that is recorded."""
    await visit.record(act(recipient, "reveal"), *recipient.place[1:])
    return await profile_page(visit, recipient, Asked(form.text("at"), form.text("all") != "", reveals=True))


async def profile_page(visit: EnvironmentVisit, recipient: Recipient, asked: Asked) -> Answer:
    if not asked.at:
        return await page_of_now(visit, recipient, asked)
    try:
        moment = moment_of(asked.at)
        then = await recipient_at(visit, recipient, moment)
    except RefusedError as error:
        return await page_of_now(visit, recipient, asked, error.message)
    return profile(visit, recipient, then, asked, moment=moment)


def moment_of(text: str) -> datetime:
    """Returns a moment of the past as it is written. Raises RefusedError."""
    try:
        return instant(text)
    except (ValueError, OverflowError):
        raise RefusedError("datetime", "at", "Give a date and a time, like 2026-11-01T12:00.") from None


async def recipient_at(visit: EnvironmentVisit, recipient: Recipient, moment: datetime) -> Recipient:
    """Returns the recipient as it was. Raises RefusedError, also for a moment to come, or before the recipient."""
    directory = visit.services.directory
    now = directory.clock.now()
    if moment > now:
        raise RefusedError("future", "at", "This time has not come yet; give an earlier one.")
    then = await directory.history.at(recipient, moment, now)
    if then is None:
        raise RefusedError("past", "at", f"At that time, {recipient.place.id} was not there yet; give a later one.")
    return then


async def page_of_now(visit: EnvironmentVisit, recipient: Recipient, asked: Asked, error: str = "") -> Answer:
    messaging = visit.services.messaging
    channels = {str(each.id): each for each in await messaging.channels.list(visit.environment.id)}
    addresses = await read_addresses(visit, recipient)
    merges = await visit.services.directory.merges.of(recipient)
    return profile(
        visit,
        recipient,
        recipient,
        asked,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        error=error,
        addresses=addresses if asked.shows_all else addresses[:FIRST_ADDRESSES],
        address_count=len(addresses),
        channel_entries=channel_entries(recipient, channels, asked),
        belongings=await read_first(visit, recipient, FIRST_BELONGINGS),
        merges=merges[:FIRST_MERGES],
        merge_count=len(merges),
    )


def profile(
    visit: EnvironmentVisit,
    recipient: Recipient,
    then: Recipient,
    asked: Asked,
    status: int = HTTPStatus.OK,
    moment: datetime | None = None,
    **shown: Any,
) -> Answer:
    """Returns the page of a recipient as it was `then`; it is the same one for the profile of now."""
    excerpt = Excerpt()
    return page(
        visit,
        "person/profile.html",
        status,
        **{"error": "", **shown},
        recipient=recipient,
        then=then,
        moment=moment,
        created_at=parse_instant("created_at", created_at(recipient)),
        trees=[
            Tree(tree.title, tree.document if asked.shows_all else excerpt.of(tree.document))
            for tree in trees_of(then, asked, is_past=moment is not None)
        ],
        is_cut=excerpt.is_cut,
        asked=asked,
    )


def trees_of(recipient: Recipient, asked: Asked, *, is_past: bool) -> Sequence[Tree]:
    def visible(document: Document) -> Mapping[str, Any]:
        return document if asked.reveals else without_contacts(document)

    trees = [
        Tree("Attributes", visible(recipient.attributes)),
        Tree("Properties", visible(recipient.properties)),
    ]
    return [*trees, Tree("Preferences", recipient.preferences)] if is_past else trees


def channel_entries(recipient: Recipient, channels: Mapping[str, Channel], asked: Asked) -> Sequence[ChannelEntry]:
    shown = without_secrets if asked.reveals else without_texts
    excerpt = Excerpt()
    return [
        ChannelEntry(
            id,
            channels.get(id),
            shown(entry["data"]) if asked.shows_all else excerpt.of(shown(entry["data"])),
            parse_instant("updated_at", entry["updated_at"]),
        )
        for id, entry in recipient.channel_data.items()
    ]
