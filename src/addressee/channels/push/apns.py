"""Sends push notifications through the Apple Push Notification service (senders.md §1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

import msgspec

from addressee.channels import channel_data
from addressee.channels.push.notification import Push, body_within, expiration, push_provider
from addressee.channels.push.provider_token import ProviderTokens, SigningKey, is_signing_key
from addressee.channels.requests.bodies import given
from addressee.channels.requests.exchange import ProviderAnswer, ProviderRequest, exchange
from addressee.channels.requests.sender import UnsendableError
from addressee.channels.sender import Failed, Failure, SenderContext, Sent
from addressee.channels.settings import ChannelSettings, setting_problems
from addressee.directory.addresses.forms import mask
from addressee.directory.documents import merged_deep

PRODUCTION = "https://api.push.apple.com"
SANDBOX = "https://api.sandbox.push.apple.com"

MAX_BYTES = 4_096

# Tokens are hexadecimal; other texts that may stand in a path are left to APNs to judge.
DEVICE_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,200}")
TOPIC = re.compile(r"[A-Za-z0-9.-]{1,255}")

# What the names of notifications at APNs, which are UUIDs, are derived in.
NOTIFICATIONS = UUID("6f1b7f2e-0c55-4b0c-9a44-5d1f8f0f2f6b")

TOKENS = ProviderTokens()

EXPIRED = "ExpiredProviderToken"

# What the reasons of APNs mean; others mean what the status of HTTP says.
FAILURES: Mapping[str, Failure] = {
    # the token: the app was removed, the token was replaced
    **dict.fromkeys(("Unregistered", "ExpiredToken"), Failure.BOUNCED),
    # the token or the channel: it is of the sandbox or of production, of another app, or none at all
    **dict.fromkeys(("BadDeviceToken", "DeviceTokenNotForTopic"), Failure.MISMATCHED),
    # the key, the team, the topic, the environment
    **dict.fromkeys(
        (
            EXPIRED,
            "InvalidProviderToken",
            "MissingProviderToken",
            "UnrelatedKeyIdInToken",
            "BadEnvironmentKeyIdInToken",
            "Forbidden",
            "TopicDisallowed",
            "BadTopic",
            "MissingTopic",
        ),
        Failure.CREDENTIALS,
    ),
    "TooManyProviderTokenUpdates": Failure.RATE_LIMITED,
    # Too many to this device; others get theirs.
    "TooManyRequests": Failure.TEMPORARY,
    **dict.fromkeys(("ServiceUnavailable", "Shutdown"), Failure.UNAVAILABLE),
    **dict.fromkeys(("InternalServerError", "IdleTimeout"), Failure.TEMPORARY),
}


class ApnsSettings(ChannelSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of an APNs channel: a key of the team (the text of its .p8 file), and the app's bundle id as `topic`.

    Apps that were installed by Xcode have tokens of the sandbox, which `production: false` sends to.
    """

    key: str
    key_id: str
    team_id: str
    topic: str
    production: bool = True
    endpoint: str | None = None

    @property
    def base_url(self) -> str:
        return (self.endpoint or (PRODUCTION if self.production else SANDBOX)).rstrip("/")


class Refusal(msgspec.Struct):
    """The body of an answer that refuses. `timestamp` is when a token became invalid, in milliseconds."""

    reason: str = ""
    timestamp: int | None = None

    @property
    def dead_since(self) -> datetime | None:
        try:
            return None if self.timestamp is None else datetime.fromtimestamp(self.timestamp / 1000, UTC)
        except (OverflowError, ValueError, OSError):
            return None


class ApnsSender:
    """Sends notifications with the tokens of the process."""

    def __init__(self, settings: ApnsSettings, context: SenderContext, tokens: ProviderTokens = TOKENS) -> None:
        self._settings = settings
        self._key = SigningKey(settings.team_id, settings.key_id, settings.key)
        self._context = context
        self._tokens = tokens

    async def send(self, push: Push, /) -> Sent | Failed:
        now = self._context.clock.now()
        token = self._tokens.get(self._key, now)
        try:
            request = to_request(self._settings, push, token, now)
        except UnsendableError as error:
            return Failed(error.failure, str(error))
        answer = await exchange(self._context.client, request)
        if isinstance(answer, ProviderAnswer) and refusal_in(answer).reason == EXPIRED:
            another = self._tokens.renewed(self._key, token, now)
            if another is not None:
                request = to_request(self._settings, push, another, now)
                answer = await exchange(self._context.client, request)
        return answer if isinstance(answer, Failed) else judge(answer)

    async def close(self) -> None:
        """Does nothing: the client is shared."""


