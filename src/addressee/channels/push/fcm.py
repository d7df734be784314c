"""Sends push notifications through Firebase Cloud Messaging (HTTP v1)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from ssl import SSLContext
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import msgspec

from addressee.channels import channel_data
from addressee.channels.provider import ChannelType, Provider, newest_first
from addressee.channels.push.notification import Push
from addressee.channels.push.service_account import AccessTokens, TokenRefusedError, read_service_account
from addressee.channels.sender import READ_LENGTH, SENDING_SECONDS, Failed, Failure, ProviderCall, Sent, without
from addressee.channels.settings import ChannelSettings, setting_problems

if TYPE_CHECKING:
    import httpx2

# The limit for the access token, and again for each notification.
TIMEOUT_SECONDS = SENDING_SECONDS / 2

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
TOKENS = AccessTokens(SCOPE)

# Device tokens; any other text would be refused.
DEVICE_TOKEN = re.compile(r"[!-~]+")

# Values of a fixed form in FCM's answers; other texts may repeat parts of the request.
CODE = re.compile(r"[A-Z_]{1,60}")
FIELD = re.compile(r"[A-Za-z0-9_.\[\]]{1,100}")
NAME = re.compile(r"[!-~]{1,300}")
SECONDS = re.compile(r"[0-9]{1,6}")

# Names that FCM reserves in the data of a notification.
RESERVED = re.compile(r"from|message_type|notification|(google|gcm)\..*", re.DOTALL)

DEVICE_FIELD = "message.token"
NOT_A_DEVICE = "The registration token is not a valid FCM registration token"

TEMPORARY_STATUSES = frozenset({401, 403, 404, 408, 429, *range(500, 600)})
CREDENTIAL_STATUSES = frozenset({401, 403})


class FcmSettings(ChannelSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of an FCM channel. `service_account` is the JSON of a key."""

    service_account: str
    endpoint: str = "https://fcm.googleapis.com"


class FcmSender:
    """Sends over one connection; access tokens outlive it.

    Once FCM cannot be used, or asks for a pause, further notifications fail at once, to be retried later.
    """

    def __init__(self, settings: FcmSettings, tokens: AccessTokens = TOKENS) -> None:
        self._account = read_service_account(settings.service_account)
        self._url = f"{settings.endpoint.rstrip('/')}/v1/projects/{quote(self._account.project_id)}/messages:send"
        self._tokens = tokens
        self._client: httpx2.AsyncClient | None = None
        self._unusable: Failed | None = None

    async def send(self, push: Push, /) -> Sent | Failed:
        import httpx2  # here, as commands import this module to check settings only

        if not DEVICE_TOKEN.fullmatch(push.token):
            return Failed(Failure.BOUNCED, "not a registration token")
        if reserved := next(filter(is_reserved, push.data), None):
            return Failed(Failure.PERMANENT, f"FCM keeps the name {reserved!r} in a notification's data for itself")
        if self._unusable is not None:
            return replace(self._unusable, call=provider_call(push, self._url, None, self._unusable.reason))
        if self._client is None:
            self._client = httpx2.AsyncClient(verify=trust(), timeout=TIMEOUT_SECONDS)
        url = self._account.token_uri
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                token = await self._tokens.get(self._account, self._client)
            url = self._url
            async with asyncio.timeout(TIMEOUT_SECONDS):
                headers = {"authorization": f"Bearer {token}"}
                answer = await self._client.post(url, json=to_request(push), headers=headers)
        except TokenRefusedError as refused:
            return self._give_up(push, url, refused.status, str(refused), refused.words)
        except (httpx2.HTTPError, OSError) as error:
            return self._give_up(push, url, None, f"{urlsplit(url).netloc} cannot be used: {type(error).__name__}")
        return self._judge(push, answer, token)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _give_up(self, push: Push, url: str, status: int | None, reason: str, words: str = "") -> Failed:
        self._unusable = Failed(Failure.TEMPORARY, reason)
        return replace(self._unusable, call=provider_call(push, url, status, ": ".join(filter(None, (reason, words)))))

    def _judge(self, push: Push, answer: httpx2.Response, access_token: str) -> Sent | Failed:
        status = answer.status_code
        if status == HTTPStatus.OK:
            return Sent(provider_call(push, self._url, status, name_in(answer.content)))
        refusal = refusal_in(answer.content)
        failed = replace(
            failure(status, refusal),
            call=provider_call(push, self._url, status, refusal.told(push, access_token)),
            retry_after=wait(answer.headers.get("retry-after")),
        )
        if status in CREDENTIAL_STATUSES:
            self._tokens.forget(self._account)
        if failed.failure is Failure.TEMPORARY and (status in CREDENTIAL_STATUSES or failed.retry_after is not None):
            self._unusable = failed
        return failed


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
        codes = [detail.error_code for detail in self.details if detail.error_code]
        return next(filter(CODE.fullmatch, (*codes, self.status)), "")

    @property
    def fields(self) -> list[str]:
        named = [violation.field for detail in self.details for violation in detail.field_violations]
        return [field for field in named if FIELD.fullmatch(field)]

    @property
    def described(self) -> str:
        return " ".join((self.code, *self.fields))

    def told(self, push: Push, access_token: str) -> str:
        """Returns the error with FCM's message, in which secrets and contents of the request are hidden."""
        hidden = (access_token, push.token, push.title, push.body, *push.data.values())
        return ": ".join(filter(None, (self.described, without(self.message, hidden))))

    @property
    def blames_token(self) -> bool:
        """Whether the device token is invalid. For INVALID_ARGUMENT, the field or the message must say so."""
        if self.code == "INVALID_ARGUMENT":
            return DEVICE_FIELD in self.fields or self.message == NOT_A_DEVICE
        return self.code == "UNREGISTERED"


