"""SuprSend's names of channels, and the kinds of addresses that they stand for (suprsend.md §5.1)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from http import HTTPStatus

from addressee.dialects.suprsend.wire.errors import SuprSendError

KIND_OF: Mapping[str, str] = {
    "sms": "sms",
    "email": "email",
    "androidpush": "android_push",
    "iospush": "ios_push",
    "webpush": "web_push",
    "inbox": "in_app",
    "whatsapp": "whatsapp",
    "slack": "slack",
    "ms_teams": "ms_teams",
}

NAME_OF: Mapping[str, str] = {kind: name for name, kind in KIND_OF.items()}

# The kinds that have a name here.
KINDS = tuple(NAME_OF)


def kind_of(name: str, field: str) -> str:
    """Returns the kind of a channel. Raises SuprSendError when there is no such channel."""
    if name not in KIND_OF:
        must = f"must be one of [{', '.join(KIND_OF)}]"
        raise SuprSendError(HTTPStatus.BAD_REQUEST, f"{field}: {must}", {field: must})
    return KIND_OF[name]


def kinds_of(names: Iterable[str], field: str) -> frozenset[str]:
    """Returns the kinds of channels. Raises SuprSendError, which names the place of a wrong one."""
    return frozenset(kind_of(name, f"{field}[{index}]") for index, name in enumerate(names))


def names_of(kinds: Collection[str]) -> list[str]:
    """Returns the channels of kinds, without those that have no name here."""
    return [name for name, kind in KIND_OF.items() if kind in kinds]
