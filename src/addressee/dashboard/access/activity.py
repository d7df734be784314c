"""The activity of operators in an environment, newest first."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from addressee.api.answers import Answer
from addressee.dashboard.acts import detail_url, phrase_of, subject_url
from addressee.dashboard.errors import PageMissingError
from addressee.dashboard.rendering import page
from addressee.dashboard.routes import ADMIN, Routes
from addressee.dashboard.urls import ENVIRONMENT
from addressee.dashboard.visits import EnvironmentVisit
from addressee.operators.acts import Act

routes = Routes("activity")

PAGE_SIZE = 50


class ShownAct(NamedTuple):
    """An act in words, with links to what it names. `details` are names, values as texts, and links."""

    act: Act
    phrase: str
    subject_url: str | None
    details: list[tuple[str, str, str | None]]


@routes.get(f"{ENVIRONMENT}/activity", ADMIN)
async def list_acts(visit: EnvironmentVisit) -> Answer:
    operators, environment_id, operator_id = visit.services.operators, visit.environment.id, operator_in(visit)
    request = visit.query.page_request(UUID, PAGE_SIZE)
    found = await operators.acts.list(environment_id, request, operator_id)
    older = None if found.after is None else visit.url("activity", operator=operator_id, after=found.after)
    return page(
        visit,
        "access/activity.html",
        acts=[shown(visit, act) for act in found.entries],
        members=await operators.roles.members(environment_id),
        operator_id=operator_id,
        newest=None if request.after is None else visit.url("activity", operator=operator_id),
        older=older,
    )


def operator_in(visit: EnvironmentVisit) -> UUID | None:
    """Returns the operator whose acts are asked for. Raises PageMissingError for what is no id."""
    text = visit.query.text("operator")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise PageMissingError("There is no such operator.") from None


def shown(visit: EnvironmentVisit, act: Act) -> ShownAct:
    details = [
        (name.replace("_", " "), text_of(value), detail_url(visit, name, value)) for name, value in act.detail.items()
    ]
    return ShownAct(act, phrase_of(act), subject_url(visit, act), details)


def text_of(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(str, value)) or "–"
        case None:
            return "–"
        case _:
            return str(value)
