"""Sends push notifications through OneSignal (senders.md §1)."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID, uuid5

import msgspec

from addressee.channels import channel_data
from addressee.channels.push.notification import Push, body_within, push_provider
from addressee.channels.requests.bodies import given
from addressee.channels.requests.exchange import ProviderAnswer, ProviderRequest
from addressee.channels.requests.sender import RequestSender, UnsendableError
from addressee.channels.sender import Failed, Failure, Sent
from addressee.channels.settings import ChannelSettings

# The largest request: Google and Apple take 4,096 bytes of what is made of it.
MAX_BYTES = 4096

# Makes keys of the ids of messages, which OneSignal wants to be UUIDs.
NAMESPACE = UUID("7a4a0f5e-4f0b-5c55-9a3c-6c1b7a0ce1d4")

# The field of an answer that names devices which OneSignal does not know: they are gone, or of another app.
UNKNOWN = ("invalid_player_ids", "invalid_subscription_ids")

# Words of an answer: the device is known, and its owner does not want notifications.
NOT_SUBSCRIBED = "not subscribed"


class OneSignalSettings(ChannelSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a OneSignal channel. `api_key` is the key of the app."""

    app_id: str
    api_key: str
    endpoint: str = "https://api.onesignal.com"


class OneSignalAnswer(msgspec.Struct):
    """`id` is empty if nothing was sent; `errors` are texts, or an object that says which devices are not known."""

    id: str = ""
    errors: list[Any] | dict[str, Any] = []

    @property
    def words(self) -> str:
        """The errors in the provider's words."""
        if isinstance(self.errors, dict):
            return " ".join(self.errors)
        return " ".join(error for error in self.errors if isinstance(error, str))

    @property
    def knows_no_device(self) -> bool:
        return isinstance(self.errors, dict) and any(name in self.errors for name in UNKNOWN)


def to_request(settings: OneSignalSettings, push: Push) -> ProviderRequest:
    """Raises UnsendableError."""
    if not is_uuid(push.token):
        raise UnsendableError("not a player or subscription id of OneSignal", Failure.BOUNCED)
    return ProviderRequest(
        service="one_signal",
        url=f"{settings.endpoint.rstrip('/')}/notifications",
        headers={
            "accept": "application/json",
            "authorization": f"Key {settings.api_key}",
            "content-type": "application/json",
        },
        content=body_within("OneSignal", MAX_BYTES, partial(to_body, settings.app_id), push),
        envelope=push.envelope,
        hidden=(settings.api_key, push.token, *push.contents),
        repeatable=True,
    )


def to_body(app_id: str, push: Push) -> dict[str, Any]:
    """Returns the body of a request; devices of each platform take those of its fields that they know."""
    badge = {} if push.badge is None else {"ios_badgeType": "SetTo", "ios_badgeCount": push.badge}
    fields = {
        "app_id": app_id,
        "idempotency_key": str(uuid5(NAMESPACE, push.id)),
        "include_subscription_ids": [push.token],
        "target_channel": "push",
        "headings": None if push.silent else {"en": push.title},
        "contents": None if push.silent else {"en": push.body},
        "content_available": True if push.silent else None,
        "data": push.data or None,
        "url": push.action_url,
        "big_picture": push.image,
        "chrome_web_image": push.image,
        "ios_attachments": {"image": push.image} if push.image else None,
        "ios_sound": push.sound,
        "ttl": push.time_to_live,
        "collapse_id": push.id,
        **badge,
    }
    return given(fields)


def is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def judge(answer: ProviderAnswer) -> Sent | Failed:
    said = answer.read(OneSignalAnswer) or OneSignalAnswer()
    if answer.is_success and said.id:
        return answer.sent(said.id)
    if said.knows_no_device:
        return answer.failed(Failure.MISMATCHED, said.words)
    if answer.is_success and NOT_SUBSCRIBED in said.words:
        return answer.failed(Failure.OPTED_OUT, said.words)
    return answer.usual_failure(said.words)


ONE_SIGNAL = push_provider(
    "one_signal",
    OneSignalSettings,
    lambda settings, context: RequestSender(context.client, partial(to_request, settings), judge),
    kind="push",
    secrets=frozenset({"api_key"}),
    data=channel_data.players(),
)
