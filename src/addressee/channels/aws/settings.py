"""Settings of channels that send through AWS."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from addressee.channels.aws.sigv4 import AwsKeys

# The settings that are sealed.
SECRETS = frozenset({"secret_access_key", "session_token"})

REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}")


class AwsSettings(Protocol):
    """The settings of AWS that a channel has besides those of its type. Temporary keys have a `session_token`.

    Without an `endpoint`, requests go to the service's own in the region.
    """

    @property
    def region(self) -> str: ...

    @property
    def access_key_id(self) -> str: ...

    @property
    def secret_access_key(self) -> str: ...

    @property
    def session_token(self) -> str | None: ...

    @property
    def endpoint(self) -> str | None: ...


def keys_in(settings: AwsSettings) -> AwsKeys:
    return AwsKeys(settings.region, settings.access_key_id, settings.secret_access_key, settings.session_token)


def endpoint_of(service: str, settings: AwsSettings) -> str:
    """Returns the base URL of a service, without a slash at its end."""
    if settings.endpoint is not None:
        return settings.endpoint.rstrip("/")
    china = ".cn" if settings.region.startswith("cn-") else ""
    return f"https://{service}.{settings.region}.amazonaws.com{china}"


def region_problems(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields the problem with a channel's region: the setting, and what it must be."""
    if not REGION.fullmatch(settings["region"]):
        yield "region", "this must be a region of AWS, like eu-central-1"
