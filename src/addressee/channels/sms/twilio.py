"""Sends SMS through Twilio (senders.md §3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addressee.channels import twilio
from addressee.channels.http_exchange import exchange
from addressee.channels.sender import Failed, Sent
from addressee.channels.sms.message import Sms, sms_provider
from addressee.channels.twilio import TwilioSettings

if TYPE_CHECKING:
    import httpx2


class TwilioSmsSender:
    def __init__(self, settings: TwilioSettings, client: httpx2.AsyncClient) -> None:
        self._settings = settings
        self._client = client

    async def send(self, sms: Sms, /) -> Sent | Failed:
        form = {"To": sms.to, "Body": sms.text}
        request = twilio.message_request(self._settings, form, sms.overrides, sms.envelope, sms.contents)
        answer = await exchange(self._client, request)
        return answer if isinstance(answer, Failed) else twilio.judge(answer)

    async def close(self) -> None:
        """Does nothing: the client is shared."""


TWILIO = sms_provider(
    "twilio",
    TwilioSettings,
    lambda settings, context: TwilioSmsSender(settings, context.client),
    secrets=twilio.SECRETS,
    problems=twilio.twilio_problems,
)
