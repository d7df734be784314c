"""Push notifications through Firebase Cloud Messaging, HTTP v1."""

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

from addressee.channels.links import scheme_problems
from addressee.channels.push.notification import Push
from addressee.channels.push.service_account import AccessTokens, TokenRefusedError, read_service_account
from addressee.channels.sender import READ_LENGTH, SENDING_SECONDS, Failed, Failure, ProviderCall, Sent, without

if TYPE_CHECKING:
    import httpx2

# For the access token, and for each notification.
TIMEOUT_SECONDS = SENDING_SECONDS / 2

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
TOKENS = AccessTokens(SCOPE)

# What a device's token is made of; anything else would only be asked for in vain.
DEVICE_TOKEN = re.compile(r"[!-~]+")

# What the service says in words of its own form; whatever else it says may repeat what it was asked.
CODE = re.compile(r"[A-Z_]{1,60}")
FIELD = re.compile(r"[A-Za-z0-9_.\[\]]{1,100}")
NAME = re.compile(r"[!-~]{1,300}")
SECONDS = re.compile(r"[0-9]{1,6}")

# Names in the data of a notification that the service keeps for itself.
RESERVED = re.compile(r"from|message_type|notification|(google|gcm)\..*", re.DOTALL)

DEVICE_FIELD = "message.token"
NOT_A_DEVICE = "The registration token is not a valid FCM registration token"

TEMPORARY_STATUSES = frozenset({401, 403, 404, 408, 429, *range(500, 600)})
CREDENTIAL_STATUSES = frozenset({401, 403})


class FcmSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`service_account` is the JSON of a service account's key. `endpoint` is the URL of a stand-in for the service."""

    service_account: str
    endpoint: str = "https://fcm.googleapis.com"
    link_schemes: tuple[str, ...] = ()


class FcmSender:
    """Keeps a connection, and the access token beyond it.

    Once the service cannot be used, or asks to be left alone for a while, the rest fails at once: it is tried later.
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
    """What the service says when it does not take a notification."""

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
        """Returns the refusal in the service's own words too, without the secrets and contents that it was sent."""
        hidden = (access_token, push.token, push.title, push.body, *push.data.values())
        return ": ".join(filter(None, (self.described, without(self.message, hidden))))

    @property
    def blames_token(self) -> bool:
        """Of an argument that is not valid, only sometimes is it said that this is the token."""
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
    """A token that is gone stays so. Credentials and a project that are not known may be put right meanwhile."""
    reason = f"FCM {status} {refusal.described}".rstrip()
    if refusal.blames_token:
        return Failed(Failure.BOUNCED, reason)
    # Somebody else's token; what is wrong is the channel or the app, and neither within the hour.
    if refusal.code == "SENDER_ID_MISMATCH":
        return Failed(Failure.PERMANENT, reason)
    return Failed(Failure.TEMPORARY if status in TEMPORARY_STATUSES else Failure.PERMANENT, reason)


def to_request(push: Push) -> dict[str, Any]:
    """The id has a device show what is sent again in the place of what it shows already."""
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
    """Whether a notification's data may not have this name."""
    return RESERVED.fullmatch(name) is not None


def wait(retry_after: str | None) -> timedelta | None:
    """What the header of that name says: seconds, or until when. None when it says neither."""
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
    yield from account_problems(settings)
    yield from scheme_problems(settings)


def account_problems(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields each problem with how the service is to be reached: the setting, and what it must be."""
    try:
        read_service_account(settings["service_account"])
    except ValueError as error:
        yield "service_account", str(error)
    endpoint = urlsplit(settings.get("endpoint", "https://fcm.googleapis.com"))
    if endpoint.scheme not in {"https", "http"} or not endpoint.hostname or endpoint.query or endpoint.fragment:
        yield "endpoint", "this must be a URL like https://fcm.googleapis.com"


@cache
def trust() -> SSLContext:
    """Reading the certificates takes long, so it is done once."""
    import httpx2

    return httpx2.create_ssl_context()
