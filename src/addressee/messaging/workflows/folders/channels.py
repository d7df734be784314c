"""Channels of an environment as files, with a variable in the place of each secret. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, TypeAlias

from addressee.channels.provider import ChannelType
from addressee.messaging.definitions.writing import to_yaml
from addressee.messaging.environment.channels import Channel
from addressee.messaging.workflows.files.channels import FEED, VARIABLE

# The key of a channel and the names of a secret in its settings, the outermost first.
SecretPath: TypeAlias = tuple[str, ...]

NOT_IN_NAMES = re.compile(r"[^A-Z0-9]+")


def channel_path(key: str) -> str:
    return f"channels/{key}.yaml"


def to_files(channels: Sequence[tuple[Channel, Mapping[str, Any]]]) -> dict[str, dict[str, Any]]:
    """Returns channels, each given with its secrets, as their files have them, by their keys."""
    variables = variables_for([path for channel, secrets in channels for path in paths_in(secrets, (channel.key,))])
    return {channel.key: to_file(channel, secrets, variables) for channel, secrets in channels}


def to_file(channel: Channel, secrets: Mapping[str, Any], variables: Mapping[SecretPath, str]) -> dict[str, Any]:
    """Returns a channel as its file has it, with all fields and the variables of its secrets."""
    hidden = placeholders(dict(sorted(secrets.items())), (channel.key,), variables)
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


def paths_in(secrets: Mapping[str, Any], path: SecretPath) -> Iterator[SecretPath]:
    """Yields the paths of a channel's secrets; in a mapping, one for each of its values."""
    for name, value in secrets.items():
        if isinstance(value, Mapping):
            yield from paths_in(value, (*path, name))
        else:
            yield (*path, name)


def placeholders(secrets: Mapping[str, Any], path: SecretPath, variables: Mapping[SecretPath, str]) -> dict[str, Any]:
    """Returns variables in the place of secrets, whose paths begin with this one."""
    return {
        name: placeholders(value, (*path, name), variables)
        if isinstance(value, Mapping)
        else f"${{{variables[*path, name]}}}"
        for name, value in secrets.items()
    }


def variables_for(paths: Sequence[SecretPath]) -> dict[SecretPath, str]:
    """Returns the name of each secret's variable: that of its channel and of the setting, in capitals.

    Where several secrets would have one name, each gets an end that depends on nothing but its own path.
    """
    names = {path: variable_name(path) for path in paths}
    used = Counter(names.values())
    return {path: name if used[name] == 1 else f"{name}_{digest(path)}" for path, name in names.items()}


def variable_name(path: SecretPath) -> str:
    name = NOT_IN_NAMES.sub("_", "_".join(path).upper())
    return f"_{name}" if name[:1].isdigit() else name


def digest(path: SecretPath) -> str:
    return sha256("\0".join(path).encode()).hexdigest()[:8].upper()


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
