"""Signing in by the provider of the installation: there and back."""

from __future__ import annotations

from http import HTTPStatus

from addressee.api.answers import Answer
from addressee.dashboard.access.new_sessions import begin_session
from addressee.dashboard.access.sign_in import leads_here, sign_in_page
from addressee.dashboard.errors import PageMissingError
from addressee.dashboard.rendering import see_other
from addressee.dashboard.routes import ANYBODY, Routes
from addressee.dashboard.urls import OPENID, ROOT
from addressee.dashboard.visits import Visit
from addressee.operators.openid.errors import OpenIdError, ProviderUnavailableError
from addressee.operators.openid.sign_ins import OpenId

routes = Routes("openid")

CALLBACK = f"{OPENID}/callback"

# What a provider says by the browser (OpenID Connect Core 1.0; RFC 9207).
PARAMETERS = ("code", "state", "error", "iss")


@routes.get(f"{OPENID}/sign-in", ANYBODY)
async def lead_to_provider(visit: Visit) -> Answer:
    openid, next = openid_of(visit), visit.query.text("next") or ""
    try:
        return see_other(await openid.begin(visit.asked.browser, redirect_uri(visit), next))
    except OpenIdError as error:
        return refused(visit, next, error)


@routes.get(CALLBACK, ANYBODY)
async def come_back(visit: Visit) -> Answer:
    """Begins a session for whom the provider vouches. The account's own one-time passwords are not asked for."""
    openid, operators = openid_of(visit), visit.services.operators
    given = {name: visit.query.text(name) for name in PARAMETERS}
    answer = {name: value for name, value in given.items() if value is not None}
    try:
        signed_in = await openid.finish(visit.asked.browser, redirect_uri(visit), answer)
        operator = await operators.sign_in.vouched(signed_in.email)
    except OpenIdError as error:
        return refused(visit, "", error)
    await operators.acts.record(operator, None, "sessions.begin", detail={"by": openid.name})
    return await begin_session(visit, operator, signed_in.next if leads_here(signed_in.next) else ROOT)


def openid_of(visit: Visit) -> OpenId:
    """Raises PageMissingError where the installation has no provider."""
    openid = visit.services.operators.openid
    if openid is None:
        raise PageMissingError
    return openid


def redirect_uri(visit: Visit) -> str:
    return visit.asked.info.base_url + CALLBACK


def refused(visit: Visit, next: str, error: OpenIdError) -> Answer:
    is_away = isinstance(error, ProviderUnavailableError)
    return sign_in_page(visit, next, HTTPStatus.BAD_GATEWAY if is_away else HTTPStatus.FORBIDDEN, error=error)
