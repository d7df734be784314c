"""The preference page: a matrix of what a person can choose about, in one form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from msgspec import structs

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.directory.access.link_tokens import Purpose
from addressee.directory.access.links import LinkInvalidError, path_of
from addressee.directory.edits.recipients import ChangePreferenceSets
from addressee.directory.errors import MissingError
from addressee.directory.recipient import Document
from addressee.directory.writing.writes import Write
from addressee.messaging.environment.channels import Channel
from addressee.messaging.workflows.listing import NamedWorkflow
from addressee.pages.rendering import page, see_other
from addressee.pages.visit import Page, Visit
from addressee.preferences.matrix import CATEGORIES, WORKFLOWS, Matrix, Row, ways_of
from addressee.preferences.offers import Offer
from addressee.preferences.sets import DEFAULT

SAVED = "saved"


async def show(visit: Visit) -> Answer:
    """Shows the preferences of a person."""
    matrix = await read_matrix(visit)
    return render(visit, matrix, is_saved=visit.asked.query.text(SAVED) is not None)


async def save(visit: Visit) -> Answer:
    """Stores what a form changes, and goes on to the page that shows it."""
    matrix = await read_matrix(visit)
    changes = changes_in(await visit.form())
    if changes:
        edit = ChangePreferenceSets(partial(changed, matrix=matrix, changes=changes))
        await visit.services.directory.write(Write(visit.recipient.place, (edit,), visit.origin))
    return see_other(f"{path_of(Purpose.PREFERENCES, visit.asked.token)}?{SAVED}=yes")


PREFERENCE_PAGE = Page(
    "/pages/preferences/{token}", "pages.preferences", Purpose.PREFERENCES, {"GET": show, "POST": save}
)


async def read_matrix(visit: Visit) -> Matrix:
    services, environment_id = visit.services, visit.environment.id
    offer = await read_offer(visit)
    channels = await services.messaging.channels.list(environment_id)
    workflows = await services.messaging.workflows.list(environment_id)
    return matrix_of(visit, offer, channels, workflows)


async def read_offer(visit: Visit) -> Offer:
    """Returns what can be chosen at the link's tenant. Raises LinkInvalidError when that is not there any more."""
    tenant = DEFAULT if visit.link.tenant is None else visit.link.tenant
    try:
        return await visit.services.preferences.offer(visit.environment.id, tenant)
    except MissingError:
        raise LinkInvalidError from None


def matrix_of(visit: Visit, offer: Offer, channels: Sequence[Channel], workflows: Sequence[NamedWorkflow]) -> Matrix:
    listed = [(WORKFLOWS, each.key) for each in workflows if each.in_preferences]
    if (subject := subject_of(visit)) is not None:
        listed.append(subject)
    return Matrix(
        offer,
        visit.recipient.preferences,
        ways_of(channel.served_by.kind for channel in channels),
        {each.key: each.name for each in workflows},
        listed,
        visit.wording_locale,
        tracks=any(channel.tracks for channel in channels),
    )


def changed(own: Mapping[str, Document], matrix: Matrix, changes: Mapping[str, bool]) -> Mapping[str, Document]:
    """Returns a person's sets after changes, as they are when these are written."""
    return replace(matrix, own=own).changed(changes)


def changes_in(form: Form) -> Mapping[str, bool]:
    """Returns the cells that differ from what the page showed: `was` are those that were on, `on` those that are."""
    was, now = set(form.texts("was")), set(form.texts("on"))
    return {**dict.fromkeys(now - was, True), **dict.fromkeys(was - now, False)}


def subject_of(visit: Visit) -> tuple[str, str] | None:
    """Returns the section and the key of what a link to unsubscribe is about."""
    if visit.link.category is not None:
        return CATEGORIES, visit.link.category
    return None if visit.link.workflow is None else (WORKFLOWS, visit.link.workflow)


def render(visit: Visit, matrix: Matrix, is_saved: bool, focus: Row | None = None) -> Answer:
    return page(
        "preferences.html",
        visit.language,
        visit.brand,
        visit.environment.settings.frame_origins,
        matrix=matrix,
        off={cell.way for cell in matrix.overall if not cell.wanted},
        person=name_of(visit),
        action=path_of(Purpose.PREFERENCES, preference_token(visit)),
        is_saved=is_saved,
        focus=focus,
    )


def preference_token(visit: Visit) -> str:
    """Returns the token of a link to the preferences of the same person, which ends when the visit's link does."""
    if visit.link.purpose is Purpose.PREFERENCES:
        return visit.asked.token
    return visit.opened.key.token(structs.replace(visit.link, purpose=Purpose.PREFERENCES))


def name_of(visit: Visit) -> str | None:
    attributes = visit.recipient.attributes
    parts = (attributes.get("first_name"), attributes.get("last_name"))
    return attributes.get("name") or " ".join(filter(None, parts)) or None
