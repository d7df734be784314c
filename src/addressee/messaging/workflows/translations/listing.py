"""The translations of an environment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.messaging.workflows.translations.formats import Format, written
from addressee.messaging.workflows.translations.model import Translation, TranslationKey
from addressee.messaging.workflows.translations.store import translation_from

SQL = load(__package__)


@dataclass(frozen=True, slots=True)
class ListedTranslation:
    """A translation without what it says. `count` is the number of its texts."""

    key: TranslationKey
    format: Format
    count: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class StoredTranslation:
    """A translation as it is now."""

    translation: Translation
    created_at: datetime
    updated_at: datetime

    def content_in(self, format: Format) -> str:
        """Returns what it says in a format: as it was pushed, if that is its own."""
        if format is self.translation.format:
            return self.translation.content
        return written(self.translation.texts, format, self.translation.key.locale)


class TranslationList:
    """Lists translations. They come from files, so there are few."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def list(self, environment_id: int) -> Sequence[ListedTranslation]:
        """Returns all translations, by locale and then by namespace."""
        return [
            ListedTranslation(
                TranslationKey(row["locale"], row["namespace"]),
                Format(row["format"]),
                row["count"],
                row["created_at"],
                row["updated_at"],
            )
            for row in await self._pool.fetch(*SQL["listed_translations"](environment_id=environment_id))
        ]

    async def find(self, environment_id: int, key: TranslationKey) -> StoredTranslation | None:
        row = await self._pool.fetchrow(
            *SQL["translation"](environment_id=environment_id, tag=key.tag, namespace=key.namespace)
        )
        if row is None:
            return None
        return StoredTranslation(translation_from(row), row["created_at"], row["updated_at"])
