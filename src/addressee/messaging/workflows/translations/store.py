"""Translations in the database. What is stored is what they say now: messages are rendered with that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.messaging.content.templating.translations import NO_TRANSLATIONS, Texts, Translations, tags_for
from addressee.messaging.workflows.translations.formats import Format
from addressee.messaging.workflows.translations.model import Translation, TranslationKey

SQL = load(__package__)


class Stored(NamedTuple):
    """What a translation says, as it was pushed."""

    key: TranslationKey
    format: Format
    content: str


async def read_texts(
    pool: Pool, environment_id: int, default: str, locales: Iterable[str | None], namespaces: Collection[str]
) -> Translations:
    """Returns the texts of some namespaces in these locales, and in all that they fall back to.

    Nothing is read where no namespace is named.
    """
    if not namespaces:
        return NO_TRANSLATIONS
    tags = sorted({tag for locale in (default, *locales) for tag in tags_for(locale, default)})
    rows = await pool.fetch(
        *SQL["texts_of_locales"](environment_id=environment_id, tags=tags, namespaces=sorted(namespaces))
    )
    return Translations(by_tag((row["tag"], row["namespace"], row["texts"]) for row in rows), default)


def by_tag(rows: Iterable[tuple[str, str, bytes]]) -> Mapping[str, Texts]:
    found: dict[str, dict[str, Mapping[str, str]]] = defaultdict(dict)
    for tag, namespace, texts in rows:
        found[tag][namespace] = msgspec.json.decode(texts, type=dict[str, str])
    return found


async def read_translations(database: Pool | Connection, environment_id: int) -> Mapping[TranslationKey, Stored]:
    """Returns the translations of an environment, by the keys under which they are stored."""
    rows = await database.fetch(*SQL["translations"](environment_id=environment_id))
    return {
        TranslationKey(row["tag"], row["namespace"]): Stored(
            TranslationKey(row["locale"], row["namespace"]), Format(row["format"]), row["content"]
        )
        for row in rows
    }


async def read_known_keys(database: Pool | Connection, environment_id: int) -> Mapping[str, frozenset[str]]:
    """Returns the keys of all texts of an environment by namespace, in whatever locale they are."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in await database.fetch(*SQL["known_keys"](environment_id=environment_id)):
        found[row["namespace"]].add(row["key"])
    return {namespace: frozenset(keys) for namespace, keys in found.items()}


async def store_translation(
    connection: Connection, environment_id: int, translation: Translation, now: datetime
) -> None:
    values: dict[str, Any] = {
        "tag": translation.key.tag,
        "namespace": translation.key.namespace,
        "locale": translation.key.locale,
        "format": translation.format,
        "content": translation.content,
        "texts": msgspec.json.encode(translation.texts),
    }
    await connection.execute(*SQL["upsert_translation"](environment_id=environment_id, now=now, **values))