def to_request(settings: ApnsSettings, push: Push, provider_token: str, now: datetime) -> ProviderRequest:
    """Returns the request for a notification. Sent again, it replaces the one that a device shows already.

    Raises UnsendableError.
    """
    if not DEVICE_TOKEN.fullmatch(push.token):
        raise UnsendableError("this is not the token of an Apple device", Failure.BOUNCED)
    type, priority = ("alert", "10") if shows_something(push) else ("background", "5")
    headers = {
        "authorization": f"bearer {provider_token}",
        "content-type": "application/json",
        "apns-id": apns_id(push.id),
        "apns-push-type": type,
        "apns-priority": priority,
        "apns-topic": settings.topic,
        "apns-collapse-id": push.id,
    }
    if push.time_to_live is not None:
        headers["apns-expiration"] = expiration(push.time_to_live, now)
    return ProviderRequest(
        service="apns",
        url=f"{settings.base_url}/3/device/{push.token}",
        path=f"/3/device/{mask(push.token)}",
        headers=headers,
        content=body_within("APNs", MAX_BYTES, to_body, push),
        envelope={**push.envelope, "apns_id": apns_id(push.id)},
        hidden=(settings.key, provider_token, push.token, *push.contents),
        repeatable=True,
    )


def apns_id(id: str) -> str:
    """Returns the name of a notification at APNs."""
    return str(uuid5(NOTIFICATIONS, id))


def to_body(push: Push) -> dict[str, Any]:
    """Returns the payload: what a device shows in `aps`, and the data of the app beside it.

    An image is shown by an extension of the app, which `mutable-content` calls and which finds the URL as `image`.
    """
    shown = {
        "alert": {name: text for name, text in (("title", push.title), ("body", push.body)) if text} or None,
        "badge": push.badge,
        "sound": push.sound,
        "mutable-content": 1 if push.image else None,
    }
    aps = given(shown)
    image = {"image": push.image} if push.image else {}
    return {**image, **push.data, "aps": {"content-available": 1} if push.silent else aps}


def is_reserved(name: str) -> bool:
    """Returns whether APNs reserves this name beside the data of a notification."""
    return name == "aps"


def shows_something(push: Push) -> bool:
    """Returns whether a device shows a notification; otherwise it wakes the app in the background."""
    aps = merged_deep(to_body(push), push.overrides)["aps"]
    return not isinstance(aps, dict) or not aps.keys().isdisjoint({"alert", "badge", "sound"})


def refusal_in(answer: ProviderAnswer) -> Refusal:
    return answer.read(Refusal) or Refusal()


def judge(answer: ProviderAnswer) -> Sent | Failed:
    if answer.is_success:
        return answer.sent(answer.request.headers["apns-id"])
    said = refusal_in(answer)
    failure = FAILURES.get(said.reason)
    if failure is None:
        return answer.usual_failure(said.reason)
    return answer.failed(failure, said.reason, dead_since=said.dead_since if failure is Failure.BOUNCED else None)


def apns_problems(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields problems with the settings of an APNs channel: the setting, and what it must be."""
    yield from setting_problems(settings)
    if not is_signing_key(settings["key"]):
        yield "key", "this must be the text of a .p8 file: a private key on the curve P-256, in PEM"
    if not TOPIC.fullmatch(settings["topic"]):
        yield "topic", "this must be the bundle id of an app, like com.example.app"


APNS = push_provider(
    "apns",
    ApnsSettings,
    ApnsSender,
    kind="ios_push",
    secrets=frozenset({"key"}),
    data=channel_data.devices("token", "tokens"),
    problems=apns_problems,
    reserves=is_reserved,
)
