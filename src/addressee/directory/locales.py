"""Locales and languages: syntax of locales, the languages of ISO 639-1, and fallbacks. Pure."""

from __future__ import annotations

import re
from functools import cache

# A well-formed language tag (RFC 5646, section 2.1); its parts need not be registered.
LOCALE = re.compile(
    r"""
    ( [a-z]{2,3} (-[a-z]{3}){0,3} | [a-z]{4,8} )           # language
    ( -[a-z]{4} )?                                         # script
    ( -([a-z]{2}|[0-9]{3}) )?                              # region
    ( -([a-z0-9]{5,8}|[0-9][a-z0-9]{3}) )*                 # variants
    ( -[0-9a-wy-z](-[a-z0-9]{2,8})+ )*                     # extensions
    ( -x(-[a-z0-9]{1,8})+ )?                               # for private use
    | x(-[a-z0-9]{1,8})+
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)


def is_locale(text: str) -> bool:
    """Returns whether a text is a well-formed language tag (BCP 47), like `en-US`."""
    return LOCALE.fullmatch(text) is not None


def is_iso_locale(text: str) -> bool:
    """Returns whether a text is a well-formed language tag whose language has two or three letters, as in ISO 639.

    BCP 47 also allows longer ones, of which none exist: `english` is well-formed.
    """
    return is_locale(text) and len(text.partition("-")[0]) in (2, 3)


def is_language(text: str) -> bool:
    """Returns whether a text is a language code of ISO 639-1: two small letters, like `en`."""
    return text in languages()


@cache
def languages() -> frozenset[str]:
    """Returns the two-letter language codes of the Unicode CLDR, deprecated ones included."""
    from babel.core import get_global

    tags = (*get_global("likely_subtags"), *get_global("language_aliases"))
    return frozenset(language for language in (tag.partition("_")[0] for tag in tags) if len(language) == 2)


def with_hyphens(text: str) -> str:
    """Returns a POSIX locale like `en_GB` as the tag `en-GB`."""
    return text.replace("_", "-")


def canonical(locale: str) -> str:
    """Returns a locale as it is usually written: `nl-BE` for `NL_be`, `zh-Hant` for `zh-hant`."""
    language, *parts = with_hyphens(locale).lower().split("-")
    written, extends = [language], len(language) == 1
    for part in parts:
        extends = extends or len(part) == 1
        by_length = {2: part.upper(), 4: part.title()}
        written.append(part if extends else by_length.get(len(part), part))
    return "-".join(written)


def fallbacks(locale: str) -> tuple[str, ...]:
    """Returns the keys that a locale is looked up by, the least specific first: `es`, `es-AR` for `es_AR`."""
    parts = with_hyphens(locale).split("-")
    return tuple("-".join(parts[:length]) for length in range(1, len(parts) + 1))
