"""Sends SMS through Telnyx (senders.md §3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import msgspec

from addressee.channels.callbacks.telnyx import telnyx_callbacks
from addressee.channels.requests.bodies import given
from addressee.channels.requests.exchange import ProviderAnswer, ProviderRequest
from addressee.channels.requests.sender import RequestSender, UnsendableError
from addressee.channels.sender import Failed, Failure, Sent
from addressee.channels.settings import NumberSettings, setting_problems
from addressee.channels.sms.message import Sms, sms_provider
from addressee.channels.sms.segments import segment_count
from addressee.directory.documents import merged_deep

MAX_SEGMENTS = 10

# What Telnyx's error codes mean; others mean what the status of HTTP says.
FAILURES: Mapping[str, Failure] = {
    # the number has answered STOP
    "40300": Failure.OPTED_OUT,
    # the number: a landline, not valid
    **dict.fromkeys(("40001", "40012", "40310"), Failure.BOUNCED),
    # too many requests, the queue of the sending number or of the profile
    **dict.fromkeys(("10011", "40011", "40318"), Failure.RATE_LIMITED),
    # the key, what it may do, the account's credit, the profile, sending as a whole
    **dict.fromkeys(("10009", "10010", "20100", "40312", "40314"), Failure.CREDENTIALS),
    # the message: not from this number or profile, not to this region, too long
    **dict.fromkeys(("40302", "40305", "40306", "40309", "40321"), Failure.PERMANENT),
    **dict.fromkeys(("10007", "10008"), Failure.UNAVAILABLE),
    **dict.fromkeys(("40002", "40006"), Failure.TEMPORARY),
}


class TelnyxSettings(NumberSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a Telnyx channel. A sender that is a name needs the messaging profile as well.

    Telnyx tells `status_callback` what becomes of each message, instead of the URL that the profile has. What it
    tells is verified with `webhook_public_key`, the account's public key.
    """

    api_key: str
    sender: str | None = msgspec.field(name="from", default=None)
    messaging_profile_id: str | None = None
    status_callback: str | None = None
    webhook_public_key: str | None = None
    endpoint: str = "https://api.telnyx.com"


class TelnyxMessage(msgspec.Struct):
    id: str | None = None


class TelnyxError(msgspec.Struct):
    code: str | int = ""
    title: str | None = None
    detail: str | None = None

    @property
    def failure(self) -> Failure | None:
        return FAILURES.get(str(self.code))

    @property
    def words(self) -> str:
        return " ".join(str(part) for part in (self.code, self.title, self.detail) if part)


class TelnyxAnswer(msgspec.Struct):
    data: TelnyxMessage | None = None
    errors: list[TelnyxError] = []


def to_request(settings: TelnyxSettings, sms: Sms) -> ProviderRequest:
    """Raises UnsendableError."""
    check_text(sms.text)
    body = {
        "from": settings.sender,
        "messaging_profile_id": settings.messaging_profile_id,
        "to": sms.to,
        "text": sms.text,
        "webhook_url": settings.status_callback,
    }
    return ProviderRequest(
        service="telnyx",
        url=f"{settings.endpoint.rstrip('/')}/v2/messages",
        headers={
            "accept": "application/json",
            "authorization": f"Bearer {settings.api_key}",
            "content-type": "application/json",
        },
        content=msgspec.json.encode(merged_deep(given(body), sms.overrides)),
        envelope=sms.envelope,
        hidden=(settings.api_key, settings.status_callback or "", *sms.contents),
    )


def check_text(text: str) -> None:
    """Raises UnsendableError."""
    if (count := segment_count(text)) > MAX_SEGMENTS:
        raise UnsendableError(f"Telnyx takes at most {MAX_SEGMENTS} segments; this text has {count}")


def judge(answer: ProviderAnswer) -> Sent | Failed:
    """The first error whose code is known decides."""
    said = answer.read(TelnyxAnswer) or TelnyxAnswer()
    if answer.is_success and not said.errors:
        return answer.sent(None if said.data is None else said.data.id)
    words = "; ".join(error.words for error in said.errors)
    failure = next((error.failure for error in said.errors if error.failure is not None), None)
    return answer.usual_failure(words) if failure is None else answer.failed(failure, words)


def telnyx_problems(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields problems with the settings of a Telnyx channel: the setting, and what it must be."""
    yield from setting_problems(settings)
    if settings.get("from") is None and settings.get("messaging_profile_id") is None:
        yield "from", "a Telnyx channel needs 'from', 'messaging_profile_id' or both"


TELNYX = sms_provider(
    "telnyx",
    TelnyxSettings,
    lambda settings, context: RequestSender(context.client, partial(to_request, settings), judge),
    secrets=frozenset({"api_key", "status_callback"}),
    problems=telnyx_problems,
    callbacks=telnyx_callbacks(FAILURES),
)
