"""Twilio's Messages API, by which both SMS and WhatsApp messages are sent, and its error codes (senders.md §3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from addressee.channels.requests.authorization import basic, secret_of
from addressee.channels.requests.bodies import given
from addressee.channels.requests.exchange import ProviderAnswer, ProviderRequest
from addressee.channels.requests.forms import CONTENT_TYPE, form_of
from addressee.channels.sender import Failed, Failure, Sent
from addressee.channels.settings import NumberSettings, setting_problems
from addressee.directory.documents import merged_deep

# The URL of callbacks has a secret in its path.
SECRETS = frozenset({"auth_token", "api_secret", "status_callback"})

# What Twilio's error codes mean, in answers and in status callbacks; others mean what the status of HTTP says.
FAILURES: Mapping[int, Failure] = {
    # the number: invalid, no mobile one, unknown to the network, a landline, not on WhatsApp
    **dict.fromkeys((21211, 21217, 21614, 30005, 30006, 63003, 63024), Failure.BOUNCED),
    # its owner has answered STOP
    21610: Failure.OPTED_OUT,
    # the message: a region that is not enabled, no route, a filter, outside of WhatsApp's window, a wrong template
    **dict.fromkeys((21408, 21612, 21617, 30004, 30007, 63013, 63016, 63027, 63028), Failure.PERMANENT),
    # too many requests, the queue of the sending number, limits of WhatsApp
    **dict.fromkeys((14107, 20429, 21611, 30001, 63018, 63038), Failure.RATE_LIMITED),
    # the account: its keys, suspended, without permission, a sender that is not registered
    **dict.fromkeys((10001, 20003, 20005, 20006, 30002, 30034, 63007), Failure.CREDENTIALS),
    # the network does not reach the phone now, or does not say why
    **dict.fromkeys((30003, 30008), Failure.TEMPORARY),
}


class TwilioSettings(NumberSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a Twilio channel. Requests are authenticated with the API key if there is one.

    `auth_token` is also what signs Twilio's callbacks. Twilio tells `status_callback` what becomes of each message.
    """

    account_sid: str
    auth_token: str | None = None
    api_key: str | None = None
    api_secret: str | None = None
    sender: str | None = msgspec.field(name="from", default=None)
    messaging_service_sid: str | None = None
    status_callback: str | None = None
    endpoint: str = "https://api.twilio.com"


class TwilioAnswer(msgspec.Struct):
    """A message that was taken, with its `sid`, or an error, with its `code`."""

    sid: str | None = None
    code: int | None = None
    error_code: int | None = None
    message: str | None = None


def message_request(
    settings: TwilioSettings,
    form: Mapping[str, Any],
    overrides: Mapping[str, Any],
    envelope: Mapping[str, Any],
    hidden: Sequence[str],
) -> ProviderRequest:
    """Returns the request that sends a message. `form` has its fields but for the sender's and the callback's.

    `overrides` are laid over the form; null removes a field, and a list is sent as a field for each of its entries.
    """
    user, password = credentials(settings)
    authorization = basic(user, password)
    return ProviderRequest(
        service="twilio",
        url=f"{settings.endpoint.rstrip('/')}/2010-04-01/Accounts/{quote(settings.account_sid, safe='')}/Messages.json",
        headers={
            "accept": "application/json",
            "authorization": authorization,
            "content-type": CONTENT_TYPE,
        },
        content=form_of(merged_deep({**own_fields(settings), **form}, overrides)),
        envelope=envelope,
        hidden=(password, secret_of(authorization), settings.auth_token or "", settings.status_callback or "", *hidden),
    )


def own_fields(settings: TwilioSettings) -> dict[str, str]:
    fields = {
        "From": settings.sender,
        "MessagingServiceSid": settings.messaging_service_sid,
        "StatusCallback": settings.status_callback,
    }
    return given(fields)


def credentials(settings: TwilioSettings) -> tuple[str, str]:
    """Returns the user and the password of requests: the API key and its secret, else the account and its token."""
    if settings.api_key is not None:
        return settings.api_key, settings.api_secret or ""
    return settings.account_sid, settings.auth_token or ""


def judge(answer: ProviderAnswer) -> Sent | Failed:
    said = answer.read(TwilioAnswer) or TwilioAnswer()
    code = said.code or said.error_code
    if answer.is_success and not code:
        return answer.sent(said.sid)
    words = " ".join(str(part) for part in (code, said.message) if part)
    failure = FAILURES.get(code or 0)
    return answer.usual_failure(words) if failure is None else answer.failed(failure, words)


def twilio_problems(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields problems with the settings of a Twilio channel: the setting, and what it must be."""
    yield from setting_problems(settings)
    if (settings.get("from") is None) == (settings.get("messaging_service_sid") is None):
        yield "from", "a Twilio channel needs either 'from' or 'messaging_service_sid'"
    if (settings.get("api_key") is None) != (settings.get("api_secret") is None):
        yield "api_secret", "'api_key' and 'api_secret' are given together"
    if settings.get("auth_token") is None and settings.get("api_key") is None:
        yield "auth_token", "a Twilio channel needs 'auth_token', or 'api_key' with 'api_secret'"
