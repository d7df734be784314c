"""Telegram, as its documentation of sendMessage has it; what its errors say is known from the server's answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addressee.channels.chat.message import ChatMessage
from addressee.channels.provider import ChannelType
from tests.channels.case import MESSAGE_ID, SenderCase
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply

BOT_TOKEN = "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11"
MESSAGE = ChatMessage(
    MESSAGE_ID, {"chat_id": "-1001234567890"}, "Grüße <b>🦊</b>", overrides={"disable_notification": True}
)


def settings(server: ProviderServer) -> dict[str, Any]:
    return {"bot_token": BOT_TOKEN, "endpoint": server.url}


def check(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
    assert (request.method, request.path) == ("POST", f"/bot{BOT_TOKEN}/sendMessage")
    assert request.json == {"chat_id": "-1001234567890", "text": "Grüße <b>🦊</b>", "disable_notification": True}


def error(code: int, description: str, **parameters: int) -> Reply:
    more = {"parameters": parameters} if parameters else {}
    return Reply(code, {"ok": False, "error_code": code, "description": description, **more})


CASES = [
    SenderCase(
        channel_type=ChannelType.CHAT,
        provider="telegram",
        settings=settings,
        message=MESSAGE,
        check=check,
        accepted=Reply(200, {"ok": True, "result": {"message_id": 7, "chat": {"id": -1001234567890}, "date": 1}}),
        provider_id="-1001234567890:7",
        hidden=(MESSAGE.text,),
        rejected=[
            error(400, "Bad Request: message text is empty"),
            error(400, "Bad Request: can't parse entities: unsupported start tag"),
            error(413, "Request Entity Too Large"),
        ],
        temporary=[error(500, "Internal Server Error"), Reply(502, "<html>Bad Gateway</html>"), Reply(503)],
        limited=[error(429, "Too Many Requests: retry after 14", retry_after=14), Reply(429)],
        refused=[error(401, "Unauthorized"), error(404, "Not Found")],
        dead=[
            error(403, "Forbidden: bot was blocked by the user"),
            error(403, "Forbidden: user is deactivated"),
            error(403, "Forbidden: bot was kicked from the supergroup chat"),
            error(403, "Forbidden: bot can't initiate conversation with a user"),
            error(400, "Bad Request: chat not found"),
        ],
    )
]
