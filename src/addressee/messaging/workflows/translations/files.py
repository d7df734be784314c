"""Reads translations, and checks them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from addressee.directory.locales import is_iso_locale, with_hyphens
from addressee.messaging.content.templating import liquid
from addressee.messaging.content.templating.translation_tag import TranslationUse
from addressee.messaging.content.templating.translations import FORMS, TextKey
from addressee.messaging.definitions.model import KEY, Definition
from addressee.messaging.definitions.sources import Source
from addressee.messaging.steps.texts import ONLY_IN_FETCHES, SECRETS
from addressee.messaging.workflows.translations.formats import ContentError, Format, ReadTexts, read_texts
from addressee.messaging.workflows.translations.model import Translation, TranslationKey
from addressee.suggestions import nearest

# The number of translations that an environment has.
MAX_TRANSLATIONS = 1_000

CONTENT = ("content",)

# Keys of texts by namespace.
KnownKeys = Mapping[str, Collection[str]]


class TranslationFile(Definition, frozen=True, kw_only=True):
    """The form of a translation. Its content is JSON or PO, as a text."""

    locale_code: str
    content: str
    namespace: str = ""
    format: Format = Format.JSON


@dataclass(frozen=True, slots=True)
class TranslationDefinition:
    """A translation as its file defines it."""

    translation: Translation
    source: Source = field(repr=False)

    @property
    def key(self) -> TranslationKey:
        return self.translation.key


def read_translation(source: Source) -> TranslationDefinition | None:
    """Returns the translation of a file; None, and the problems, if that has any."""
    if source.problems or not source.fits((), source.value, TranslationFile):
        return None
    file = msgspec.convert(source.value, TranslationFile)
    key = TranslationKey(file.locale_code, file.namespace)
    if not is_iso_locale(with_hyphens(key.locale)):
        source.problem(("locale_code",), f"{key.locale!r} is no locale; one is like nl or nl-BE")
    if key.namespace and not KEY.fullmatch(key.namespace):
        source.problem(("namespace",), "a namespace has letters, digits, - and _ only")
    try:
        read = read_texts(file.content, file.format, key.tag)
    except ContentError as error:
        for line, message in error.problems:
            source.problem_in_text(CONTENT, line, message)
        return None
    for text_key, message in problems_in(read):
        source.problem_in_text(CONTENT, read.line_of(text_key), message)
    if source.problems:
        return None
    return TranslationDefinition(Translation(key, file.format, file.content, read.texts), source)


def problems_in(read: ReadTexts) -> Iterator[tuple[str, str]]:
    """Yields the key and the problem of each text that cannot be rendered."""
    for key, text in read.texts.items():
        try:
            template = liquid.parse(text)
            secret = bool(liquid.uses_of(text, SECRETS))
        except liquid.TemplateError as error:
            yield key, f"{key!r} is not Liquid: {error.message}"
            continue
        if secret:
            yield key, ONLY_IN_FETCHES
        if template.partials or template.translations:
            yield key, f"{key!r} must not render a partial or another text; the template that names it may"


def check_number(defined: Sequence[TranslationDefinition], stored: Collection[TranslationKey]) -> None:
    """Tells the last source if an environment would have too many translations with these."""
    if defined and len({*stored, *(each.key.compared for each in defined)}) > MAX_TRANSLATIONS:
        defined[-1].source.problem((), f"an environment has at most {MAX_TRANSLATIONS:,} translations")


def keys_with(known: KnownKeys, defined: Sequence[TranslationDefinition]) -> KnownKeys:
    """Returns keys that are known with those of translations."""
    found = {namespace: set(keys) for namespace, keys in known.items()}
    for each in defined:
        found.setdefault(each.key.namespace, set()).update(each.translation.texts)
    return found


def warnings_of(uses: Sequence[TranslationUse], known: KnownKeys) -> Iterator[tuple[int, str]]:
    """Yields the line and the warning of each use of a text that no locale has, or that misses its values."""
    for use in uses:
        if use.unnamed:
            yield use.line, "values of a text have names: t: name: recipient.name"
        if not use.keys or any(is_known(key, use, known) for key in use.keys):
            continue
        best = use.keys[0]
        if any(has_forms(key, known) for key in use.keys):
            yield use.line, f"the text {str(best)!r} has forms for numbers; give it a count: t: count: …"
            continue
        meant = nearest(best.key, sorted(known.get(best.namespace, ())))
        hint = "" if meant is None else f"; did you mean {str(TextKey(best.namespace, meant))!r}?"
        yield use.line, f"no translation has the text {str(best)!r}; the key itself will be shown{hint}"


def is_known(key: TextKey, use: TranslationUse, known: KnownKeys) -> bool:
    return key.key in known.get(key.namespace, ()) or (use.counted and has_forms(key, known))


def has_forms(key: TextKey, known: KnownKeys) -> bool:
    return any(f"{key.key}.{form}" in known.get(key.namespace, ()) for form in FORMS)
