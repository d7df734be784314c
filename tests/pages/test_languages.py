"""The languages of pages: all of them have all texts, and the right one is chosen."""

from __future__ import annotations

from datetime import UTC, datetime
from string import Formatter

import pytest

from addressee.pages.languages import Language, accepted_tags, choose_language, language_of, translations

LANGUAGES = ["ar", "de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt"]


def places(text: str) -> set[str]:
    """Returns the places for values in a text."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def known(tag: str) -> Language:
    language = language_of(tag)
    assert language is not None
    return language


def test_there_are_ten_languages() -> None:
    assert sorted(translations()) == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_each_text_with_the_same_places(language: str) -> None:
    texts, english = translations()[language], translations()["en"]
    assert texts.keys() == english.keys()
    for name, text in texts.items():
        assert text.strip() == text != "", name
        assert places(text) == places(english[name]), name


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_a_sentence_is_not_left_in_english(language: str) -> None:
    texts, english = translations()[language], translations()["en"]
    assert [name for name, text in texts.items() if " " in text and text == english[name] and name != "ms_teams"] == []


@pytest.mark.parametrize(
    ("preferred", "accepted", "language"),
    [
        (["de-AT"], "fr", "de"),
        (["de_AT"], None, "de"),
        (["sv", None], "fr;q=0.5, nl;q=0.9, en;q=0.1", "nl"),
        (["sv", "pl"], "fr", "pl"),
        ([None], "sv, fr-CA;q=0", "en"),
        ([], "*", "en"),
        ([], "", "en"),
        ([], None, "en"),
        ([], "de;q=banana, es", "es"),
        (["x-klingon", "EN-gb"], "de", "en"),
        (["de-" + "a" * 50_000], "fr", "de"),
    ],
)
def test_the_person_decides_then_the_browser_then_english(
    preferred: list[str | None], accepted: str | None, language: str
) -> None:
    assert choose_language(preferred, accepted).tag == language


def test_only_some_languages_of_a_browser_are_read() -> None:
    assert len(list(accepted_tags(",".join(["de"] * 10_000)))) == 20


def test_arabic_is_read_from_right_to_left() -> None:
    assert [known(tag).direction for tag in ("ar-EG", "en", "ja")] == ["rtl", "ltr", "ltr"]


def test_values_keep_their_direction_to_themselves() -> None:
    assert known("en").text("preferences_for", name="{x} ليلى") == "For \u2068{x} ليلى\u2069"


def test_times_are_written_as_in_the_region() -> None:
    at = datetime(2026, 3, 5, 14, 5, tzinfo=UTC)
    assert known("en-GB").time(at) == known("de").time(at) == "14:05"
    assert known("en-US").time(at) == "2:05\u202fPM"


def test_days_have_names() -> None:
    now = datetime(2026, 3, 5, 14, 5, tzinfo=UTC)
    german = known("de")
    assert german.day(now.replace(hour=0), now) == "Heute"
    assert german.day(now.replace(day=4), now) == "Gestern"
    assert german.day(now.replace(day=3), now) == "Dienstag, 3. März 2026"
    assert german.day(now.replace(year=2025), now) == "5. März 2025"
