"""Microsoft Teams: webhooks of Workflows, and the REST API of the Bot Framework, as their documentations have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qsl

from addressee.channels.chat.bot_tokens import TOKENS, Bot
from addressee.channels.chat.message import ChatMessage
from addressee.channels.provider import ChannelType
from tests.channels.case import MESSAGE_ID, SenderCase
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply

APP_ID = "c38eda0f-e780-49ae-86f0-afb644203cf8"
PASSWORD = "8Q~secret-of-the-bot"
ACCESS_TOKEN = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.of-the-bot"
TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"
CONVERSATION = "19:cbe3683f25094106b826c9cada3afbe0@thread.tacv2"
PERSONAL = (
    "a:17I0kl8EkpE1O9PH5TWrzrLNwnWWcfrU7QZjKR0WSfOpzbfcAg2IaydGElSo10tVr4C7Fc6GtieTJX663WuJCc1uA83n4CSrHSgGBj5XNYL"
)
SIGNATURE = "q2jBxyzSignatureOfTheWorkflow"
HOOK = "/workflows/1f3c8a/triggers/manual/paths/invoke"
HOOK_URL = f"https://prod-96.westeurope.logic.azure.com:443{HOOK}?api-version=2016-06-01&sp=%2Frun&sig={SIGNATURE}"

TEXT = "Grüße 🦊 from us"
CARD = {"type": "AdaptiveCard", "version": "1.4", "body": [{"type": "TextBlock", "text": "Your order is on its way"}]}
PLAIN_CARD = {
    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
    "type": "AdaptiveCard",
    "version": "1.4",
    "body": [{"type": "TextBlock", "text": TEXT, "wrap": True}],
}


def attached(card: Any) -> list[dict[str, Any]]:
    return [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}]


def settings(server: ProviderServer) -> dict[str, Any]:
    return {"endpoint": server.url}


def bot_settings(server: ProviderServer) -> dict[str, Any]:
    """The settings of a bot whose token nobody knows: an earlier server may have had the same port."""
    settings = {"app_id": APP_ID, "app_password": PASSWORD, "tenant_id": TENANT, "endpoint": server.url}
    TOKENS.forget(cast(Bot, SimpleNamespace(**settings)))
    return settings


def check_webhook(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
    assert (request.method, request.path) == ("POST", HOOK)
    assert dict(parse_qsl(request.query)) == {"api-version": "2016-06-01", "sp": "/run", "sig": SIGNATURE}
    assert request.json == {"type": "message", "attachments": attached(PLAIN_CARD)}


def check_channel(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
    assert (request.method, request.path) == ("POST", f"/emea/v3/conversations/{CONVERSATION}/activities")
    assert request.headers["authorization"] == f"Bearer {ACCESS_TOKEN}"
    assert request.json == {
        "type": "message",
        "from": {"id": f"28:{APP_ID}"},
        "summary": TEXT,
        "attachments": attached(CARD),
        "channelData": {"tenant": {"id": TENANT}},
        "importance": "high",
    }


def check_person(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
    assert (request.method, request.path) == ("POST", f"/teams/v3/conversations/{PERSONAL}/activities")
    assert request.headers["authorization"] == f"Bearer {ACCESS_TOKEN}"
    assert request.json == {
        "type": "message",
        "from": {"id": f"28:{APP_ID}"},
        "text": TEXT,
        "channelData": {"tenant": {"id": TENANT}},
    }


def give_token(request: ReceivedRequest) -> Reply:
    assert request.form == {
        "grant_type": "client_credentials",
        "client_id": APP_ID,
        "client_secret": PASSWORD,
        "scope": "https://api.botframework.com/.default",
    }
    return Reply(200, {"token_type": "Bearer", "expires_in": 86399, "access_token": ACCESS_TOKEN})


def open_conversation(request: ReceivedRequest) -> Reply:
    assert request.headers["authorization"] == f"Bearer {ACCESS_TOKEN}"
    assert request.json == {
        "isGroup": False,
        "bot": {"id": f"28:{APP_ID}"},
        "members": [{"id": "29:1a-b2c3"}],
        "tenantId": TENANT,
        "channelData": {"tenant": {"id": TENANT}},
    }
    return Reply(201, {"id": PERSONAL})


def with_token(server: ProviderServer) -> None:
    server.prelude = {f"/{TENANT}/oauth2/v2.0/token": give_token, "/teams/v3/conversations": open_conversation}


def error(status: int, code: str, message: str) -> Reply:
    return Reply(status, {"error": {"code": code, "message": message}})


TO_WEBHOOK = SenderCase(
    channel_type=ChannelType.CHAT,
    provider="ms_teams",
    variant="webhook",
    settings=settings,
    message=ChatMessage(MESSAGE_ID, {"incoming_webhook": {"url": HOOK_URL}}, TEXT),
    check=check_webhook,
    accepted=Reply(202),
    provider_id=None,
    hidden=(TEXT, SIGNATURE, HOOK),
    of_one_address=True,
    rejected=[
        error(400, "TriggerInputSchemaMismatch", "The input body for trigger 'manual' did not match its schema."),
        error(413, "RequestEntityTooLarge", "The request is too large."),
    ],
    temporary=[Reply(500), Reply(502), error(503, "ServerBusy", "Try again later.")],
    limited=[error(429, "WorkflowRunActionsRateLimited", "The rate limit is exceeded.")],
    refused=[],
    dead=[
        error(401, "DirectApiAuthorizationRequired", "The request must be authenticated only by SAS scheme."),
        error(403, "AuthorizationFailed", "The provided signature is not valid."),
        error(404, "WorkflowNotFound", "The workflow could not be found."),
        error(410, "WorkflowTriggerNotFound", "The trigger could not be found."),
    ],
)

TO_CHANNEL = replace(
    TO_WEBHOOK,
    variant="channel",
    of_one_address=False,
    settings=bot_settings,
    prepare=with_token,
    message=ChatMessage(
        MESSAGE_ID,
        {
            "service_url": "https://smba.trafficmanager.net/emea/",
            "tenant_id": TENANT,
            "conversation_id": CONVERSATION,
        },
        TEXT,
        card=CARD,
        overrides={"importance": "high"},
    ),
    check=check_channel,
    accepted=Reply(201, {"id": "1485983408511"}),
    provider_id="1485983408511",
    hidden=(TEXT, "Your order is on its way", ACCESS_TOKEN),
    rejected=[
        error(400, "BadArgument", "The activity is wrong."),
        error(413, "MessageSizeTooBig", "Message size too large."),
        error(403, "Forbidden", "The bot is not authorized for this conversation."),
    ],
    temporary=[Reply(500), Reply(502), Reply(504), error(412, "PreconditionFailed", "Try again.")],
    limited=[error(429, "ThrottledByService", "Too many requests.")],
    refused=[error(401, "Unauthorized", "Authorization has been denied for this request.")],
    dead=[
        error(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster."),
        error(403, "ConversationBlockedByUser", "User blocked the conversation with the bot."),
        error(404, "ConversationNotFound", "Conversation not found."),
    ],
)

TO_PERSON = replace(
    TO_CHANNEL,
    variant="person",
    message=ChatMessage(MESSAGE_ID, {"tenant_id": TENANT, "user_id": "29:1a-b2c3"}, TEXT),
    check=check_person,
    hidden=(TEXT, ACCESS_TOKEN),
)

CASES = [TO_WEBHOOK, TO_CHANNEL, TO_PERSON]
