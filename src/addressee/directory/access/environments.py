"""Environments, to one of which all data belongs, and their settings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import msgspec

from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.access.algorithms import SETTINGS as SIGNING_KEYS
from addressee.directory.access.algorithms import Algorithm
from addressee.directory.documents import Merge
from addressee.directory.locales import is_iso_locale
from addressee.directory.timezones import is_timezone

SQL = load(__package__)

# Origins stand in headers, where other characters separate them from what follows.
HOST_AND_PORT = re.compile(r"[a-z0-9.:_\[\]-]+")

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1"})

PreferenceRule = Literal["all_agree", "most_specific"]


# The values that settings can have, as refusals name them.
VALUES = {
    "property_merge": "shallow or deep",
    "merge_nulls": "fill or keep",
    "enhanced_security": "true or false",
    "user_shape": "flat or nested",
    "preference_rule": "all_agree or most_specific",
    "timezone": "a text, like Europe/Berlin",
    "locale": "a text, like pt-BR",
    "clock_skew_minutes": "a number from 0 to 1440",
    "signing_key": "a text, a public key in PEM, or null",
    "es256_signing_key": "a text, a public key in PEM, or null",
    "require_tenant_scope": "true or false",
    "development_mode": "true or false",
    "allowed_origins": 'a list, like ["https://app.example.com"]',
    "frame_origins": 'a list, like ["https://app.example.com"]',
    "notiflows_socket": "true or false",
}


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings of an environment.

    `property_merge`: how the properties of an identify call are merged into stored ones (knock.md §3.1).
    `merge_nulls`: whether a null of the primary's is replaced when users are merged, or kept. `enhanced_security`:
    public keys need a user token (§1.3), verified with `signing_key` (a public key in PEM), or with `es256_signing_key`
    from SuprSend's clients (realtime-suprsend.md §2); `require_tenant_scope`: whether these must name their tenant.
    `user_shape`: how users are rendered by default (§4.3). `preference_rule`: whether every scope of preferences must
    be true, or the most specific one decides (§3.7). `timezone`: the zone of schedules for recipients without one
    (§3.13); `locale`: that of texts for recipients without one, or without texts in theirs. `clock_skew_minutes`: how
    far the date of a signed request may be from the server's, 0 for no limit (suprsend.md §1.3). `development_mode`:
    clients may act for a user without a token; browsers only from `allowed_origins` like `https://app.example.com`
    (notiflows.md §1.2). `frame_origins`: whose pages may show the preference page and the inbox page in a frame.
    `notiflows_socket`: whether clients of Notiflows may try the socket, whose form is a guess (realtime-notiflows.md
    §4).
    """

    property_merge: Merge = Merge.SHALLOW
    merge_nulls: Literal["fill", "keep"] = "fill"
    enhanced_security: bool = False
    user_shape: Literal["flat", "nested"] = "flat"
    preference_rule: PreferenceRule = "all_agree"
    timezone: str = "Etc/UTC"
    locale: str = "en"
    clock_skew_minutes: Annotated[int, msgspec.Meta(ge=0, le=1440)] = 15
    signing_key: str | None = None
    es256_signing_key: str | None = None
    require_tenant_scope: bool = False
    development_mode: bool = False
    allowed_origins: tuple[str, ...] = ()
    frame_origins: tuple[str, ...] = ()
    notiflows_socket: bool = False

    def signing_key_of(self, algorithm: Algorithm) -> str | None:
        """Returns the public key, in PEM, of user tokens that are signed by an algorithm."""
        return self.signing_key if algorithm == "RS256" else self.es256_signing_key

    @property
    def keeps_nulls(self) -> bool:
        """Returns whether null is a value that stays when users are merged."""
        return self.merge_nulls == "keep"


@dataclass(frozen=True, slots=True)
class Environment:
    id: int
    uid: UUID
    name: str
    settings: Settings = field(default_factory=Settings)


class SettingError(ValueError):
    """A setting that cannot be stored; the message says why, and names it."""

    def __init__(self, setting: str, message: str) -> None:
        super().__init__(message)
        self.setting = setting


class MisconfiguredError(ValueError):
    """The stored settings of an environment are not valid; the message says which."""


