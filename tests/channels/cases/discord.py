"""Discord, as its documentation of executing webhooks, of creating messages and of its error codes has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from addressee.channels.chat.message import ChatMessage
from addressee.channels.provider import ChannelType
from tests.channels.case import MESSAGE_ID, SenderCase
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply

BOT_TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"
HOOK_TOKEN = "3d89bb7572e0fb30d8128367b3b1b44fecd1726de135cbe28a41f8b2f777c372"
HOOK = f"/api/webhooks/223704706495545344/{HOOK_TOKEN}"

EMBEDS = [{"title": "Your order", "description": "It is on its way", "type": "rich"}]
MESSAGE = ChatMessage(
    MESSAGE_ID,
    {"incoming_webhook": {"url": f"https://discord.com{HOOK}?thread_id=41771983423143937"}},
    "@everyone Grüße 🦊",
    embeds=EMBEDS,
    overrides={"username": "Example shop"},
)
BODY = {
    "content": "@everyone Grüße 🦊",
    "embeds": EMBEDS,
    "allowed_mentions": {"parse": []},
    "username": "Example shop",
}


def settings(server: ProviderServer) -> dict[str, Any]:
    return {"endpoint": server.url}


def bot_settings(server: ProviderServer) -> dict[str, Any]:
    return {"bot_token": BOT_TOKEN, "endpoint": server.url}


def check_webhook(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
    assert (request.method, request.path) == ("POST", HOOK)
    assert request.query == "thread_id=41771983423143937&wait=true"
    assert "authorization" not in request.headers
    assert request.json == BODY


def check_bot(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
    assert (request.method, request.path) == ("POST", "/api/v10/channels/290926798999357250/messages")
    assert request.headers["authorization"] == f"Bot {BOT_TOKEN}"
    assert request.json == BODY


def error(status: int, code: int, message: str) -> Reply:
    return Reply(status, {"message": message, "code": code})


REJECTED = [
    error(400, 50035, "Invalid Form Body"),
    error(400, 50006, "Cannot send an empty message"),
    error(403, 50013, "Missing Permissions"),
]
LIMITED = [Reply(429, {"message": "You are being rate limited.", "retry_after": 64.57, "global": False}), Reply(429)]
ACCEPTED = Reply(200, {"id": "334385199974967042", "channel_id": "290926798999357250", "content": "@everyone Grüße"})

TO_WEBHOOK = SenderCase(
    channel_type=ChannelType.CHAT,
    provider="discord",
    variant="webhook",
    settings=settings,
    message=MESSAGE,
    check=check_webhook,
    accepted=ACCEPTED,
    provider_id="334385199974967042",
    hidden=(MESSAGE.text, "It is on its way", HOOK_TOKEN),
    rejected=REJECTED,
    limited=LIMITED,
    refused=[],
    dead=[
        error(404, 10015, "Unknown Webhook"),
        error(401, 50027, "Invalid Webhook Token"),
        error(404, 10003, "Unknown Channel"),
    ],
)

BY_BOT = replace(
    TO_WEBHOOK,
    variant="bot",
    settings=bot_settings,
    message=replace(MESSAGE, to={"channel_id": "290926798999357250"}),
    check=check_bot,
    hidden=(MESSAGE.text, "It is on its way"),
    refused=[Reply(401, {"message": "401: Unauthorized", "code": 0}), error(403, 40001, "Unauthorized")],
    dead=[
        error(404, 10003, "Unknown Channel"),
        error(403, 50001, "Missing Access"),
        error(403, 50007, "Cannot send messages to this user"),
    ],
)

CASES = [TO_WEBHOOK, BY_BOT]
