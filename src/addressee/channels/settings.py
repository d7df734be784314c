"""Settings that channels of all providers share, and their checks. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, TypeAlias
from urllib.parse import urlsplit

import msgspec

from addressee.channels.links import scheme_problems

Concurrency: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=100)]
Rate: TypeAlias = Annotated[float, msgspec.Meta(gt=0, le=10_000)]

# The setting `addresses`: the addresses of a recipient that a channel sends to.
AddressChoice: TypeAlias = Literal["primary", "all"]

# The value of `when_unconfirmed` with which a stand-in sends a message whose answer was lost.
FAILOVER = "failover"


class LinkSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings of a channel that only stores messages: schemes that links may have besides `links.SCHEMES`."""

    link_schemes: tuple[str, ...] = ()


class ChannelSettings(LinkSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of every channel that sends.

    `concurrency` is the number of messages that are on their way to the provider at once, `rate` the number that starts
    in a second; both hold for all workers of an installation together. None: no limit but the worker's own.

    `when_unconfirmed` says what becomes of a message whose answer was lost, so that it may have been sent: it is sent
    again, given up, or sent by a stand-in of the channel.
    """

    concurrency: Concurrency | None = None
    rate: Rate | None = None
    when_unconfirmed: Literal["retry", "stop", "failover"] = "retry"


class NumberSettings(ChannelSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of channels that send to phone numbers.

    `addresses` says whether only a recipient's primary number is used, or all.
    """

    addresses: AddressChoice = "primary"


def setting_problems(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields problems with settings that channels share: the setting, and what it must be."""
    yield from scheme_problems(settings)
    if (endpoint := settings.get("endpoint")) is not None and not is_base_url(endpoint):
        yield "endpoint", "this must be a URL like https://api.example.com"
    if (callback := settings.get("status_callback")) is not None and not is_url(callback):
        yield "status_callback", "this must be a URL like https://addressee.example.com/providers/..."


def is_base_url(text: str) -> bool:
    """Returns whether a text is a URL of HTTP to which paths can be appended."""
    return is_url(text) and not {"?", "#"}.intersection(text)


def is_url(text: str) -> bool:
    """Returns whether a text is a URL of HTTP."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"https", "http"} and bool(parts.hostname)
