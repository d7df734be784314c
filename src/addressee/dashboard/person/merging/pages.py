"""Merging one person into another, with a preview of both side by side."""

from __future__ import annotations

from http import HTTPStatus

from msgspec import structs

from addressee.api.answers import Answer
from addressee.api.merges import merge_rules
from addressee.api.requests.forms import Form
from addressee.dashboard.person.merging.compared import parts_of
from addressee.dashboard.person.subject import Gone, find_subject, gone_page
from addressee.dashboard.rendering import page, see_other
from addressee.dashboard.routes import EDITOR, Routes
from addressee.dashboard.urls import ENVIRONMENT
from addressee.dashboard.visits import EnvironmentVisit
from addressee.directory.documents import check_id
from addressee.directory.errors import MissingError, RefusedError
from addressee.directory.merges.merge import MergeRules
from addressee.directory.merges.merges import UNDO_LIFE, Preview
from addressee.directory.recipient import USERS, Recipient
from addressee.directory.search.search import NOTHING

routes = Routes("merging")

PATH = f"{ENVIRONMENT}/users/{{id}}/merge"

MAX_FOUND = 20
MAX_SEARCH = 256

# The field of the form that is on if subscriptions are to be moved.
MOVES = "moves_subscriptions"


@routes.get(PATH, EDITOR)
async def show_merge(visit: EnvironmentVisit) -> Answer:
    """Asks for the other one, or shows what a merge of both would make."""
    primary = await find_subject(visit)
    if isinstance(primary, Gone):
        return gone_page(visit, primary)
    other = visit.query.text("other")
    if other is None:
        return await choice_page(visit, primary)
    try:
        preview = await preview_of(visit, primary, other)
    except (MissingError, RefusedError) as error:
        return await choice_page(visit, primary, error=words_of(error))
    return await preview_page(visit, preview)


@routes.post(PATH, EDITOR)
async def merge(visit: EnvironmentVisit, form: Form) -> Answer:
    primary = await find_subject(visit)
    if isinstance(primary, Gone):
        return gone_page(visit, primary)
    other = form.text("other")
    try:
        await preview_of(visit, primary, other)
        secondary = visit.place(USERS, other)
        origin = await visit.record("users.merge", USERS, primary.place.id, other=other)
        done = await visit.services.directory.merges.merge(
            primary.place, secondary, rules=rules_of(visit, moves=bool(form.text(MOVES))), origin=origin
        )
    except (MissingError, RefusedError) as error:
        return await choice_page(visit, primary, error=words_of(error))
    await visit.services.messaging.lifecycle.follow(done.merge)
    return see_other(visit.url("merges", done.merge.id, notice="merged"))


def rules_of(visit: EnvironmentVisit, *, moves: bool) -> MergeRules:
    return structs.replace(merge_rules("knock", visit.environment), moves_subscriptions=moves)


async def preview_of(visit: EnvironmentVisit, primary: Recipient, other: str) -> Preview:
    """Raises MissingError and RefusedError."""
    secondary = visit.place(USERS, check_id(other, "other"))
    return await visit.services.directory.merges.preview(primary.place, secondary, rules_of(visit, moves=True))


def words_of(error: MissingError | RefusedError) -> str:
    return error.message if isinstance(error, RefusedError) else "There is nobody of this id. Search for somebody else."


async def choice_page(visit: EnvironmentVisit, primary: Recipient, error: str = "") -> Answer:
    text = (visit.query.text("q") or "").strip()[:MAX_SEARCH]
    search = visit.services.directory.search
    found = await search.find(visit.environment.id, text, MAX_FOUND, collection=USERS) if text else NOTHING
    return page(
        visit,
        "person/merge_choice.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        recipient=primary,
        text=text,
        error=error,
        found=[each.recipient for each in found.entries if each.recipient.place != primary.place],
    )


async def preview_page(visit: EnvironmentVisit, preview: Preview) -> Answer:
    return page(
        visit,
        "person/merge_preview.html",
        recipient=preview.primary,
        other=preview.secondary,
        parts=parts_of(preview),
        effects=await visit.services.messaging.lifecycle.merge_effects(preview.secondary),
        undo_days=UNDO_LIFE.days,
        moves_field=MOVES,
    )
