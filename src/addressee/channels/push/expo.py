"""Sends push notifications through Expo (senders.md §1)."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import msgspec

from addressee.channels import channel_data
from addressee.channels.push.expo_receipts import EXPO_RECEIPTS, Details
from addressee.channels.push.notification import Push, body_within, push_provider
from addressee.channels.requests.bodies import given
from addressee.channels.requests.exchange import ProviderAnswer, ProviderRequest
from addressee.channels.requests.sender import RequestSender, UnsendableError
from addressee.channels.sender import Failed, Failure, Sent
from addressee.channels.settings import ChannelSettings

# Tokens of Expo: those of today, and those that its first clients had.
TOKEN = re.compile(r"(Exponent|Expo)PushToken\[[^\]]+\]|[0-9a-z]{8}(-[0-9a-z]{4}){3}-[0-9a-z]{12}", re.IGNORECASE)

# What Google and Apple take, which Expo checks for them.
MAX_BYTES = 4096

# Errors of a notification; any other one refuses it.
FAILURES = {
    "DeviceNotRegistered": Failure.BOUNCED,
    "MismatchSenderId": Failure.MISMATCHED,
    "InvalidCredentials": Failure.CREDENTIALS,
    "MessageRateExceeded": Failure.TEMPORARY,
}


class ExpoSettings(ChannelSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of an Expo channel. `access_token` is needed if the project asks for it."""

    access_token: str | None = None
    endpoint: str = "https://exp.host"


class Ticket(msgspec.Struct):
    """Expo's answer about one notification; the ticket's id is the name of its receipt."""

    status: str
    id: str | None = None
    message: str = ""
    details: Details | None = None

    @property
    def error(self) -> str:
        return (self.details and self.details.error) or ""


class RequestError(msgspec.Struct):
    code: str = ""
    message: str = ""


class ExpoAnswer(msgspec.Struct):
    data: Ticket | None = None
    errors: list[RequestError] = []


def to_request(settings: ExpoSettings, push: Push) -> ProviderRequest:
    """Raises UnsendableError."""
    if not TOKEN.fullmatch(push.token):
        raise UnsendableError("not a push token of Expo", Failure.BOUNCED)
    token = settings.access_token
    authorization = {} if token is None else {"authorization": f"Bearer {token}"}
    return ProviderRequest(
        service="expo",
        url=f"{settings.endpoint.rstrip('/')}/--/api/v2/push/send",
        headers={"accept": "application/json", "content-type": "application/json", **authorization},
        content=body_within("Expo", MAX_BYTES, to_body, push),
        envelope=push.envelope,
        hidden=(*(() if token is None else (token,)), push.token, *push.contents),
    )


def to_body(push: Push) -> dict[str, Any]:
    fields = {
        "to": push.token,
        "title": None if push.silent else push.title,
        "body": None if push.silent else push.body,
        "_contentAvailable": True if push.silent else None,
        "data": push.data,
        "sound": push.sound,
        "badge": push.badge,
        "ttl": push.time_to_live,
        "richContent": {"image": push.image} if push.image else None,
    }
    return given(fields)


def judge(answer: ProviderAnswer) -> Sent | Failed:
    said = answer.read(ExpoAnswer) or ExpoAnswer()
    ticket = said.data
    if answer.is_success and ticket is not None and ticket.status == "ok":
        return answer.sent(ticket.id)
    if ticket is not None and ticket.status == "error":
        return answer.failed(FAILURES.get(ticket.error, Failure.PERMANENT), f"{ticket.error} {ticket.message}".strip())
    error = next(iter(said.errors), RequestError())
    return answer.usual_failure(f"{error.code} {error.message}".strip())


EXPO = push_provider(
    "expo",
    ExpoSettings,
    lambda settings, context: RequestSender(context.client, partial(to_request, settings), judge),
    kind="push",
    secrets=frozenset({"access_token"}),
    data=channel_data.devices("token", "tokens"),
    receipts=EXPO_RECEIPTS,
)
