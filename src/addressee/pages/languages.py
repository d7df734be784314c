"""The languages of pages: their texts, their direction, and how they write times.

A file of `translations` has the texts of one language, each under its name; English has all that there are.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from pathlib import PurePath

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time

from addressee.directory.locales import with_hyphens

ENGLISH = "en"

# A language of Accept-Language, and its quality.
ACCEPTED = re.compile(r"([A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;\s*q=([01](?:\.[0-9]{0,3})?))?")
MOST_ACCEPTED = 20

# Unicode's isolates: what is put into a sentence does not change the direction of the rest.
ISOLATE, END_OF_ISOLATE = "\u2068", "\u2069"


@dataclass(frozen=True, slots=True)
class Language:
    """A language, with the texts of its pages. `locale` also knows the region, for times."""

    tag: str
    texts: Mapping[str, str]
    locale: Locale

    @property
    def direction(self) -> str:
        return self.locale.text_direction

    def text(self, name: str, /, **values: object) -> str:
        """Returns a text with values in the places that it has for them. Raises KeyError when there is no such text."""
        isolated = {key: f"{ISOLATE}{value}{END_OF_ISOLATE}" for key, value in values.items()}
        return self.texts[name].format_map(isolated) if isolated else self.texts[name]

    def time(self, at: datetime) -> str:
        return format_time(at, "short", locale=self.locale)

    def day(self, at: datetime, now: datetime) -> str:
        """Returns the name of a day; both times are local ones."""
        match (now.date() - at.date()).days:
            case 0:
                return self.text("today")
            case 1:
                return self.text("yesterday")
            case _:
                return format_date(at, "full" if at.year == now.year else "long", locale=self.locale)


@cache
def translations() -> Mapping[str, Mapping[str, str]]:
    """Returns the texts of each language, by their names."""
    folder = resources.files(__package__).joinpath("translations")
    return {PurePath(file.name).stem: tomllib.loads(file.read_text("utf-8")) for file in folder.iterdir()}


def choose_language(preferred: Iterable[str | None], accepted: str | None) -> Language:
    """Returns the first language that pages have: of the preferred ones, of Accept-Language, else English."""
    for tag in (*preferred, *accepted_tags(accepted)):
        if tag is not None and (language := language_of(tag)) is not None:
            return language
    return Language(ENGLISH, translations()[ENGLISH], Locale(ENGLISH))


def language_of(tag: str) -> Language | None:
    tag = with_hyphens(tag)
    base = tag.partition("-")[0].lower()
    texts = translations().get(base)
    return None if texts is None else Language(base, texts, locale_of(tag, base))


def locale_of(tag: str, base: str) -> Locale:
    """Returns what is known of a locale, or of its language."""
    try:
        found = Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        found = None
    return found if found is not None and found.language == base else Locale(base)


def accepted_tags(header: str | None) -> Iterator[str]:
    """Yields the languages that a browser asks for, the best first."""
    found = (ACCEPTED.fullmatch(part.strip()) for part in (header or "").split(",", MOST_ACCEPTED)[:MOST_ACCEPTED])
    weighed = [(float(match[2] or 1), match[1]) for match in found if match is not None]
    for quality, tag in sorted(weighed, key=lambda each: -each[0]):
        if quality:
            yield tag
