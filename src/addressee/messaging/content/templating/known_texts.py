"""Warns of texts that templates look up and no locale has: their translations may follow. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from addressee.messaging.content.templating.translation_tag import TranslationUse
from addressee.messaging.content.templating.translations import FORMS, TextKey
from addressee.suggestions import nearest

# The keys of texts by namespace, in whatever locale they are.
KnownTexts = Mapping[str, Collection[str]]

NO_KNOWN_TEXTS: KnownTexts = {}


def with_texts(known: KnownTexts, namespace: str, keys: Collection[str]) -> KnownTexts:
    return {**known, namespace: frozenset(known.get(namespace, ())) | frozenset(keys)}


def warnings_of(uses: Sequence[TranslationUse], known: KnownTexts) -> Iterator[tuple[int, str]]:
    """Yields the line and the warning of each use of a text that no locale has, or that misses its values."""
    for use in uses:
        if use.unnamed:
            yield use.line, "values of a text have names: t: name: recipient.name"
        if not use.keys or any(is_known(key, use, known) for key in use.keys):
            continue
        best = use.keys[0]
        if any(has_forms(key, known) for key in use.keys):
            yield use.line, f"the text {str(best)!r} has forms for numbers; give it one: t: count: data.count"
        else:
            yield use.line, f"no translation has the text {str(best)!r}: its key will be shown{hint(best, known)}"


def is_known(key: TextKey, use: TranslationUse, known: KnownTexts) -> bool:
    return key.key in known.get(key.namespace, ()) or (use.counted and has_forms(key, known))


def has_forms(key: TextKey, known: KnownTexts) -> bool:
    return any(f"{key.key}.{form}" in known.get(key.namespace, ()) for form in FORMS)


def hint(key: TextKey, known: KnownTexts) -> str:
    meant = nearest(key.key, sorted(known.get(key.namespace, ())))
    return "" if meant is None else f"; did you mean {str(TextKey(key.namespace, meant))!r}?"
