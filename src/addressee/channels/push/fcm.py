"""Sends push notifications through Firebase Cloud Messaging (HTTP v1; senders.md §1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import msgspec

from addressee.channels import channel_data
from addressee.channels.push.notification import Push, expiration, fitted, push_provider
from addressee.channels.push.service_account import AccessTokens, ServiceAccount, read_service_account
from addressee.channels.requests.bodies import given
from addressee.channels.requests.exchange import ProviderAnswer, ProviderRequest, exchange, usual
from addressee.channels.requests.sender import UnsendableError
from addressee.channels.sender import Failed, Failure, SenderContext, Sent
from addressee.channels.settings import ChannelSettings, setting_problems
from addressee.directory.documents import merged_deep

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
TOKENS = AccessTokens(SCOPE)

# Device tokens; any other text would be refused.
DEVICE_TOKEN = re.compile(r"[!-~]+")

# Names that FCM reserves in the data of a notification.
RESERVED = re.compile(r"from|message_type|notification|(google|gcm)\..*", re.DOTALL)

# What FCM takes of a notification with its data, as JSON.
MAX_BYTES = 4_096

DEVICE_FIELD = "message.token"
NOT_A_DEVICE = "The registration token is not a valid FCM registration token"

# The pause after too many messages, unless FCM asks for another one.
PAUSE = timedelta(minutes=1)

# By FCM's error code; others mean what the status of HTTP says.
FAILURES: Mapping[str, Failure] = {
    "UNREGISTERED": Failure.BOUNCED,
    "SENDER_ID_MISMATCH": Failure.MISMATCHED,
    "THIRD_PARTY_AUTH_ERROR": Failure.CREDENTIALS,
    "NOT_FOUND": Failure.CREDENTIALS,  # there is no such project
    "QUOTA_EXCEEDED": Failure.RATE_LIMITED,
    "UNAVAILABLE": Failure.UNAVAILABLE,
    "INTERNAL": Failure.TEMPORARY,
}


class FcmSettings(ChannelSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of an FCM channel. `service_account` is the JSON of a key."""

    service_account: str
    endpoint: str = "https://fcm.googleapis.com"


class FcmSender:
    """Sends notifications with access tokens of the process."""

    def __init__(self, settings: FcmSettings, context: SenderContext, tokens: AccessTokens = TOKENS) -> None:
        self._account = read_service_account(settings.service_account)
        self._url = f"{settings.endpoint.rstrip('/')}/v1/projects/{quote(self._account.project_id)}/messages:send"
        self._context = context
        self._tokens = tokens

    async def send(self, push: Push, /) -> Sent | Failed:
        now = self._context.clock.now()
        try:
            push = checked(push)
        except UnsendableError as error:
            return Failed(error.failure, str(error))
        token = await self._tokens.get(self._account, push.envelope, self._context.client, now)
        if isinstance(token, Failed):
            return token
        answer = await exchange(self._context.client, to_request(self._url, self._account, push, token, now))
        if isinstance(answer, Failed):
            return answer
        if answer.status == HTTPStatus.UNAUTHORIZED:
            self._tokens.forget(self._account)
        return judge(answer)

    async def close(self) -> None:
        """Does nothing: the client is shared."""


class Violation(msgspec.Struct):
    field: str = ""


class Detail(msgspec.Struct, rename="camel"):
    error_code: str = ""
    field_violations: list[Violation] = []


class Refusal(msgspec.Struct):
    """The error in FCM's answer."""

    status: str = ""
    message: str = ""
    details: list[Detail] = []

    @property
    def code(self) -> str:
        return next((detail.error_code for detail in self.details if detail.error_code), self.status)

    @property
    def fields(self) -> list[str]:
        return [violation.field for detail in self.details for violation in detail.field_violations]

    @property
    def words(self) -> str:
        return ": ".join(filter(None, (" ".join(filter(None, (self.code, *self.fields))), self.message)))

    @property
    def failure(self) -> Failure | None:
        """The meaning of the error, None if HTTP's status says all. The device may be to blame for wrong arguments."""
        if self.code == "INVALID_ARGUMENT" and (DEVICE_FIELD in self.fields or self.message == NOT_A_DEVICE):
            return Failure.BOUNCED
        return FAILURES.get(self.code)


class FcmAnswer(msgspec.Struct):
    name: str | None = None
    error: Refusal = msgspec.field(default_factory=Refusal)


