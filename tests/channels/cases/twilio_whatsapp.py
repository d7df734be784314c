"""WhatsApp by Twilio's Messages API, as its documentation of WhatsApp and of content templates has it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from addressee.channels.provider import ChannelType
from addressee.channels.whatsapp.message import ApprovedTemplate, WhatsAppMessage
from tests.channels.case import MESSAGE_ID, SenderCase
from tests.channels.cases.twilio_sms import ACCEPTED, ACCOUNT, LIMITED, REFUSED, authenticated, error
from tests.channels.cases.twilio_sms import settings as sms_settings
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply

NUMBER = "+491701234567"
CONTENT_SID = "HXb5b62575e6e4ff6129ad7c8efe1f983e"

TEXT = WhatsAppMessage(MESSAGE_ID, NUMBER, "Grüße & 🦊", {"MediaUrl": "https://example.com/geheim.png"})
LISTED = WhatsAppMessage(MESSAGE_ID, NUMBER, ApprovedTemplate(CONTENT_SID, "en", ["Ada Lovelace", "4711"]))
NAMED = WhatsAppMessage(MESSAGE_ID, NUMBER, ApprovedTemplate(CONTENT_SID, "en", {"buyer": "Ada Lovelace"}))


def settings(server: ProviderServer) -> dict[str, Any]:
    settings = sms_settings(server)
    del settings["status_callback"]
    return settings


def check(fields: dict[str, str], variables: dict[str, str] | None = None) -> Any:
    def check(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
        assert (request.method, request.path) == ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json")
        assert authenticated(request, ACCOUNT, settings["auth_token"])
        form = request.form
        assert (None if variables is None else json.loads(form.pop("ContentVariables"))) == variables
        assert form == {"From": "whatsapp:+15005550006", "To": "whatsapp:+491701234567", **fields}

    return check


def failed(code: int, message: str) -> Reply:
    return Reply(201, {"sid": "SM1", "status": "failed", "error_code": code, "error_message": message})


def case(message: WhatsAppMessage, check: Any) -> SenderCase:
    return SenderCase(
        channel_type=ChannelType.WHATSAPP,
        provider="twilio",
        settings=settings,
        message=message,
        check=check,
        accepted=ACCEPTED,
        provider_id="SM0a129aee",
        hidden=message.contents,
        rejected=[
            error(400, 63016, "Failed to send freeform message because you are outside the allowed window."),
            error(400, 63027, "Template does not exist for a language and locale"),
            error(400, 63028, "Number of parameters provided does not match the expected number of parameters"),
            failed(63016, "Outside of the allowed window"),
        ],
        limited=[*LIMITED, error(400, 63018, "Rate limit exceeded for Channel")],
        refused=[*REFUSED, error(400, 63007, "Twilio could not find a Channel with the specified From address")],
        dead=[
            error(400, 63003, "Channel could not find To address"),
            failed(63024, "Invalid message recipient"),
            error(400, 21211, "Invalid 'To' Phone Number"),
        ],
        opted_out=[error(400, 21610, "Attempt to send to unsubscribed recipient")],
    )


CASES = [
    case(TEXT, check({"Body": "Grüße & 🦊", "MediaUrl": "https://example.com/geheim.png"})),
    case(LISTED, check({"ContentSid": CONTENT_SID}, {"1": "Ada Lovelace", "2": "4711"})),
    case(NAMED, check({"ContentSid": CONTENT_SID}, {"buyer": "Ada Lovelace"})),
]
