"""The defaults of an environment: its rule, its preference set, and the categories to choose among."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.access.environments import PreferenceRule, Settings
from addressee.directory.recipient import Document
from addressee.preferences.categories import Category, Section, by_key

SQL = load(__package__)


@dataclass(frozen=True, slots=True)
class EnvironmentDefaults:
    """An environment's preference rule, its preference set, sections of categories to choose among, its zone, and its
    locale.
    """

    rule: PreferenceRule = "all_agree"
    default: Document = field(default_factory=dict)
    sections: tuple[Section, ...] = ()
    timezone: str = "Etc/UTC"
    locale: str = "en"

    @property
    def categories(self) -> Mapping[str, Category]:
        return by_key(self.sections)


async def read_defaults(database: Pool | Connection, environment_id: int) -> EnvironmentDefaults:
    row = await database.fetchrow(*SQL["preferences_of_environment"](environment_id=environment_id))
    assert row is not None
    settings = msgspec.json.decode(row["settings"], type=Settings)
    document, sections = row["document"], row["sections"]
    return EnvironmentDefaults(
        settings.preference_rule,
        {} if document is None else msgspec.json.decode(document),
        () if sections is None else msgspec.json.decode(sections, type=tuple[Section, ...]),
        settings.timezone,
        settings.locale,
    )


async def store_default(connection: Connection, environment_id: int, document: Document) -> None:
    """Stores a document that `check_set` has checked."""
    await connection.execute(
        *SQL["store_default"](environment_id=environment_id, document=msgspec.json.encode(document))
    )


async def store_categories(connection: Connection, environment_id: int, sections: Sequence[Section]) -> None:
    """Stores sections; the keys of their categories are distinct."""
    await connection.execute(
        *SQL["store_categories"](environment_id=environment_id, sections=msgspec.json.encode(sections))
    )
