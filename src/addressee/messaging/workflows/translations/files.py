"""Reads translations, and checks them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from addressee.directory.locales import is_iso_locale, with_hyphens
from addressee.messaging.content.templating import liquid
from addressee.messaging.content.templating.known_texts import KnownTexts, with_texts
from addressee.messaging.content.templating.translations import Translations
from addressee.messaging.definitions.model import KEY, Definition
from addressee.messaging.definitions.sources import Source
from addressee.messaging.steps.texts import ONLY_IN_FETCHES, SECRETS
from addressee.messaging.workflows.translations.formats import ContentError, Format, ReadTexts, read_texts
from addressee.messaging.workflows.translations.model import Translation, TranslationKey
from addressee.messaging.workflows.translations.store import by_tag

CONTENT = ("content",)

# A value in a text, by its names; what opens anything in Liquid; and words that are no names, or no values of a text.
VALUE = re.compile(r"(?<!\{)\{\{ ?([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*) ?\}\}")
OPENING = re.compile(r"\{[{%]")
NO_NAMES = frozenset(
    {
        *("and", "or", "not", "if", "else", "contains", "true", "false", "nil", "null", "empty", "blank"),
        *("with", "for", "as", "by", "in", "limit", "offset", "reversed", "continue", "cols", SECRETS),
    }
)


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
    if key.namespace and not KEY.fullmatch(key.namespace):
        source.problem(("namespace",), "a namespace has letters, digits, - and _ only")
    if not is_iso_locale(with_hyphens(key.locale)):
        source.problem(("locale_code",), f"{key.locale!r} is no locale; one is like nl or nl-BE")
    elif str(key.canonical) != source.key and not source.problems:
        source.problem((), f"this is the translation {str(key.canonical)!r}, and not {source.key!r}")
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
    return TranslationDefinition(Translation(key.canonical, file.format, file.content, read.texts), source)


def problems_in(read: ReadTexts) -> Iterator[tuple[str, str]]:
    """Yields the key and the problem of each text that cannot be rendered."""
    for key, text in read.texts.items():
        if is_simple(text):
            continue
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


def is_simple(text: str) -> bool:
    """Returns whether a text certainly prints nothing but itself and values: most do, and Liquid takes its time."""
    names = {name for value in VALUE.findall(text) for name in value.split(".")}
    return names.isdisjoint(NO_NAMES) and OPENING.search(VALUE.sub("", text)) is None


def texts_with(known: KnownTexts, defined: Sequence[TranslationDefinition]) -> KnownTexts:
    """Returns texts that are known with those of translations."""
    for each in defined:
        known = with_texts(known, each.key.namespace, each.translation.texts.keys())
    return known


def translations_of(defined: Sequence[TranslationDefinition], default: str) -> Translations:
    """Returns what translations say, as if they were stored."""
    return Translations(by_tag((each.key.tag, each.key.namespace, each.translation.texts) for each in defined), default)
