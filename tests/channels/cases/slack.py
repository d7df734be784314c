"""Slack, as its documentation of chat.postMessage, users.lookupByEmail and of incoming webhooks has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from addressee.channels.chat.message import ChatMessage
from addressee.channels.provider import ChannelType
from tests.channels.case import MESSAGE_ID, SenderCase
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply

BOT_TOKEN = "xoxb-17653672481-19874698323"
OWN_TOKEN = "xoxb-another-workspace-4711"
HOOK = "/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"
TS = "1503435956.000247"

BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": "*Your order* is on its way"}}]
MESSAGE = ChatMessage(
    MESSAGE_ID,
    {"channel_id": "C123ABC456"},
    "Grüße 🦊 from us",
    blocks=BLOCKS,
    overrides={"unfurl_links": False},
)


def settings(server: ProviderServer) -> dict[str, Any]:
    return {"bot_token": BOT_TOKEN, "endpoint": server.url}


def no_settings(server: ProviderServer) -> dict[str, Any]:
    return {"endpoint": server.url}


def posted_to(channel: str, token: str) -> Callable[[ReceivedRequest, Mapping[str, Any]], None]:
    def check(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
        assert (request.method, request.path) == ("POST", "/api/chat.postMessage")
        assert request.headers["authorization"] == f"Bearer {token}"
        assert request.headers["content-type"] == "application/json; charset=utf-8"
        assert request.json == {
            "channel": channel,
            "text": "Grüße 🦊 from us",
            "blocks": BLOCKS,
            "unfurl_links": False,
        }

    return check


def check_webhook(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
    assert (request.method, request.path) == ("POST", HOOK)
    assert "authorization" not in request.headers
    assert request.json == {"text": "Grüße 🦊 from us", "blocks": BLOCKS, "unfurl_links": False}


def with_ada(server: ProviderServer) -> None:
    """Slack knows who has the e-mail address."""

    def look_up(request: ReceivedRequest) -> Reply:
        assert request.method == "GET"
        assert request.query == "email=ada%2Bslack@example.com"
        assert request.headers["authorization"] == f"Bearer {OWN_TOKEN}"
        return Reply(200, {"ok": True, "user": {"id": "W012A3CDE", "name": "ada", "profile": {}}})

    server.prelude = {"/api/users.lookupByEmail": look_up}


def error(code: str, **more: str) -> Reply:
    return Reply(200, {"ok": False, "error": code, **more})


REJECTED = [error("msg_too_long"), error("invalid_blocks"), error("no_text"), error("restricted_action")]
TEMPORARY = [error("internal_error"), error("fatal_error"), Reply(500), Reply(503, "<html>Slack is down</html>")]
LIMITED = [Reply(429, {"ok": False, "error": "ratelimited"}), error("message_limit_exceeded"), Reply(429)]
DEAD = ["channel_not_found", "is_archived", "not_in_channel", "user_not_found", "cannot_dm_bot"]
TOKEN_DEAD = ["account_inactive", "token_revoked", "token_expired", "invalid_auth", "not_authed", "org_login_required"]

BY_BOT = SenderCase(
    channel_type=ChannelType.CHAT,
    provider="slack",
    variant="channel",
    settings=settings,
    message=MESSAGE,
    check=posted_to("C123ABC456", BOT_TOKEN),
    accepted=Reply(
        200, {"ok": True, "channel": "C123ABC456", "ts": TS, "message": {"text": "Grüße", "type": "message"}}
    ),
    provider_id=f"C123ABC456:{TS}",
    hidden=(MESSAGE.text, BLOCKS[0]["text"]["text"]),  # type: ignore[index]
    rejected=REJECTED,
    temporary=TEMPORARY,
    limited=LIMITED,
    refused=[
        *map(error, TOKEN_DEAD),
        error("missing_scope", needed="chat:write", provided="channels:read"),
        error("not_allowed_token_type"),
    ],
    dead=[error(code) for code in DEAD],
)

WITH_OWN_TOKEN = replace(
    BY_BOT,
    variant="user",
    limits_each_address=True,
    settings=no_settings,
    message=replace(MESSAGE, to={"user_id": "U012AB3CD", "access_token": OWN_TOKEN}),
    check=posted_to("U012AB3CD", OWN_TOKEN),
    hidden=(*BY_BOT.hidden, OWN_TOKEN),
    rejected=[*REJECTED, error("missing_scope", needed="im:write", provided="chat:write")],
    refused=[],
    dead=[error(code) for code in (*DEAD, *TOKEN_DEAD)],
)

WITH_SHARED_TOKEN = replace(
    WITH_OWN_TOKEN,
    variant="tenant",
    message=replace(MESSAGE, to={"user_id": "U012AB3CD", "token": {"access_token": OWN_TOKEN}}),
    temporary=[*TEMPORARY, *map(error, TOKEN_DEAD)],
    dead=[error(code) for code in DEAD],
)

BY_EMAIL = replace(
    WITH_OWN_TOKEN,
    variant="email",
    message=replace(MESSAGE, to={"email": "ada+slack@example.com", "access_token": OWN_TOKEN}),
    check=posted_to("W012A3CDE", OWN_TOKEN),
    prepare=with_ada,
)

TO_WEBHOOK = replace(
    BY_BOT,
    variant="webhook",
    limits_each_address=True,
    settings=no_settings,
    message=replace(MESSAGE, to={"incoming_webhook": {"url": f"https://hooks.slack.com{HOOK}"}}),
    check=check_webhook,
    accepted=Reply(200, "ok"),
    provider_id=None,
    hidden=(*BY_BOT.hidden, HOOK, "XXXXXXXXXXXXXXXXXXXXXXXX"),
    rejected=[Reply(400, "invalid_payload"), Reply(400, "no_text"), Reply(400, "invalid_blocks")],
    temporary=[Reply(500, "rollup_error"), Reply(503)],
    limited=[Reply(429, "rate_limited")],
    refused=[],
    dead=[
        Reply(404, "no_service"),
        Reply(404, "channel_not_found"),
        Reply(410, "channel_is_archived"),
        Reply(403, "action_prohibited"),
        Reply(403, "invalid_token"),
        Reply(400, "user_not_found"),
        Reply(404, "no_team"),
    ],
)

CASES = [BY_BOT, WITH_OWN_TOKEN, WITH_SHARED_TOKEN, BY_EMAIL, TO_WEBHOOK]
