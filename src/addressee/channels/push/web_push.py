"""Sends push notifications to browsers (RFC 8030), encrypted for each (RFC 8291); senders.md §1."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from hashlib import sha256
from http import HTTPStatus
from typing import Any
from urllib.parse import SplitResult, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from addressee.channels.http_exchange import ProviderAnswer, ProviderRequest
from addressee.channels.push import subscriptions
from addressee.channels.push.notification import Push, body_within, push_provider
from addressee.channels.push.vapid import CURVE, VapidKeys, decoded, encoded, public_text, read_private_key
from addressee.channels.request_sender import RequestSender, UnsendableError
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

# Words of push services for subscriptions that were made with another public key: Google's, Mozilla's, Apple's.
OTHER_KEY = re.compile(r"do not correspond|mismatch", re.IGNORECASE)

SUBJECT = re.compile(r"mailto:[^\s@<>]+@[^\s@<>]+|https://[^\s<>]+")


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


def to_request(settings: WebPushSettings, clock: Clock, push: Push) -> ProviderRequest:
    """Raises UnsendableError."""
    service = service_of(push.token)
    origin = f"{service.scheme}://{service.netloc}"
    token = settings.keys.token(origin, settings.subject, clock.now())
    keys = (push.subscription or {}).get("keys", {})
    return ProviderRequest(
        service="web_push",
        url=f"{(settings.endpoint or origin).rstrip('/')}{push.token.removeprefix(origin)}",
        headers={
            "authorization": f"vapid t={token}, k={settings.public_key}",
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
            push.token,
            service.path,
            service.path.rpartition("/")[-1],
            *map(str, keys.values()),
            *push.contents,
        ),
        repeatable=True,
        path="/",  # the URL alone lets anybody send to the browser
    )


def service_of(endpoint: str) -> SplitResult:
    """Returns the parts of a browser's URL at its push service. Raises UnsendableError."""
    try:
        parts = urlsplit(endpoint)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme != "https" or not parts.hostname or parts.username is not None or not endpoint.isprintable():
        raise UnsendableError("the endpoint of the browser is no URL that begins with https://", Failure.BOUNCED)
    return parts


def to_body(push: Push) -> dict[str, Any]:
    """Returns what the site's service worker is told.

    The names are those of the options of `showNotification`, and of `data` in the worker of SuprSend's clients. With
    its tag, a notification that is sent again replaces the one shown already.
    """
    opens = {"launch_urls": {"default": push.action_url}} if push.action_url else {}
    fields = {
        "title": push.title,
        "body": push.body,
        "tag": push.id,
        "image": push.image,
        "app_badge": push.badge,
        "data": {**push.data, "notification_id": push.id, **opens},
    }
    return {name: value for name, value in fields.items() if value is not None}


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
    if answer.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return answer.failed(Failure.BOUNCED)
    if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN} and OTHER_KEY.search(answer.text):
        return answer.failed(Failure.MISMATCHED, "the browser has subscribed with another public key")
    return answer.usual_failure()


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


def open_sender(settings: WebPushSettings, context: SenderContext) -> RequestSender[Push]:
    trusted = settings.endpoint is not None or settings.allow_private_hosts
    client = context.client_for(allow_private_hosts=trusted)
    return RequestSender(client, partial(to_request, settings, context.clock), judge)


WEB_PUSH = push_provider(
    "web_push",
    WebPushSettings,
    open_sender,
    kind="web_push",
    aliases=frozenset({"vapid"}),
    secrets=frozenset({"private_key"}),
    data=subscriptions.FORM,
    problems=web_push_problems,
)
