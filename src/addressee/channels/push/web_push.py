"""Sends push notifications to browsers (RFC 8030), encrypted for each (RFC 8291); senders.md §1."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from hashlib import sha256
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from addressee.channels.push import subscriptions
from addressee.channels.push.notification import Push, body_within, push_provider
from addressee.channels.push.vapid import CURVE, VapidKeys, decoded, encoded, public_text, read_private_key
from addressee.channels.requests.bodies import given
from addressee.channels.requests.exchange import ProviderAnswer, ProviderRequest
from addressee.channels.requests.sender import RequestSender, UnsendableError
from addressee.channels.requests.urls import HIDDEN_PATH, is_on, secrets_of, through
from addressee.channels.sender import Failed, Failure, SenderContext, Sent
from addressee.channels.settings import ChannelSettings, setting_problems
from addressee.directory.clock import Clock

# Push services take 4,096 bytes with what encryption adds, those that pass them on to phones in base64 fewer.
MAX_BYTES = 3_000
RECORD_BYTES = 4096

# The lengths of a browser's key, an uncompressed point of its curve, and of its secret.
POINT_BYTES = 65
AUTH_BYTES = 16

# What a notification is worth delivering for if its template says nothing.
DEFAULT_TIME_TO_LIVE = 28 * 24 * 60 * 60

TOPIC_BYTES = 24  # 32 characters in base64url

# Hosts of the push services of Chrome, Firefox, Safari and Edge. Any other host may be anybody's.
PUSH_SERVICES = ("fcm.googleapis.com", "*.push.services.mozilla.com", "*.push.apple.com", "*.notify.windows.com")

# Words of push services for subscriptions that were made with another public key: Google's, Mozilla's, Apple's.
OTHER_KEY = re.compile(r"not correspond|MismatchSenderId|key mismatch|PkHashMismatch", re.IGNORECASE)
OTHER_KEY_STATUSES = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})

# Longer words of a push service, or of whoever has its place, are left to the delivery log.
MAX_WORDS = 200

# Apple looks the host up, and refuses every message if there is none.
SUBJECT = re.compile(r"(mailto:[^\s@<>]+@|https://)[^\s@<>/]+\.[^\s@<>/]+(/[^\s<>]*)?")


class WebPushSettings(ChannelSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a channel for browsers. `subject` is a URL or mail address where push services can ask about it.

    With an `endpoint`, that stands in for the origins of all push services. Without one only public hosts are called,
    unless private ones are allowed: the URLs come from browsers.
    """

    public_key: str
    private_key: str
    subject: str
    allow_private_hosts: bool = False
    endpoint: str | None = None

    @property
    def keys(self) -> VapidKeys:
        return VapidKeys(self.public_key, self.private_key)


class WebPushAnswer(msgspec.Struct):
    """Mozilla's answer has a `message`, Apple's a `reason`; others are text."""

    message: str = ""
    reason: str = ""


class WebPushSender:
    """Sends to browsers at their push services.

    What a host that is no known push service answers says nothing about the channel: anybody can have a browser there.
    Push services give messages no names; the site's service worker tells of a notification by ours.
    """

    def __init__(self, settings: WebPushSettings, context: SenderContext) -> None:
        self._stands_in = settings.endpoint is not None
        client = context.client_for(allow_private_hosts=self._stands_in or settings.allow_private_hosts)
        self._sender = RequestSender(client, partial(to_request, settings, context.clock), judge)

    async def send(self, push: Push, /) -> Sent | Failed:
        result = await self._sender.send(push)
        if isinstance(result, Sent):
            return replace(result, provider_id=push.id)
        if self._stands_in or is_on(push.token, PUSH_SERVICES):
            return result
        return result.of_one_address()

    async def close(self) -> None:
        await self._sender.close()


