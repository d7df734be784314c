"""The WhatsApp Cloud API of Meta, as its documentation of messages and of its error codes has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addressee.channels.provider import ChannelType
from addressee.channels.whatsapp.message import ApprovedTemplate, WhatsAppMessage
from tests.channels.case import MESSAGE_ID, SenderCase
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply

NUMBER = "+491701234567"
WAMID = "wamid.HBgLMTY0NjcwNDM1OTUVAgARGBI1RjQyNUE3NEYxMzAzMzQ5MkEA"
BUTTON = {
    "type": "button",
    "sub_type": "url",
    "index": "0",
    "parameters": [{"type": "text", "text": "orders/geheim"}],
}

TEXT = WhatsAppMessage(MESSAGE_ID, NUMBER, "Grüße & 🦊", {"text": {"preview_url": True}})
LISTED = WhatsAppMessage(MESSAGE_ID, NUMBER, ApprovedTemplate("shipped", "de", ["Ada Lovelace", "4711"], [BUTTON]))
NAMED = WhatsAppMessage(MESSAGE_ID, NUMBER, ApprovedTemplate("shipped", "en_US", {"buyer": "Ada Lovelace"}))
BARE = WhatsAppMessage(MESSAGE_ID, NUMBER, ApprovedTemplate("hello_world", "en_US"))

ENVELOPE = {
    "messaging_product": "whatsapp",
    "recipient_type": "individual",
    "to": NUMBER,
    "biz_opaque_callback_data": MESSAGE_ID,
}


def settings(server: ProviderServer) -> dict[str, Any]:
    return {"phone_number_id": "106540352242922", "access_token": "EAAJB-access", "endpoint": server.url}


def check(body: dict[str, Any]) -> Any:
    def check(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
        assert (request.method, request.path) == ("POST", "/v24.0/106540352242922/messages")
        assert request.headers["authorization"] == "Bearer EAAJB-access"
        assert request.json == {**ENVELOPE, **body}

    return check


def error(status: int, code: int, message: str, details: str = "") -> Reply:
    data = {"messaging_product": "whatsapp", "details": details}
    text = f"(#{code}) {message}"
    trace = "Az8or2yhqkZfEZ-_4Qn_Bam"
    return Reply(
        status,
        {"error": {"message": text, "type": "OAuthException", "code": code, "error_data": data, "fbtrace_id": trace}},
    )


def case(message: WhatsAppMessage, body: dict[str, Any], hidden: tuple[str, ...]) -> SenderCase:
    return SenderCase(
        channel_type=ChannelType.WHATSAPP,
        provider="meta",
        settings=settings,
        message=message,
        check=check(body),
        accepted=Reply(
            200,
            {
                "messaging_product": "whatsapp",
                "contacts": [{"input": NUMBER, "wa_id": "491701234567"}],
                "messages": [{"id": WAMID, "message_status": "accepted"}],
            },
        ),
        provider_id=WAMID,
        hidden=hidden,
        rejected=[
            error(400, 131047, "Re-engagement message", "More than 24 hours have passed since the recipient replied."),
            error(404, 132001, "Template name does not exist in the translation"),
            error(400, 132000, "Number of parameters does not match the expected number of params"),
            error(400, 131051, "Unsupported message type"),
            error(400, 131049, "This message was not delivered to maintain healthy ecosystem engagement."),
            error(400, 100, "Invalid parameter"),
        ],
        temporary=[
            error(500, 131000, "Something went wrong"),
            error(503, 131016, "Service unavailable"),
            error(503, 2, "API Service"),
            error(400, 1, "API Unknown"),
            error(503, 133004, "Server Temporarily Unavailable"),
            Reply(502, "<html>Bad Gateway</html>"),
        ],
        limited=[
            error(400, 130429, "Rate limit hit"),
            error(400, 131056, "(Business Account, Consumer Account) pair rate limit hit"),
            error(400, 80007, "Rate limit issues"),
            error(400, 131048, "Spam Rate limit hit"),
            error(400, 4, "API Too Many Calls"),
            Reply(429),
        ],
        refused=[
            error(401, 190, "Access token has expired"),
            error(401, 0, "AuthException"),
            error(403, 10, "Permission Denied"),
            error(403, 200, "API Permission"),
            error(403, 131005, "Access denied"),
            error(403, 368, "Temporarily blocked for policies violations"),
            error(403, 131031, "Account has been locked"),
            error(400, 131042, "Business eligibility payment issue"),
            error(400, 133010, "Phone number not registered"),
            Reply(400, {"error": {"message": None, "code": 190, "error_subcode": 463, "error_data": "expired"}}),
        ],
        dead=[error(400, 131026, "Message Undeliverable", "Unable to deliver message.")],
        mismatched=[error(400, 131030, "Recipient phone number not in allowed list")],
        opted_out=[error(400, 131050, "User has stopped marketing messages")],
    )


CASES = [
    case(TEXT, {"type": "text", "text": {"body": "Grüße & 🦊", "preview_url": True}}, ("Grüße & 🦊",)),
    case(
        LISTED,
        {
            "type": "template",
            "template": {
                "name": "shipped",
                "language": {"code": "de"},
                "components": [
                    {
                        "type": "body",
                        "parameters": [{"type": "text", "text": "Ada Lovelace"}, {"type": "text", "text": "4711"}],
                    },
                    BUTTON,
                ],
            },
        },
        ("Ada Lovelace", "4711", "orders/geheim"),
    ),
    case(
        NAMED,
        {
            "type": "template",
            "template": {
                "name": "shipped",
                "language": {"code": "en_US"},
                "components": [
                    {
                        "type": "body",
                        "parameters": [{"type": "text", "parameter_name": "buyer", "text": "Ada Lovelace"}],
                    }
                ],
            },
        },
        ("Ada Lovelace",),
    ),
    case(BARE, {"type": "template", "template": {"name": "hello_world", "language": {"code": "en_US"}}}, ()),
]
