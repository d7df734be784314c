"""The addresses that lead to the dashboard."""

from __future__ import annotations

from addressee.api.answers import Answer
from addressee.dashboard.errors import PageMissingError
from addressee.dashboard.rendering import page, see_other
from addressee.dashboard.routes import ANYBODY, OPERATOR, Routes
from addressee.dashboard.urls import ROOT, environment_url
from addressee.dashboard.visits import OperatorVisit, Visit

routes = Routes("home")


@routes.get("/", ANYBODY)
async def lead_to_dashboard(visit: Visit) -> Answer:
    return see_other(ROOT)


@routes.get(ROOT, OPERATOR)
async def lead_to_environment(visit: OperatorVisit) -> Answer:
    """Leads to the first environment in which the operator has a role."""
    first = next(iter(visit.environments), None)
    if first is None:
        return page(visit, "no_environment.html")
    return see_other(environment_url(first))


@routes.get(f"{ROOT}/{{rest:path}}", OPERATOR)
async def find_nothing(visit: OperatorVisit) -> Answer:
    """Raises PageMissingError, at every address that nothing else has."""
    raise PageMissingError