def checked(push: Push) -> Push:
    """Returns the notification with its body cut to what FCM takes. Raises UnsendableError."""
    if not DEVICE_TOKEN.fullmatch(push.token):
        raise UnsendableError("not a registration token", Failure.BOUNCED)
    if reserved := next(filter(is_reserved, push.data), None):
        raise UnsendableError(f"FCM keeps the name {reserved!r} in a notification's data for itself")
    fits = fitted(push, size, MAX_BYTES)
    if fits is None:
        raise UnsendableError(f"FCM takes notifications of up to {MAX_BYTES:,} bytes; this one is larger")
    return fits


def size(push: Push) -> int:
    """Returns how much of MAX_BYTES a notification takes: what is shown, and the data."""
    counted = {"message": {"notification": notification_of(push), "data": dict(push.data)}}
    return len(msgspec.json.encode(merged_deep(counted, push.overrides)))


def to_request(url: str, account: ServiceAccount, push: Push, access_token: str, now: datetime) -> ProviderRequest:
    return ProviderRequest(
        service="fcm",
        url=url,
        headers={"authorization": f"Bearer {access_token}", "content-type": "application/json"},
        content=msgspec.json.encode(merged_deep(to_body(push, now), push.overrides)),
        envelope=push.envelope,
        hidden=(access_token, push.token, account.private_key, account.private_key_id, *push.contents),
        repeatable=True,
    )


def to_body(push: Push, now: datetime) -> dict[str, Any]:
    return {"message": {"token": push.token, **message_of(push, now)}}


def message_of(push: Push, now: datetime) -> dict[str, Any]:
    """Returns the message for any device. With its tag, one that is sent again replaces the one shown already."""
    if push.silent:
        return {"data": dict(push.data), **silently(push, now)}
    return {
        "notification": notification_of(push),
        "data": dict(push.data),
        "android": for_android(push),
        "apns": for_apple(push, now),
    }


def silently(push: Push, now: datetime) -> dict[str, Any]:
    """Returns what has a device show nothing. Apple wakes an app in the background at the lower priority alone."""
    headers = given(
        {
            "apns-push-type": "background",
            "apns-priority": "5",
            "apns-expiration": None if push.time_to_live is None else expiration(push.time_to_live, now),
        }
    )
    android = {} if push.time_to_live is None else {"android": {"ttl": f"{push.time_to_live}s"}}
    return {**android, "apns": {"headers": headers, "payload": {"aps": {"content-available": 1}}}}


def notification_of(push: Push) -> dict[str, Any]:
    return given({"title": push.title, "body": push.body, "image": push.image})


def for_android(push: Push) -> dict[str, Any]:
    shown = given({"tag": push.id, "sound": push.sound, "notification_count": push.badge})
    return given({"notification": shown, "ttl": None if push.time_to_live is None else f"{push.time_to_live}s"})


def for_apple(push: Push, now: datetime) -> dict[str, Any]:
    """Returns what FCM passes on to APNs. An image is shown by an extension of the app."""
    headers = given(
        {
            "apns-collapse-id": push.id,
            "apns-expiration": None if push.time_to_live is None else expiration(push.time_to_live, now),
        }
    )
    aps = given({"badge": push.badge, "sound": push.sound, "mutable-content": 1 if push.image else None})
    return given(
        {
            "headers": headers,
            "payload": {"aps": aps} if aps else None,
            "fcm_options": {"image": push.image} if push.image else None,
        }
    )


def judge(answer: ProviderAnswer) -> Sent | Failed:
    said = answer.read(FcmAnswer) or FcmAnswer()
    if answer.is_success:
        return answer.sent(said.name)
    failure = said.error.failure or usual(answer.status)
    limited = failure is Failure.RATE_LIMITED and "retry-after" not in answer.headers
    return answer.failed(failure, said.error.words, retry_after=PAUSE if limited else None)


def is_reserved(name: str) -> bool:
    """Returns whether FCM reserves this name in the data of a notification."""
    return RESERVED.fullmatch(name) is not None


def fcm_problems(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields each problem with a channel's settings: the setting, and what it must be."""
    try:
        read_service_account(settings["service_account"])
    except ValueError as error:
        yield "service_account", str(error)
    yield from setting_problems(settings)


FCM = push_provider(
    "fcm",
    FcmSettings,
    FcmSender,
    kind="android_push",
    secrets=frozenset({"service_account"}),
    data=channel_data.devices("token", "tokens"),
    problems=fcm_problems,
    reserves=is_reserved,
)
