"""Translations in the database. What is stored is what they say now: messages are rendered with that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.messaging.content.templating.known_texts import KnownTexts
from addressee.messaging.content.templating.translations import NO_TRANSLATIONS, Texts, Translations, tags_for
from addressee.messaging.workflows.translations.formats import Format
from addressee.messaging.workflows.translations.known import DecodedTexts, TextsVersion
from addressee.messaging.workflows.translations.model import Translation, TranslationKey

SQL = load(__package__)

DECODED = DecodedTexts()


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
        *SQL["versions_of_texts"](environment_id=environment_id, tags=tags, namespaces=sorted(namespaces))
    )
    versions = [version_from(environment_id, row) for row in rows]
    found = {version: texts for version in versions if (texts := DECODED.find(version)) is not None}
    found |= await read_new_texts(pool, environment_id, [each for each in versions if each not in found])
    return Translations(by_tag((each.tag, each.namespace, texts) for each, texts in found.items()), default)


async def read_new_texts(
    pool: Pool, environment_id: int, wanted: Sequence[TextsVersion]
) -> dict[TextsVersion, Mapping[str, str]]:
    """Returns texts as they are now, and has them kept."""
    if not wanted:
        return {}
    found: dict[TextsVersion, Mapping[str, str]] = {}
    for row in await pool.fetch(*SQL["texts_named"](environment_id=environment_id, wanted=wanted)):
        version = version_from(environment_id, row)
        found[version] = msgspec.json.decode(row["texts"], type=dict[str, str])
        DECODED.keep(version, found[version], len(row["texts"]))
    return found


def version_from(environment_id: int, row: Any) -> TextsVersion:
    return TextsVersion(environment_id, row["tag"], row["namespace"], row["row"], row["updated_at"])


def by_tag(texts: Iterable[tuple[str, str, Mapping[str, str]]]) -> Mapping[str, Texts]:
    """Returns texts by the tags of their locales, and then by namespace."""
    found: dict[str, dict[str, Mapping[str, str]]] = defaultdict(dict)
    for tag, namespace, each in texts:
        found[tag][namespace] = each
    return found


async def read_known_texts(database: Pool | Connection, environment_id: int) -> KnownTexts:
    rows = await database.fetch(*SQL["known_texts"](environment_id=environment_id))
    return {row["namespace"]: frozenset(row["keys"]) for row in rows}


async def read_translations(
    connection: Connection, environment_id: int, keys: Sequence[TranslationKey]
) -> Mapping[TranslationKey, Translation]:
    """Returns those translations that there are under these keys."""
    if not keys:
        return {}
    rows = await connection.fetch(*SQL["translations_named"](environment_id=environment_id, wanted=keys))
    return {each.key: each for each in map(translation_from, rows)}


async def count_translations(connection: Connection, environment_id: int) -> int:
    count: int = await connection.fetchval(*SQL["count_translations"](environment_id=environment_id))
    return count


def translation_from(row: Any) -> Translation:
    return Translation(
        TranslationKey(row["locale"], row["namespace"]),
        Format(row["format"]),
        row["content"],
        msgspec.json.decode(row["texts"], type=dict[str, str]),
    )


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
