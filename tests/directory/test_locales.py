"""Locales and languages. The syntax of locales is tested in test_formats.py, with other formats."""

import pytest
from babel import Locale
from babel.localedata import locale_identifiers
from hypothesis import given
from hypothesis import strategies as st

from addressee.directory.locales import fallbacks, is_iso_locale, is_language, is_locale, languages, with_hyphens


@pytest.mark.parametrize("language", ["en", "de", "eo", "nb", "he", "iw", "sh"])
def test_there_are_languages_of_two_letters(language: str) -> None:
    assert is_language(language)


@pytest.mark.parametrize("text", ["", "xx", "EN", "eng", "en-GB", " en", "en\n"])
def test_everything_else_is_no_language(text: str) -> None:
    assert not is_language(text)


def test_every_language_that_has_a_name_is_one() -> None:
    assert {language for language in map(str, Locale("en").languages) if len(language) == 2} <= languages()


@given(st.sampled_from(locale_identifiers()))
def test_every_locale_that_there_are_data_for_is_one(identifier: str) -> None:
    assert is_locale(with_hyphens(identifier))


@given(st.from_regex(r"[a-z]{2}([-_][A-Z]{2})?", fullmatch=True))
def test_a_language_and_a_country_are_a_locale_with_either_hyphen(text: str) -> None:
    assert is_iso_locale(with_hyphens(text))


@pytest.mark.parametrize("tag", ["english", "x-whatever", "en--US", "e", ""])
def test_a_locale_of_iso_begins_with_a_language_of_two_or_three_letters(tag: str) -> None:
    assert not is_iso_locale(tag)
    assert all(map(is_iso_locale, ("en", "en-GB", "fil", "zh-Hant-TW", "de-DE-u-co-phonebk")))


@pytest.mark.parametrize(
    ("locale", "found_by"),
    [
        ("es", ("es",)),
        ("es-AR", ("es", "es-AR")),
        ("es_AR", ("es", "es-AR")),
        ("zh-Hant-TW", ("zh", "zh-Hant", "zh-Hant-TW")),
    ],
)
def test_a_language_stands_in_for_its_locales(locale: str, found_by: tuple[str, ...]) -> None:
    assert fallbacks(locale) == found_by
