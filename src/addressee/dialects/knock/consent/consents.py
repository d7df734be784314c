"""Consents of customers: a provider has sent the browser back, with what it grants."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import NamedTuple
from uuid import UUID

import structlog

from addressee.api.answers import Answer
from addressee.api.call import RequestInfo
from addressee.api.refusals import INTERNAL, refusal_of
from addressee.api.requests.query_strings import Query
from addressee.api.services import Services
from addressee.channels.chat.accounts.errors import AccountRefusedError
from addressee.channels.chat.accounts.redirects import SETTING, may_lead_to
from addressee.channels.provider import ChannelType
from addressee.dialects.knock.consent.outcome_page import Outcome, outcome_page
from addressee.dialects.knock.consent.state import ConsentState, NamedObject, read_state
from addressee.dialects.knock.wire.authentication import MS_TEAMS, SLACK, authenticate_page
from addressee.dialects.knock.wire.errors import CODES, KnockError, invalid, missing
from addressee.directory.access.keys import Credential
from addressee.directory.collections import check_objects
from addressee.directory.documents import check_id
from addressee.directory.recipient import Place
from addressee.directory.writing.history import Origin
from addressee.messaging.environment.channels import Channel

SLACK_PATH = "/providers/slack/authenticate"
MS_TEAMS_PATH = "/providers/ms-teams/authenticate"

# What a provider calls an error. Anything else in the URL could be anybody's words, and is not shown.
CODE = re.compile(r"[A-Za-z0-9_]{1,64}")

log = structlog.get_logger()


class Consent(NamedTuple):
    """A consent whose state was checked: what is connected to which channel, and who asked for it."""

    channel: Channel
    place: Place
    origin: Origin


Connect = Callable[[Services, Query, Consent, RequestInfo], Awaitable[None]]


async def slack_page(services: Services, query: Query, info: RequestInfo) -> Answer:
    """Answers a browser that comes from Slack."""

    async def check(state: ConsentState) -> Consent:
        return await checked(services, info, state, state.access_token_object, SLACK, "slack")

    return await page(services, query, info, check, connect_slack)


async def ms_teams_page(services: Services, query: Query, info: RequestInfo) -> Answer:
    """Answers a browser that comes from Microsoft, where an administrator has let the app in."""

    async def check(state: ConsentState) -> Consent:
        return await checked(services, info, state, state.ms_teams_tenant_object, MS_TEAMS, "ms_teams")

    return await page(services, query, info, check, connect_ms_teams)


async def connect_slack(services: Services, query: Query, consent: Consent, info: RequestInfo) -> None:
    code = query.text("code")
    if code is None:
        raise invalid("code", "Slack has sent no code.")
    redirect_uri = info.base_url + SLACK_PATH
    await services.chat_accounts.connect_slack(consent.channel, consent.place, code, redirect_uri, consent.origin)


async def connect_ms_teams(services: Services, query: Query, consent: Consent, info: RequestInfo) -> None:
    tenant_id = query.text("tenant")
    if tenant_id is None or (query.text("admin_consent") or "").lower() != "true":
        raise invalid("tenant", "Microsoft has sent no tenant in which an administrator has consented.")
    await services.chat_accounts.connect_ms_teams(consent.channel, consent.place, tenant_id, consent.origin)


async def page(
    services: Services,
    query: Query,
    info: RequestInfo,
    check: Callable[[ConsentState], Awaitable[Consent]],
    connect: Connect,
) -> Answer:
    """Returns the page that says what became of a consent."""
    nonce = None
    try:
        state = read_state(query.text("state"))
        nonce = state.nonce
        consent = await check(state)
        if (error := query.text("error")) is not None:
            raise KnockError("authorization", f"The provider says: {error if CODE.fullmatch(error) else 'error'}")
        await connect(services, query, consent, info)
    except KnockError as refusal:
        return outcome_page(Outcome(refusal.message, CODES[refusal.code][0], nonce))
    except AccountRefusedError as refusal:
        return outcome_page(Outcome(f"The provider refuses this: {refusal}", CODES["authorization"][0], nonce))
    except Exception as error:
        known = refusal_of(error)
        if known is INTERNAL:
            raise
        return outcome_page(Outcome(known.message, known.status, nonce))
    return outcome_page(Outcome(nonce=nonce, redirect_url=onward(state, consent.channel)))


async def checked(
    services: Services,
    info: RequestInfo,
    state: ConsentState,
    named: NamedObject | None,
    permission: str,
    provider: str,
) -> Consent:
    """Returns the consent of a state. Raises KnockError unless the caller may connect the object to the channel.

    A state comes from a browser like any request, so that it must hold what a request would: a key and a token.
    """
    credential, caller = await authenticate_page(services.keys, state.public_key, state.user_token)
    if named is None:
        raise invalid("state", "The state does not say what is to be connected.")
    place = Place(credential.environment.id, check_objects(named.collection), check_id(named.object_id, "state"))
    caller.check_object(permission, place)
    channel = await chat_channel(services, credential, state.channel_id, provider)
    return Consent(channel, place, Origin(credential.key_id, info.id))


async def chat_channel(services: Services, credential: Credential, id: str, provider: str) -> Channel:
    try:
        channel = await services.messaging.channels.get(credential.environment.id, UUID(id))
    except ValueError:
        channel = None
    if channel is None or (channel.type, channel.provider) != (ChannelType.CHAT, provider):
        raise missing(f"A channel of {provider} with this id")
    return channel


def onward(state: ConsentState, channel: Channel) -> str | None:
    """Returns where the browser is led, if that is on an origin that the channel's settings list."""
    url = state.redirect_url
    if not url:
        return None
    if may_lead_to(url, channel.settings.get(SETTING, ())):
        return url
    log.warning("redirect not followed", channel_id=channel.id, reason=f"its origin is not in {SETTING}")
    return None
