"""Texts by locale, namespace and key, and which of them somebody reads. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

from addressee.directory.locales import fallbacks, with_hyphens

if TYPE_CHECKING:
    from babel import Locale

# The name under which a scope holds the texts of its recipient's locale. No template can name it by itself, and data
# cannot have it.
TRANSLATIONS = "$translations"

# The namespace of texts that stand in templates, between the tags `t` and `endt`: Knock makes its files.
SYSTEM = "system"
NO_NAMESPACE = ""

# Stands for all namespaces, where a key is computed.
ANY = "*"

# The forms of a text for numbers: by the rule of Knock, and all that CLDR has for any language.
SIMPLE_FORMS = ("zero", "one", "other")
FORMS = (*SIMPLE_FORMS, "two", "few", "many")

# Texts of a locale by namespace, then by key. The keys of nested objects are joined by dots.
Texts = Mapping[str, Mapping[str, str]]

KNOWN_LOCALES = 500


class TextKey(NamedTuple):
    """The place of a text in the files of a locale."""

    namespace: str
    key: str

    def __str__(self) -> str:
        return f"{self.namespace}:{self.key}" if self.namespace else self.key


def tag_of(locale: str) -> str:
    """Returns a locale as it is compared: `nl-be` for `nl_BE`."""
    return with_hyphens(locale).lower()


def keys_of_name(name: str) -> tuple[TextKey, ...]:
    """Returns the keys by which the filter `t` looks up a name like `shipping:canceled`, the best first."""
    namespace, colon, key = name.partition(":")
    whole = TextKey(NO_NAMESPACE, name)
    return (TextKey(namespace, key), whole) if colon and namespace else (whole,)


@lru_cache(maxsize=KNOWN_LOCALES)
def keys_of_text(text: str) -> tuple[TextKey, ...]:
    """Returns the keys by which a text in a template is looked up: by what it says, whatever its white space."""
    stripped, joined = text.strip(), " ".join(text.split())
    wordings = dict.fromkeys((stripped, joined))
    return tuple(TextKey(namespace, wording) for namespace in (SYSTEM, NO_NAMESPACE) for wording in wordings)


class LocaleTexts:
    """The texts of one locale, of those that it falls back to, and of the default locale: the best first."""

    def __init__(self, chain: Sequence[tuple[str, Texts]]) -> None:
        self._chain = chain

    def __str__(self) -> str:
        return ""

    def find(self, keys: Iterable[TextKey], count: object = None) -> str | None:
        """Returns the text under the first of the keys that a locale has, None if none has any.

        With a count, which may be any value, it is the form of the text for that number.
        """
        for tag, texts in self._chain:
            for namespace, key in keys:
                known = texts.get(namespace)
                if known is None:
                    continue
                found = None if count is None else form_for(known, key, count, tag)
                found = found if found is not None else known.get(key)
                if found is not None:
                    return found
        return None


NO_TEXTS = LocaleTexts(())


@dataclass(frozen=True, slots=True, eq=False)
class Translations:
    """The texts of locales by their tags. `default` is the locale of whoever has none, or one without a text."""

    texts: Mapping[str, Texts] = field(default_factory=dict)
    default: str = "en"

    def of(self, locale: str | None) -> LocaleTexts:
        return LocaleTexts([(tag, self.texts[tag]) for tag in tags_for(locale, self.default) if tag in self.texts])


NO_TRANSLATIONS = Translations()


def tags_for(locale: str | None, default: str) -> list[str]:
    """Returns the tags of the locales in which somebody's texts are looked up: `nl-be`, `nl`, then the default's."""
    wanted = [*reversed(fallbacks(locale) if locale else ()), *reversed(fallbacks(default))]
    return list(dict.fromkeys(map(tag_of, wanted)))


def form_for(texts: Mapping[str, str], key: str, count: object, tag: str) -> str | None:
    """Returns the form of a text for a number, None if the text has no such form."""
    forms = {form: texts[name] for form in FORMS if (name := f"{key}.{form}") in texts}
    return next((forms[form] for form in wanted_forms(forms, count, tag) if form in forms), None)


def wanted_forms(forms: Collection[str], count: object, tag: str) -> Iterator[str]:
    """Yields the forms that suit a number, the best first.

    `zero` is for 0, `one` for 1, `other` for the rest. Texts with forms that only CLDR knows follow its rules.
    """
    number = number_of(count)
    if number == 0:
        yield "zero"
    if number is not None:
        if any(form not in SIMPLE_FORMS for form in forms):
            yield category_of(number, tag)
        elif number == 1:
            yield "one"
    yield "other"


def number_of(count: object) -> float | None:
    """Returns a count as a number, None if it is none."""
    if isinstance(count, int | float | str) and not isinstance(count, bool):
        try:
            return float(count)
        except (ValueError, OverflowError):
            return None
    return None


def category_of(number: float, tag: str) -> str:
    """Returns the category of a number by the rules of CLDR, like `few`."""
    locale = known_locale(tag)
    if locale is None or not isfinite(number):
        return "other"
    return str(locale.plural_form(int(number) if number == int(number) else number))


@lru_cache(maxsize=KNOWN_LOCALES)
def known_locale(tag: str) -> Locale | None:
    """Returns what CLDR knows of a locale, or of what it falls back to."""
    from babel import Locale, UnknownLocaleError

    for known in reversed(fallbacks(tag)):
        try:
            return Locale.parse(known, sep="-")
        except (ValueError, UnknownLocaleError):
            continue
    return None
