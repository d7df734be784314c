"""Channel settings in Notiflows' words, and in those of channel data (notiflows.md §2, §3.1). Pure.

Notiflows has no word for a device's locale and time zone, for Slack's access tokens and incoming webhooks, nor for
connections that are a tenant's: these stay as they are when settings are replaced.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from addressee.channels.channel_data import NO_TENANT
from addressee.channels.chat.connections import TENANT
from addressee.channels.provider import ChannelType
from addressee.channels.providers import PROVIDERS
from addressee.dialects.notiflows.shapes.channel_settings import Provider
from addressee.dialects.notiflows.wire.errors import invalid
from addressee.directory.addresses.forms import WEBHOOK
from addressee.directory.documents import check_text
from addressee.directory.recipient import Document

MAX_TOKENS = 100
MAX_TOKEN_LENGTH = 4096

Change: TypeAlias = Callable[[Document], Document]


@dataclass(frozen=True, slots=True)
class SettingsForm:
    """The settings of a provider's channels.

    `shown` returns settings from stored channel data, None when it holds none. `change` parses settings, given with
    their path, into a change of stored channel data; it raises NotiflowsError or RefusedError.
    """

    provider: Provider
    shown: Callable[[Document], Document | None]
    change: Callable[[Mapping[str, Any], str], Change]


def device_tokens(provider: Provider) -> SettingsForm:
    form = PROVIDERS[ChannelType.PUSH, provider].data

    def shown(data: Document) -> Document | None:
        tokens = [destination.value for destination in form.destinations(data, NO_TENANT)]
        return {"device_tokens": tokens} if tokens else None

    def change(given: Mapping[str, Any], field: str) -> Change:
        return partial(with_tokens, tokens=checked_tokens(given.get("device_tokens"), f"{field}.device_tokens"))

    def with_tokens(data: Document, tokens: list[str]) -> Document:
        known = {device["token"]: device for device in data.get("devices", ()) if "token" in device}
        devices = [known.get(token, {"token": token}) for token in tokens]
        return form.checked({**data, "devices": devices}, "settings")

    return SettingsForm(provider, shown, change)


def checked_tokens(given: Any, field: str) -> list[str]:
    """The tokens, each once, in the order given. Raises NotiflowsError or RefusedError."""
    if given is None or given == []:
        raise invalid(field, f"{field} needs at least one token.", "required")
    if not isinstance(given, list):
        raise invalid(field, f"{field} must be a list of tokens.", "invalid_type")
    for index, token in enumerate(given):
        check_token(token, f"{field}.{index}")
    tokens = list(dict.fromkeys(given))
    if len(tokens) > MAX_TOKENS:
        raise invalid(field, f"{field} must have at most {MAX_TOKENS} tokens.", "too_long")
    return tokens


def check_token(token: Any, field: str) -> None:
    if not isinstance(token, str):
        raise invalid(field, f"{field} must be a text.", "invalid_type")
    if not token.strip():
        raise invalid(field, f"{field} must not be blank.", "required")
    if len(token) > MAX_TOKEN_LENGTH:
        raise invalid(field, f"{field} must have at most {MAX_TOKEN_LENGTH:,} characters.", "too_long")
    check_text(token, field)


# By the key of a connection: the name of the id in Notiflows, its form, and its initials in words.
SLACK_IDS: Mapping[str, tuple[str, re.Pattern[str], str]] = {
    "channel_id": ("slack_channel_id", re.compile(r"[CGD][A-Za-z0-9]{1,63}"), "C, G or D"),
    "user_id": ("slack_user_id", re.compile(r"[UW][A-Za-z0-9]{1,63}"), "U or W"),
}


def slack_shown(data: Document) -> Document | None:
    """Returns the first channel and the first member among the connections."""
    found = {
        wire: next((each[name] for each in named_connections(data) if each.get(name)), None)
        for name, (wire, _, _) in SLACK_IDS.items()
    }
    return found if any(found.values()) else None


def slack_change(given: Mapping[str, Any], field: str) -> Change:
    ids = {
        name: checked_slack_id(given[wire], pattern, initials, f"{field}.{wire}")
        for name, (wire, pattern, initials) in SLACK_IDS.items()
        if given.get(wire) is not None
    }
    if not ids:
        message = f"{field} needs slack_channel_id or slack_user_id."
        raise invalid(f"{field}.slack_channel_id", message, "required")
    return partial(with_slack_ids, ids=ids)


def checked_slack_id(given: Any, pattern: re.Pattern[str], initials: str, field: str) -> str:
    if not isinstance(given, str):
        raise invalid(field, f"{field} must be a text.", "invalid_type")
    if not pattern.fullmatch(given):
        raise invalid(field, f"{field} must start with {initials}, and go on with up to 63 letters and digits.")
    return given


def with_slack_ids(data: Document, ids: Mapping[str, str]) -> Document:
    """Replaces the connections that name a channel or a member; an id that stays keeps its connection."""
    before = named_connections(data)
    others = [each for each in data.get("connections", ()) if each not in before]
    access = next(({"access_token": each["access_token"]} for each in before if each.get("access_token")), {})
    made: list[Document] = []
    for name, id in ids.items():
        known = next((each for each in before if each.get(name) == id), {name: id, **access})
        connection = {key: value for key, value in known.items() if key not in SLACK_IDS or value == ids.get(key)}
        if connection not in made:
            made.append(connection)
    return {**data, "connections": [*made, *others]}


def named_connections(data: Document) -> list[Document]:
    """The connections that name a channel or a member and do not belong to a tenant."""
    return [
        each
        for each in data.get("connections", ())
        if WEBHOOK not in each and not each.get(TENANT) and any(each.get(name) for name in SLACK_IDS)
    ]


FORMS: Mapping[str, SettingsForm] = {
    "apns": device_tokens("apns"),
    "fcm": device_tokens("fcm"),
    "slack": SettingsForm("slack", slack_shown, slack_change),
}
