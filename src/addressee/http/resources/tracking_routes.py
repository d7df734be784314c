"""The routes of tracking: pixels, and links that lead on. Not in the OpenAPI document: no client calls them."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from http import HTTPStatus

from addressee.api.answers import Answer
from addressee.api.call import RequestInfo
from addressee.database.sealing import Sealer
from addressee.directory.access.links import LinkInvalidError
from addressee.http.application import Application, Owner, Resource
from addressee.http.request import Request
from addressee.messaging.feedback.engagements import ENGAGEMENTS, Engagement, Engagements
from addressee.messaging.tracking.tokens import (
    CLICK_PATH,
    OPEN_PATH,
    PICTURE,
    Tracked,
    open_token,
    tracking_key,
)
from addressee.messaging.tracking.urls import shown_url
from addressee.messaging.tracking.visitors import is_person
from addressee.pages.refusal_page import refusal_page

# One transparent pixel.
PIXEL = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")

# Each open is to be asked for, and the URL of a click is nobody else's.
UNCACHED = {
    "cache-control": "no-store, no-cache, must-revalidate, max-age=0",
    "pragma": "no-cache",
    "expires": "0",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
    "x-content-type-options": "nosniff",
}


class TrackingRoutes:
    """Pixels and links of all environments. To answer, nothing is read."""

    def __init__(self, engagements: Engagements, sealer: Sealer) -> None:
        self._engagements = engagements
        self._key = tracking_key(sealer)

    async def open(self, request: Request, path: Mapping[str, str]) -> Answer:
        """Answers with the pixel of a message."""
        tracked = self._tracked(request, "tracking.open", path["token"].removesuffix(PICTURE))
        if tracked is None or tracked.target is not None:
            return no_link(request)
        await self._take(request, tracked.environment_id, Engagement(tracked.message_id))
        return Answer(PIXEL, HTTPStatus.OK, UNCACHED, content_type="image/gif")

    async def click(self, request: Request, path: Mapping[str, str]) -> Answer:
        """Leads on to where a link of a message goes."""
        tracked = self._tracked(request, "tracking.click", path["token"])
        if tracked is None or tracked.target is None:
            return no_link(request)
        url = shown_url(tracked.target) or ""
        await self._take(request, tracked.environment_id, Engagement(tracked.message_id, url))
        return Answer(status=HTTPStatus.FOUND, headers={**UNCACHED, "location": tracked.target})

    def _tracked(self, request: Request, label: str, token: str) -> Tracked | None:
        tracked = open_token(token, self._key)
        request.label = label
        request.authenticated = tracked is not None
        return tracked

    async def _take(self, request: Request, environment_id: int, engagement: Engagement) -> None:
        if is_person(request.method, request.headers):
            await self._engagements.take(environment_id, engagement)
        else:
            ENGAGEMENTS.labels(engagement.kind, "automatic").inc()


def add_tracking(app: Application, routes: TrackingRoutes) -> None:
    owner = Owner("tracking", refused)
    app.add_prefix("/t/", owner)
    app.add(f"{OPEN_PATH}/{{token}}", Resource(owner, {"GET": routes.open, "HEAD": routes.open}))
    app.add(f"{CLICK_PATH}/{{token}}", Resource(owner, {"GET": routes.click, "HEAD": routes.click}))


def no_link(request: Request) -> Answer:
    """Returns the page of whoever follows a link that is none of ours, in the language of the browser."""
    return refusal_page(LinkInvalidError(), request.headers)


def refused(error: Exception, info: RequestInfo) -> Answer:
    """The answer to what leads nowhere: a page, whatever is wrong."""
    return refusal_page(error, {})
