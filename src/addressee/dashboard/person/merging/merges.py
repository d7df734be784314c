"""One merge: what it did, when and by whom, and its undoing."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from uuid import UUID

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.dashboard.rendering import page, see_other
from addressee.dashboard.routes import EDITOR, VIEWER, Routes
from addressee.dashboard.urls import ENVIRONMENT
from addressee.dashboard.visits import EnvironmentVisit
from addressee.database.paging import PageRequest
from addressee.directory.errors import RefusedError
from addressee.directory.merges.merges import UNDO_LIFE, Merge, MergeMissingError
from addressee.operators.acts import Act

routes = Routes("merges")

PATH = f"{ENVIRONMENT}/merges/{{merge_id}}"

# An operator's merge is looked for among so many of the newest acts.
MAX_ACTS = 200


@routes.get(PATH, VIEWER)
async def show_merge(visit: EnvironmentVisit) -> Answer:
    return await merge_page(visit, await find_merge(visit))


@routes.post(f"{PATH}/undo", EDITOR)
async def undo_merge(visit: EnvironmentVisit, form: Form) -> Answer:
    """Undoes a merge, and names what was changed since and stays."""
    merge = await find_merge(visit)
    origin = await visit.record(
        "users.unmerge", merge.primary.collection, merge.primary.id, other=merge.secondary.id, merge=str(merge.id)
    )
    try:
        undone = await visit.services.directory.merges.undo(visit.environment.id, merge.id, origin=origin)
    except RefusedError as error:
        return await merge_page(visit, merge, error=error.message)
    await visit.services.messaging.lifecycle.follow(undone.merge)
    if undone.kept:
        return await merge_page(visit, undone.merge, kept=undone.kept)
    return see_other(visit.url("merges", merge.id, notice="merge-undone"))


async def find_merge(visit: EnvironmentVisit) -> Merge:
    """Raises MergeMissingError."""
    try:
        id = UUID(visit.path["merge_id"])
    except ValueError:
        raise MergeMissingError from None
    merge = await visit.services.directory.merges.find(visit.environment.id, id)
    if merge is None:
        raise MergeMissingError
    return merge


async def merge_page(visit: EnvironmentVisit, merge: Merge, error: str = "", kept: Sequence[str] = ()) -> Answer:
    until = merge.merged_at + UNDO_LIFE
    return page(
        visit,
        "person/merge.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        merge=merge,
        act=await act_behind(visit, merge),
        until=until,
        undoable=merge.undone_at is None and visit.services.directory.clock.now() < until,
        error=error,
        kept=kept,
    )


async def act_behind(visit: EnvironmentVisit, merge: Merge) -> Act | None:
    """Returns the act of the operator who merged; None if it was none, or is long ago."""
    acts = await visit.services.operators.acts.list_of(
        visit.environment.id, merge.primary.collection, merge.primary.id, PageRequest(MAX_ACTS)
    )
    of_merge = (act for act in acts.entries if act.name == "users.merge" and act.at <= merge.merged_at)
    return next((act for act in of_merge if act.detail.get("other") == merge.secondary.id), None)
