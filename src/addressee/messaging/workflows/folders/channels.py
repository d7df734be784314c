"""Channels of an environment as files, with a variable in the place of each secret. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from addressee.channels.provider import ChannelType
from addressee.messaging.definitions.writing import to_yaml
from addressee.messaging.environment.channels import Channel
from addressee.messaging.workflows.files.channels import FEED, VARIABLE

NOT_IN_NAMES = re.compile(r"[^A-Z0-9]+")


def channel_path(key: str) -> str:
    return f"channels/{key}.yaml"


def to_file(channel: Channel, secrets: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a channel as its file has it, with all fields. Secrets are `${KEY_NAME}`, of it and of the setting."""
    hidden = {name: placeholder(value, channel.key, name) for name, value in sorted(secrets.items())}
    return {
        "type": str(channel.type),
        "name": channel.name,
        "provider": channel.provider,
        "id": str(channel.id),
        "failover": list(channel.failover),
        "settings": {**channel.settings, **hidden},
    }


def defaults(key: str, file: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what the fields of a channel's file mean that are left out; the id is made up."""
    provider = FEED if file.get("type") == ChannelType.IN_APP_FEED else None
    return {"name": key, "provider": provider, "failover": [], "settings": {}}


def to_text(key: str, file: Mapping[str, Any]) -> str:
    """Returns the text of a channel's file, without what is the default, and without the id.

    An environment keeps the ids of its channels; those of another one have others.
    """
    unsaid = {**defaults(key, file), "id": file["id"]}
    return to_yaml({name: value for name, value in file.items() if name not in unsaid or unsaid[name] != value})


def says_the_same(key: str, file: Any, stored: Mapping[str, Any]) -> bool:
    """Returns whether a channel's file says what is stored of it, as far as that can be known without variables."""
    if not isinstance(file, Mapping):
        return False
    return agrees({"id": stored["id"], **defaults(key, file), **file}, stored)


def placeholder(value: Any, *names: str) -> Any:
    """Returns a variable in the place of a secret; in a mapping, one for each of its values."""
    if isinstance(value, Mapping):
        return {name: placeholder(part, *names, name) for name, part in value.items()}
    return f"${{{variable_name(*names)}}}"


def variable_name(*names: str) -> str:
    name = NOT_IN_NAMES.sub("_", "_".join(names).upper())
    return f"_{name}" if name[:1].isdigit() else name


def variables_in(value: Any) -> set[str]:
    """Returns the names of the variables that a file's value has."""
    if isinstance(value, Mapping):
        return {name for part in value.values() for name in variables_in(part)}
    return set(VARIABLE.findall(value)) if isinstance(value, str) else set()


def agrees(said: Any, stored: Any) -> bool:
    """Returns whether a setting says what is stored; one with a variable may say anything."""
    if isinstance(said, Mapping) and isinstance(stored, Mapping):
        return said.keys() == stored.keys() and all(agrees(said[name], stored[name]) for name in said)
    return bool(variables_in(said) or variables_in(stored)) or said == stored
