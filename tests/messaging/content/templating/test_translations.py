"""Which text somebody reads: by locale, namespace, key and number."""

from typing import Any

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from addressee.messaging.content.templating.translations import (
    NO_TEXTS,
    TextKey,
    Translations,
    keys_of_name,
    keys_of_text,
    tags_for,
)

TEXTS = Translations(
    {
        "en": {"": {"hi": "Hi", "bye": "Bye", "only": "English"}, "shop": {"hi": "Welcome"}},
        "nl": {"": {"hi": "Hoi", "bye": "Dag"}},
        "nl-be": {"": {"hi": "Dag"}},
        "zh-hant": {"": {"hi": "你好"}},
    }
)


def found(name: str, locale: str | None, count: Any = None, texts: Translations = TEXTS) -> str | None:
    return texts.of(locale).find(keys_of_name(name), count)


@pytest.mark.parametrize(
    ("locale", "tags"),
    [
        ("nl-BE", ["nl-be", "nl", "en"]),
        ("nl_BE", ["nl-be", "nl", "en"]),
        ("zh-Hant-TW", ["zh-hant-tw", "zh-hant", "zh", "en"]),
        ("en-GB", ["en-gb", "en"]),
        ("en", ["en"]),
        (None, ["en"]),
    ],
)
def test_a_locale_falls_back_to_its_language_and_then_to_the_default(locale: str | None, tags: list[str]) -> None:
    assert tags_for(locale, "en") == tags


def test_a_default_with_a_region_falls_back_to_its_language_too() -> None:
    assert tags_for("fr", "pt-BR") == ["fr", "pt-br", "pt"]


@pytest.mark.parametrize(
    ("name", "locale", "text"),
    [
        ("hi", "nl-BE", "Dag"),
        ("hi", "NL_be", "Dag"),
        ("hi", "nl-NL", "Hoi"),
        ("bye", "nl-BE", "Dag"),
        ("only", "nl-BE", "English"),
        ("hi", "zh-Hant-TW", "你好"),
        ("hi", "fr", "Hi"),
        ("hi", None, "Hi"),
        ("shop:hi", "nl", "Welcome"),
        ("none", "nl", None),
        ("shop:none", "nl", None),
        ("nowhere:hi", "nl", None),
    ],
)
def test_each_text_falls_back_by_itself(name: str, locale: str | None, text: str | None) -> None:
    assert found(name, locale) == text


def test_a_text_with_a_colon_is_looked_up_as_a_whole_too() -> None:
    assert keys_of_name("shop:hi") == (TextKey("shop", "hi"), TextKey("", "shop:hi"))
    assert keys_of_name(":hi") == (TextKey("", ":hi"),)
    assert found("Note: all", None, texts=Translations({"en": {"": {"Note: all": "x"}}})) == "x"


def test_a_text_of_a_template_is_looked_up_by_what_it_says() -> None:
    assert keys_of_text(" Hello,\n  you! ") == (
        TextKey("system", "Hello,\n  you!"),
        TextKey("system", "Hello, you!"),
        TextKey("", "Hello,\n  you!"),
        TextKey("", "Hello, you!"),
    )


def test_without_translations_nothing_is_found() -> None:
    assert NO_TEXTS.find(keys_of_name("hi")) is None


ORDERS = {"orders.zero": "none", "orders.one": "one", "orders.other": "many"}


@pytest.mark.parametrize(
    ("count", "form"),
    [
        *((0, "none"), (1, "one"), (1.0, "one"), ("1", "one"), (2, "many"), (1.5, "many"), (-1, "many")),
        *(("x", "many"), (True, "many"), ([1], "many"), (float("nan"), "many"), (10**400, "many")),
    ],
)
def test_a_count_chooses_zero_one_or_other(count: Any, form: str) -> None:
    assert found("orders", None, count, Translations({"en": {"": ORDERS}})) == form


def test_without_zero_other_is_for_0_too() -> None:
    texts = Translations({"en": {"": {"orders.one": "one", "orders.other": "many"}}})
    assert found("orders", None, 0, texts) == "many"


def test_a_text_without_forms_takes_any_count_and_one_with_forms_needs_one() -> None:
    assert found("hi", None, 3) == "Hi"
    assert found("orders", None, texts=Translations({"en": {"": ORDERS}})) is None


def test_a_form_that_a_locale_lacks_is_looked_up_in_the_next_one() -> None:
    texts = Translations({"nl": {"": {"orders.one": "een"}}, "en": {"": ORDERS}})
    assert [found("orders", "nl", count, texts) for count in (1, 2)] == ["een", "many"]


POLISH = {f"items.{form}": form for form in ("one", "few", "many", "other")}


@pytest.mark.parametrize(
    ("count", "form"), [(1, "one"), (2, "few"), (5, "many"), (0, "many"), (22, "few"), (1.5, "other")]
)
def test_forms_that_only_some_languages_have_follow_their_rules(count: float, form: str) -> None:
    assert found("items", "pl", count, Translations({"pl": {"": POLISH}})) == form


@given(st.sampled_from(["ar", "cs", "de", "fr", "ja", "lt", "pl", "ru", "sl", "cy"]), st.integers(0, 10_000))
def test_a_text_with_all_forms_of_its_language_has_the_one_that_cldr_says(language: str, count: int) -> None:
    plural = Locale(language).plural_form
    texts = Translations({language: {"": {f"a.{form}": form for form in (*plural.tags, "other", "two")}}})
    assert found("a", language, count, texts) == plural(count)


def test_the_rules_are_those_of_the_locale_that_has_the_text() -> None:
    texts = Translations({"pl": {"": POLISH}}, default="pl")
    assert found("items", "en", 22, texts) == "few"


def test_an_unknown_language_has_one_form() -> None:
    texts = Translations({"xx": {"": {"a.few": "few", "a.other": "other"}}})
    assert found("a", "xx", 3, texts) == "other"