def to_request(settings: WebPushSettings, clock: Clock, push: Push) -> ProviderRequest:
    """Raises UnsendableError."""
    token = settings.keys.token(origin_of(push.token), settings.subject, clock.now())
    keys = (push.subscription or {}).get("keys", {})
    return ProviderRequest(
        service="web_push",
        url=through(settings.endpoint, push.token),
        headers={
            "authorization": f"vapid t={token}, k={settings.public_key.rstrip('=')}",
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": str(DEFAULT_TIME_TO_LIVE if push.time_to_live is None else push.time_to_live),
            "urgency": "high",
            "topic": encoded(sha256(push.id.encode()).digest()[:TOPIC_BYTES]),
        },
        content=encrypted(body_within("a browser", MAX_BYTES, to_body, push), keys),
        envelope=push.envelope,
        hidden=(
            settings.private_key,
            token,
            *secrets_of(push.token),
            *map(str, keys.values()),
            *push.contents,
        ),
        repeatable=True,
        path=HIDDEN_PATH,
    )


def origin_of(endpoint: str) -> str:
    """Returns the origin of the push service of a browser's URL. Raises UnsendableError."""
    try:
        parts = urlsplit(endpoint)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme != "https" or not parts.hostname or parts.username is not None or not endpoint.isprintable():
        raise UnsendableError("the endpoint of the browser is no URL that begins with https://", Failure.BOUNCED)
    return f"https://{parts.netloc.lower().removesuffix(':443')}"


def to_body(push: Push) -> dict[str, Any]:
    """Returns what the site's service worker is told.

    The names are those of the options of `showNotification`, and of `data` in the worker of SuprSend's clients. With
    its tag, a notification that is sent again replaces the one shown already.
    """
    opens = {"launch_urls": {"default": push.action_url}} if push.action_url else {}
    fields = {
        "title": None if push.silent else push.title,
        "body": None if push.silent else push.body,
        "tag": push.id,
        "image": push.image,
        "app_badge": push.badge,
        "data": {**push.data, "notification_id": push.id, **opens},
    }
    return given(fields)


def encrypted(content: bytes, keys: Mapping[str, Any]) -> bytes:
    """Returns the content in one record that a browser with these keys can read. Raises UnsendableError."""
    import http_ece  # here, as commands import this module to check settings only

    try:
        point, auth = decoded(str(keys.get("p256dh", ""))), decoded(str(keys.get("auth", "")))
        browser = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)
    except ValueError:
        point, auth = b"", b""
    if len(point) != POINT_BYTES or len(auth) != AUTH_BYTES:
        raise UnsendableError("the keys of the browser are not those of a subscription", Failure.BOUNCED)
    sealed: bytes = http_ece.encrypt(
        content, private_key=ec.generate_private_key(CURVE), dh=browser, auth_secret=auth, rs=RECORD_BYTES
    )
    return sealed


def judge(answer: ProviderAnswer) -> Sent | Failed:
    if answer.is_success:
        return answer.sent()
    words = words_of(answer)
    if answer.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return answer.failed(Failure.BOUNCED, words)
    if answer.status in OTHER_KEY_STATUSES and OTHER_KEY.search(answer.text):
        return answer.failed(Failure.MISMATCHED, words)
    return answer.usual_failure(words)


def words_of(answer: ProviderAnswer) -> str:
    said = answer.read(WebPushAnswer) or WebPushAnswer()
    words = said.message or said.reason or answer.text.strip()
    return words if len(words) <= MAX_WORDS else ""


def web_push_problems(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields problems with a channel's settings: the setting, and what it must be."""
    yield from setting_problems(settings)
    try:
        key = read_private_key(settings["private_key"])
    except ValueError:
        yield "private_key", "this must be a private key in base64url, as 'addressee keys create-vapid' makes it"
    else:
        if settings["public_key"].rstrip("=") != public_text(key):
            yield "public_key", "this must be the public key of 'private_key' in base64url"
    if not SUBJECT.fullmatch(settings["subject"]):
        yield "subject", "this must be a URL like https://example.com or mailto:push@example.com"


WEB_PUSH = push_provider(
    "web_push",
    WebPushSettings,
    WebPushSender,
    kind="web_push",
    aliases=frozenset({"vapid"}),
    secrets=frozenset({"private_key"}),
    data=subscriptions.FORM,
    problems=web_push_problems,
)
