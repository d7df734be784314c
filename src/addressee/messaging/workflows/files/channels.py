"""Reads `channels/<key>.yaml`: a channel with its provider and settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID

import msgspec

from addressee.channels.provider import ChannelType, Provider
from addressee.channels.providers import PROVIDERS, providers_of
from addressee.database.environment_variables import PUBLIC_URL
from addressee.messaging.content.templating import liquid
from addressee.messaging.definitions.model import Definition, FieldPath, Name
from addressee.messaging.definitions.sources import Source

VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")

MAX_STAND_INS = 5

# The default provider of in-app channels.
FEED = "feed"


class ChannelFile(Definition, frozen=True):
    """The form of a channel's file. `id` keeps the id from another service: browser clients name a feed by it.

    `failover` are the keys of channels that send, in this order, what this one cannot.
    """

    type: ChannelType
    name: Name | None = None
    provider: str | None = None
    settings: dict[str, Any] = msgspec.field(default_factory=dict)
    id: str | None = None
    failover: Annotated[tuple[str, ...], msgspec.Meta(max_length=MAX_STAND_INS)] = ()


@dataclass(frozen=True, slots=True)
class ChannelDefinition:
    """A channel as its file defines it. `secrets` are the settings to seal; `id` is None unless the file gives one."""

    key: str
    id: UUID | None
    name: str
    type: ChannelType
    provider: str
    settings: Mapping[str, Any]
    secrets: Mapping[str, Any] = field(repr=False)
    source: Source = field(repr=False)
    failover: tuple[str, ...] = ()

    @property
    def served_by(self) -> Provider:
        return PROVIDERS[self.type, self.provider]


def read_channel(source: Source, environment: Mapping[str, str], may_lack: bool = False) -> ChannelDefinition | None:
    """Returns a channel. With `may_lack`, settings whose variables are not set stay as they are, unchecked."""
    if not source.has_key or not source.fits((), source.value, ChannelFile):
        return None
    file = msgspec.convert(source.value, ChannelFile)
    provider = PROVIDERS.get((file.type, provider_name(file)))
    if provider is None:
        names = " or ".join(known.name for known in providers_of(file.type))
        source.problem(("provider",), f"the provider of a channel of type {file.type} is {names}")
        return None
    if not source.fits(("settings",), file.settings, provider.settings):
        return None
    lacking = {name for name, value in file.settings.items() if may_lack and unset(value, environment)}
    settings = {
        name: value if name in lacking else filled(source, ("settings", name), value, environment)
        for name, value in file.settings.items()
    }
    for name, problem in provider.problems(settings) if not source.problems else ():
        if name not in lacking:
            source.problem(("settings", name), problem)
    if (asking := untracked(settings)) is not None and not may_lack and not environment.get(PUBLIC_URL):
        source.warning(("settings", asking), f"nothing is tracked without {PUBLIC_URL} or the setting 'tracking_url'")
    for name in provider.templates & settings.keys():
        check_template(source, ("settings", name), settings[name])
    return ChannelDefinition(
        key=source.key,
        id=channel_id(source, file),
        name=file.name or source.key,
        type=file.type,
        provider=provider_name(file),
        settings={name: value for name, value in settings.items() if name not in provider.secrets},
        secrets={name: value for name, value in settings.items() if name in provider.secrets},
        source=source,
        failover=file.failover,
    )


def untracked(settings: Mapping[str, Any]) -> str | None:
    """Returns the setting that asks for tracking without saying below which URL, if there is one."""
    asking = next((name for name in ("open_tracking", "link_tracking") if settings.get(name)), None)
    return None if "tracking_url" in settings else asking


def channel_id(source: Source, file: ChannelFile) -> UUID | None:
    if file.id is None:
        return None
    try:
        return UUID(file.id)
    except ValueError:
        source.problem(("id",), "this must be a UUID")
        return None


def filled(source: Source, path: FieldPath, value: Any, environment: Mapping[str, str]) -> Any:
    """Returns a text, and each text in an object, with `${NAME}` replaced by the environment variable NAME.

    Other values stay as they are.
    """
    if isinstance(value, dict):
        return {name: filled(source, (*path, name), part, environment) for name, part in value.items()}
    if not isinstance(value, str):
        return value
    for name in VARIABLE.findall(value):
        if name not in environment:
            source.problem(path, f"the environment variable {name} is not set")
    return VARIABLE.sub(lambda match: environment.get(match[1], ""), value)


def unset(value: Any, environment: Mapping[str, str]) -> bool:
    """Returns whether a setting names a variable that is not set."""
    if isinstance(value, dict):
        return any(unset(part, environment) for part in value.values())
    return isinstance(value, str) and any(name not in environment for name in VARIABLE.findall(value))


def check_template(source: Source, path: FieldPath, text: str | None) -> None:
    try:
        template = liquid.parse(text or "")
    except liquid.TemplateError as error:
        source.problem_in_text(path, error.line or 1, f"this is not Liquid: {error.message}")
        return
    for use in template.partials:
        source.problem_in_text(path, use.line, "settings of channels cannot render partials; templates can")
    for looked_up in template.translations:
        source.problem_in_text(path, looked_up.line, "settings of channels cannot look up translations; templates can")


def provider_name(file: ChannelFile) -> str:
    if file.provider is None and file.type is ChannelType.IN_APP_FEED:
        return FEED
    return file.provider or ""


def provider_of(source: Source) -> Provider | None:
    """Returns the provider that a file names, None if it names none that there is."""
    if not isinstance(source.value, dict):
        return None
    type, named = source.value.get("type"), source.value.get("provider")
    if named is None and type == ChannelType.IN_APP_FEED:
        named = FEED
    if not isinstance(named, str) or type not in list(ChannelType):
        return None
    return PROVIDERS.get((ChannelType(type), named))
