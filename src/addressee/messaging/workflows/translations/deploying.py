"""Deploys translations: each is stored where it says something else than before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from addressee.database.pool import Connection
from addressee.messaging.workflows.translations.files import TranslationDefinition
from addressee.messaging.workflows.translations.model import Translation
from addressee.messaging.workflows.translations.store import count_translations, read_translations, store_translation

# The number of translations that an environment has.
MAX_TRANSLATIONS = 1_000


async def store_changed(
    connection: Connection, environment_id: int, defined: Sequence[TranslationDefinition], now: datetime
) -> list[tuple[Translation, Translation | None]]:
    """Stores translations, and returns each with what it was before, None if it is new.

    Tells the last source if the environment would have too many.
    """
    if not defined:
        return []
    stored = await read_translations(connection, environment_id, [each.key for each in defined])
    new = [each for each in defined if each.key not in stored]
    if new and await count_translations(connection, environment_id) + len(new) > MAX_TRANSLATIONS:
        new[-1].source.problem((), f"an environment has at most {MAX_TRANSLATIONS:,} translations")
        return []
    for each in defined:
        if stored.get(each.key) != each.translation:
            await store_translation(connection, environment_id, each.translation, now)
    return [(each.translation, stored.get(each.key)) for each in defined]
