"""The resources of the pages, and of the static files that they use."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from addressee.api.answers import Answer
from addressee.api.call import RequestInfo
from addressee.api.requests.forms import MAX_BODY_BYTES
from addressee.api.requests.query_strings import Query
from addressee.api.services import Services
from addressee.api.static_files import StaticFile
from addressee.http.application import OWN, Application, Owner, Resource
from addressee.http.bodies import Body
from addressee.http.failures import failure
from addressee.http.request import Request
from addressee.pages.pages import PAGES
from addressee.pages.refusal_page import refusal_page
from addressee.pages.rendering import STATIC
from addressee.pages.visit import Asked, Handler, Page, open_visit


def add_pages(app: Application, services: Services) -> None:
    """Adds the pages, and the static files of the package."""
    owner = Owner("pages", refused)
    app.add_prefix("/pages/", owner)
    for page in PAGES:
        handlers = {**page.handlers, "HEAD": page.handlers["GET"]}
        responders = {method: partial(answer_to, page, handler, services) for method, handler in handlers.items()}
        app.add(page.path, Resource(owner, responders))
    add_static(app, STATIC)


def add_static(app: Application, files: Mapping[str, StaticFile]) -> None:
    for file in files.values():
        responder = partial(static_answer, file)
        app.add(file.path, Resource(OWN, {"GET": responder, "HEAD": responder}))


async def answer_to(
    page: Page, handler: Handler, services: Services, request: Request, path: Mapping[str, str]
) -> Answer:
    """Answers a request for a page; whatever keeps it from being shown is told in the browser's language."""
    request.label = page.name
    request.authenticated = False
    try:
        body = Body(request, MAX_BODY_BYTES)
        # A token has no escapes: what was not copied well is none.
        asked = Asked(services, path["token"], Query(request.query_string), request.headers, body.read, request.info)
        visit = await open_visit(asked, page.purpose)
        request.authenticated = True
        return await handler(visit)
    except Exception as error:
        return failure(lambda error, _: refusal_page(error, request.headers), error, request.info)


def refused(error: Exception, info: RequestInfo) -> Answer:
    """The answer to a request that no page takes."""
    return refusal_page(error, {})


async def static_answer(file: StaticFile, request: Request, path: Mapping[str, str]) -> Answer:
    request.label = "static"
    return file.answer
