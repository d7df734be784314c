"""Environments, to one of which all data belongs, and their settings."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import msgspec

from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.documents import Merge
from addressee.directory.timezones import is_timezone

SQL = load(__package__)

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1"})

PreferenceRule = Literal["all_agree", "most_specific"]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings of an environment.

    `property_merge`: how the properties of an identify call are merged into stored ones (knock.md §3.1).
    `merge_nulls`: whether a null of the primary's is replaced when users are merged, or kept. `enhanced_security`:
    public keys need a user token (§1.3), verified with `signing_key` (a public key in PEM). `user_shape`: how users are
    rendered by default (§4.3). `preference_rule`: whether every scope of preferences must be true, or the most specific
    one decides (§3.7). `timezone`: the zone of schedules for recipients without one (§3.13). `clock_skew_minutes`: how
    far the date of a signed request may be from the server's, 0 for no limit (suprsend.md §1.3). `development_mode`:
    clients may act for a user without a token; browsers only from `allowed_origins` like `https://app.example.com`
    (notiflows.md §1.2).
    """

    property_merge: Merge = Merge.SHALLOW
    merge_nulls: Literal["fill", "keep"] = "fill"
    enhanced_security: bool = False
    user_shape: Literal["flat", "nested"] = "flat"
    preference_rule: PreferenceRule = "all_agree"
    timezone: str = "Etc/UTC"
    clock_skew_minutes: Annotated[int, msgspec.Meta(ge=0, le=1440)] = 15
    signing_key: str | None = None
    development_mode: bool = False
    allowed_origins: tuple[str, ...] = ()

    @property
    def keeps_nulls(self) -> bool:
        """Whether null is a value that stays when users are merged."""
        return self.merge_nulls == "keep"


@dataclass(frozen=True, slots=True)
class Environment:
    id: int
    uid: UUID
    name: str
    settings: Settings = field(default_factory=Settings)


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

        Raises LookupError for an unknown environment, ValueError for an invalid setting.
        """
        row = await self._row(name)
        try:
            changed = msgspec.convert({**known_settings(row), **settings}, Settings)
        except msgspec.ValidationError as error:
            raise ValueError(problem_message(settings, str(error))) from None
        if not is_timezone(changed.timezone):
            raise ValueError("timezone must be a name of the IANA time zone database, like Europe/Berlin.")
        if changed.property_merge is Merge.PATCH:
            raise ValueError("property_merge must be shallow or deep.")
        for origin in changed.allowed_origins:
            if not is_origin(origin):
                raise ValueError(
                    f"allowed_origins holds {origin!r}; an origin is like https://app.example.com, with http on"
                    " localhost only, and without a path."
                )
        if "signing_key" in settings and changed.signing_key is not None:
            # A slow import that few changes need.
            from addressee.directory.access.signing_keys import parse_signing_key

            try:
                parse_signing_key(changed.signing_key)
            except ValueError as error:
                raise ValueError(f"signing_key {error}") from None
        given = {setting: value for setting, value in msgspec.to_builtins(changed).items() if setting in settings}
        stored = await self._pool.fetchrow(
            *SQL["change_environment"](environment_id=row["id"], settings=msgspec.json.encode(given))
        )
        assert stored is not None
        return environment_from(stored)

    async def new_signing_key(self, name: str) -> str:
        """Makes a key pair for user tokens, stores the public key and returns the private one as PEM (PKCS#8)."""
        from addressee.directory.access.signing_keys import new_pair

        private, public = new_pair()
        await self.change(name, {"signing_key": public})
        return private


def problem_message(settings: Mapping[str, Any], problem: str) -> str:
    """Returns a message about invalid settings, made from msgspec's own."""
    for name in settings:
        if name not in Settings.__struct_fields__:
            known = ", ".join(Settings.__struct_fields__)
            return f"There is no setting {name!r} of an environment; there are {known}."
    message, _, path = problem.partition(" - at `$.")
    name = re.split(r"[.\[`]", path)[0]
    return f"{name} cannot be {json.dumps(settings.get(name))}: {message[:1].lower()}{message[1:]}."


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


def is_origin(text: str) -> bool:
    """Whether a text is an origin, as a browser sends it, of https or of http on this machine."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port  # reading an invalid port raises ValueError
    except ValueError:
        return False
    if text != f"{parts.scheme}://{parts.netloc.lower()}" or "@" in parts.netloc:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in LOCAL_HOSTS))
