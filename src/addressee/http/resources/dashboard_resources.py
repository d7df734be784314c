"""The resources of the dashboard."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from addressee.api.answers import Answer
from addressee.api.requests.forms import MAX_BODY_BYTES
from addressee.api.requests.query_strings import Query
from addressee.api.services import Services
from addressee.dashboard.cookies import browser_of, new_browser, with_browser
from addressee.dashboard.pages import ROUTES
from addressee.dashboard.refusals import refusal
from addressee.dashboard.rendering import STATIC
from addressee.dashboard.routes import Route
from addressee.dashboard.urls import ROOT
from addressee.dashboard.visits import Asked, Visit
from addressee.http.application import Application, Owner, Resource, Responder, plain_error
from addressee.http.bodies import Body
from addressee.http.failures import failure
from addressee.http.paths import decode_path
from addressee.http.request import Request
from addressee.http.resources.page_resources import add_static

OWNER = Owner("dashboard", plain_error)

METHODS = {"GET": ("GET", "HEAD"), "POST": ("POST",)}


def add_dashboard(app: Application, services: Services) -> None:
    """Adds the pages of the dashboard, and their static files."""
    responders: dict[str, dict[str, Responder]] = defaultdict(dict)
    for route in ROUTES:
        for method in METHODS[route.method]:
            responders[route.path][method] = partial(answer_to, route, services)
    for path, by_method in responders.items():
        app.add(path, Resource(OWNER, by_method))
    add_static(app, STATIC)


async def answer_to(route: Route, services: Services, request: Request, path: Mapping[str, str]) -> Answer:
    """Answers a request for a page; whatever keeps it from being shown is told on a page."""
    request.label = route.name
    request.authenticated = False
    known = browser_of(request.headers)
    body = Body(request, MAX_BODY_BYTES)
    asked = Asked(
        services, known or new_browser(), {}, request.target, Query(""), request.headers, body.read, request.info
    )
    visit = Visit(asked)
    try:
        asked = replace(asked, path=decode_path(path), query=Query(request.query_string))
        visit = await route.access.admit(asked)
        request.authenticated = True
        answer = await respond(route, visit)
    except Exception as error:
        answer = failure(lambda error, _: refusal(error, visit), error, request.info)
    # Browsers send the cookie to the dashboard only: elsewhere, a new one would take the place of one that is kept.
    if known or "set-cookie" in answer.headers or not route.path.startswith(ROOT):
        return answer
    return with_browser(answer, asked.browser, asked.info.base_url)


async def respond(route: Route, visit: Visit) -> Answer:
    if route.change is not None:
        return await route.change(visit, await visit.form())
    assert route.show is not None
    return await route.show(visit)