class Refused(msgspec.Struct):
    error: Refusal


class Taken(msgspec.Struct):
    name: str


def refusal_in(content: bytes) -> Refusal:
    try:
        return msgspec.json.decode(content, type=Refused).error
    except msgspec.DecodeError:
        return Refusal(message=content[:READ_LENGTH].decode(errors="replace"))


def name_in(content: bytes) -> str:
    try:
        name = msgspec.json.decode(content, type=Taken).name
    except msgspec.DecodeError:
        return ""
    return name if NAME.fullmatch(name) else ""


def failure(status: int, refusal: Refusal) -> Failed:
    """Returns what an error of FCM means. Wrong credentials or projects are temporary: an operator may correct them."""
    reason = f"FCM {status} {refusal.described}".rstrip()
    if refusal.blames_token:
        return Failed(Failure.BOUNCED, reason)
    # The token is of another project: the channel or the app must be changed, which retries will not live to see.
    if refusal.code == "SENDER_ID_MISMATCH":
        return Failed(Failure.PERMANENT, reason)
    return Failed(Failure.TEMPORARY if status in TEMPORARY_STATUSES else Failure.PERMANENT, reason)


def to_request(push: Push) -> dict[str, Any]:
    """Returns the body of a request. With its tag, a notification that is sent again replaces the one shown already."""
    return {
        "message": {
            "token": push.token,
            "notification": {"title": push.title, "body": push.body},
            "data": dict(push.data),
            "android": {"notification": {"tag": push.id}},
            "apns": {"headers": {"apns-collapse-id": push.id}},
        }
    }


def provider_call(push: Push, url: str, status: int | None, answer: str) -> ProviderCall:
    parts = urlsplit(url)
    return ProviderCall("fcm", "POST", parts.netloc, parts.path, push.envelope, status, answer)


def is_reserved(name: str) -> bool:
    """Returns whether FCM reserves this name in the data of a notification."""
    return RESERVED.fullmatch(name) is not None


def wait(retry_after: str | None) -> timedelta | None:
    """Returns the pause in a header `Retry-After` (seconds or a date), None when it has neither."""
    if retry_after is None:
        return None
    if SECONDS.fullmatch(retry_after):
        return timedelta(seconds=int(retry_after))
    try:
        return max(parsedate_to_datetime(retry_after) - datetime.now(UTC), timedelta())
    except (TypeError, ValueError):
        return None


def fcm_problems(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields each problem with a channel's settings: the setting, and what it must be."""
    try:
        read_service_account(settings["service_account"])
    except ValueError as error:
        yield "service_account", str(error)
    yield from setting_problems(settings)


FCM = Provider(
    ChannelType.PUSH,
    "fcm",
    FcmSettings,
    lambda settings, context: FcmSender(settings),
    kind="android_push",
    missing="no_push_token",
    choose=newest_first,
    secrets=frozenset({"service_account"}),
    data=channel_data.devices("token", "tokens"),
    problems=fcm_problems,
    reserves=is_reserved,
)


@cache
def trust() -> SSLContext:
    """Returns a TLS context. It is cached, as reading the certificates takes long."""
    import httpx2

    return httpx2.create_ssl_context()
