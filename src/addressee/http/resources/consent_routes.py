"""The routes to which providers send browsers back. Not in the OpenAPI document: no client calls them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from addressee.api.answers import Answer
from addressee.api.call import RequestInfo
from addressee.api.requests.query_strings import Query
from addressee.api.services import Services
from addressee.dialects.knock.consent.consents import MS_TEAMS_PATH, SLACK_PATH, ms_teams_page, slack_page
from addressee.http.application import OWN, Application, Resource
from addressee.http.request import Request

Page = Callable[[Services, Query, RequestInfo], Awaitable[Answer]]


def add_consent_routes(app: Application, services: Services) -> None:
    for path, label, page in (
        (SLACK_PATH, "providers.slack.authenticate", slack_page),
        (MS_TEAMS_PATH, "providers.ms_teams.authenticate", ms_teams_page),
    ):
        app.add(path, Resource(OWN, {"GET": partial(respond, label, page, services)}))


async def respond(label: str, page: Page, services: Services, request: Request, path: Mapping[str, str]) -> Answer:
    request.label = label
    return await page(services, Query(request.query_string), request.info)
