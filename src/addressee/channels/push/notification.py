"""A push notification to one device or browser, and how it is cut to what a provider takes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from addressee.channels.provider import ChannelType, Provider, newest_first
from addressee.channels.requests.sender import UnsendableError
from addressee.channels.texts import ELLIPSIS, texts_in
from addressee.directory.addresses.forms import mask
from addressee.directory.documents import merged_deep


@dataclass(frozen=True, slots=True)
class Push:
    """A notification. Its `id` stays the same when it is sent again. `data` is for the app and not shown.

    `token` is the device's token, or what else the provider knows it by. A browser is known by the endpoint of its
    `subscription`, `{"endpoint": …, "keys": {"p256dh": …, "auth": …}}`. `action_url`, the link to open, is also a part
    of `data`. The notification is worth delivering for `time_to_live` seconds. `overrides` are laid over the body of
    the provider's request. One that is `silent` shows nothing: it tells the app its `data`.
    """

    id: str
    token: str
    title: str
    body: str
    data: Mapping[str, str] = field(default_factory=dict)
    action_url: str | None = None
    image: str | None = None
    badge: int | None = None
    sound: str | None = None
    time_to_live: int | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)
    subscription: Mapping[str, Any] | None = None
    silent: bool = False

    @property
    def envelope(self) -> dict[str, str]:
        """The fields that identify this notification in the delivery log: the id and the token's end, no contents."""
        return {"id": self.id, "to": mask(self.token)}

    @property
    def contents(self) -> tuple[str, ...]:
        """The texts that are for the recipient alone."""
        return (self.title, self.body, self.image or "", *self.data.values(), *texts_in(self.overrides))


def fitted(push: Push, size: Callable[[Push], int], limit: int) -> Push | None:
    """Returns the notification with as much of its body as fits into a limit, None if it does not fit without either.

    `size` returns how many bytes of the limit a notification takes. A body that is cut ends in an ellipsis.
    """
    if size(push) <= limit:
        return push

    def shortened(length: int) -> Push:
        return replace(push, body=push.body[:length].rstrip() + ELLIPSIS)

    lengths = bisect_right(range(len(push.body)), limit, key=lambda length: size(shortened(length)))
    return shortened(lengths - 1) if lengths else None


def body_within(service: str, limit: int, to_body: Callable[[Push], dict[str, Any]], push: Push) -> bytes:
    """Returns the body of a request in JSON, with the notification's body cut to what fits into a limit of bytes.

    Raises UnsendableError if the rest is too large by itself.
    """

    def encoded(push: Push) -> bytes:
        return msgspec.json.encode(merged_deep(to_body(push), push.overrides))

    fit = fitted(push, lambda push: len(encoded(push)), limit)
    if fit is None:
        raise UnsendableError(f"{service} takes notifications of up to {limit:,} bytes; this one is larger")
    return encoded(fit)


def expiration(time_to_live: int, now: datetime) -> str:
    """Returns the time up to which APNs keeps a notification, in seconds; 0 to deliver it at once or never."""
    return str(int((now + timedelta(seconds=time_to_live)).timestamp())) if time_to_live else "0"


push_provider = partial(Provider, ChannelType.PUSH, missing="no_push_token", choose=newest_first)