class Environments:
    """Reads and changes environments. A change takes effect in all processes within a second."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def all(self) -> list[Environment]:
        """Returns all environments. Raises MisconfiguredError."""
        return [environment_from(row) for row in await self._pool.fetch(*SQL["list_environments"]())]

    async def usable(self) -> list[Environment]:
        """Returns the environments with valid settings; the others are logged."""
        found = (usable_environment(row) for row in await self._pool.fetch(*SQL["list_environments"]()))
        return [environment for environment in found if environment is not None]

    async def creation_times(self) -> Mapping[int, datetime]:
        """Returns when environments were created, by their ids."""
        return {row["id"]: row["created_at"] for row in await self._pool.fetch(*SQL["list_environments"]())}

    async def named(self, name: str) -> Environment:
        """Returns an environment. Raises LookupError, which lists the existing ones, or MisconfiguredError."""
        return environment_from(await self._row(name))

    async def _row(self, name: str) -> asyncpg.Record:
        rows = await self._pool.fetch(*SQL["list_environments"]())
        for row in rows:
            if row["name"] == name:
                return row
        known = ", ".join(row["name"] for row in rows)
        raise LookupError(f"There is no environment {name!r}; there are {known}.")

    async def change(self, name: str, settings: Mapping[str, Any]) -> Environment:
        """Changes the given settings and keeps the others, also those that only a newer version knows.

        Raises LookupError for an unknown environment, SettingError for an invalid setting.
        """
        row = await self._row(name)
        changed = changed_settings(known_settings(row), settings)
        given = {setting: value for setting, value in msgspec.to_builtins(changed).items() if setting in settings}
        stored = await self._pool.fetchrow(
            *SQL["change_environment"](environment_id=row["id"], settings=msgspec.json.encode(given))
        )
        assert stored is not None
        return environment_from(stored)

    async def new_signing_key(self, name: str, algorithm: Algorithm = "RS256") -> str:
        """Makes a key pair for user tokens, stores the public key and returns the private one as PEM (PKCS#8)."""
        from addressee.directory.access.signing_keys import new_pair

        private, public = new_pair(algorithm)
        await self.change(name, {SIGNING_KEYS[algorithm]: public})
        return private


def changed_settings(stored: Mapping[str, Any], settings: Mapping[str, Any]) -> Settings:
    """Returns stored settings with some changed. Raises SettingError for an invalid one."""
    given = {**stored, **settings}
    try:
        changed = msgspec.convert(given, Settings)
    except msgspec.ValidationError as error:
        raise problem(given, str(error)) from None
    if not is_timezone(changed.timezone):
        message = "timezone must be a name of the IANA time zone database, like Europe/Berlin."
        raise SettingError("timezone", message)
    if not is_iso_locale(changed.locale):
        raise SettingError("locale", "locale must be a language tag, like en or pt-BR.")
    if changed.property_merge is Merge.PATCH:
        raise SettingError("property_merge", "property_merge must be shallow or deep.")
    check_origins("allowed_origins", changed.allowed_origins)
    check_origins("frame_origins", changed.frame_origins)
    for algorithm, setting in SIGNING_KEYS.items():
        if setting in settings:
            check_signing_key(changed, algorithm)
    return changed


def check_signing_key(settings: Settings, algorithm: Algorithm) -> None:
    """Raises SettingError for a key that cannot verify tokens of the algorithm; none is no error."""
    # A slow import that few changes need.
    from addressee.directory.access.signing_keys import parse_signing_key

    pem = settings.signing_key_of(algorithm)
    try:
        if pem is not None:
            parse_signing_key(pem, algorithm)
    except ValueError as error:
        raise SettingError(SIGNING_KEYS[algorithm], f"{SIGNING_KEYS[algorithm]} {error}") from None


def problem(settings: Mapping[str, Any], said: str) -> SettingError:
    """Returns the error about invalid settings that msgspec's own says."""
    for name in settings:
        if name not in Settings.__struct_fields__:
            known = ", ".join(Settings.__struct_fields__)
            return SettingError(name, f"There is no setting {name!r} of an environment; there are {known}.")
    name = re.split(r"[.\[`]", said.partition(" - at `$.")[2])[0]
    return SettingError(name, f"{name} cannot be {json.dumps(settings.get(name))}: it is {VALUES[name]}.")


def environment_from(row: asyncpg.Record) -> Environment:
    """Returns a stored environment, without settings that only a newer version knows. Raises MisconfiguredError."""
    try:
        settings = msgspec.convert(known_settings(row), Settings)
    except msgspec.ValidationError as error:
        raise MisconfiguredError(
            f"What is stored as settings of the environment {row['name']} cannot be used: {error}; "
            "`addressee environments set` replaces it."
        ) from None
    return Environment(row["id"], row["uid"], row["name"], settings)


def usable_environment(row: asyncpg.Record) -> Environment | None:
    """Returns a stored environment; None, with a log entry, when its settings are not valid."""
    try:
        return environment_from(row)
    except MisconfiguredError as error:
        import structlog

        structlog.get_logger().error("environment misconfigured", environment=row["name"], reason=str(error))
        return None


def known_settings(row: asyncpg.Record) -> dict[str, Any]:
    stored = msgspec.json.decode(row["settings"], type=dict[str, Any])
    return {name: value for name, value in stored.items() if name in Settings.__struct_fields__}


def check_origins(setting: str, origins: Iterable[str]) -> None:
    """Raises SettingError when one is not an origin."""
    for origin in origins:
        if not is_origin(origin):
            raise SettingError(
                setting,
                f"{setting} holds {origin!r}; an origin is like https://app.example.com, with http on"
                " localhost only, and without a path.",
            )


def is_origin(text: str) -> bool:
    """Returns whether a text is an origin, as a browser sends it, of https or of http on this machine."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port  # reading an invalid port raises ValueError
    except ValueError:
        return False
    if text != f"{parts.scheme}://{parts.netloc.lower()}" or not HOST_AND_PORT.fullmatch(parts.netloc):
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in LOCAL_HOSTS))
