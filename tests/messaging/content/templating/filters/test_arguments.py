"""Values and arguments of filters, whatever they are."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.messaging.content.templating import escaping, liquid
from addressee.messaging.content.templating.filters.arguments import locale_of, moment_of, number_of
from addressee.messaging.content.templating.liquid import render
from addressee.messaging.content.templating.liquid_filters import KNOCK

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=5), each, max_size=3),
    max_leaves=5,
)
ENVIRONMENTS = [liquid.PLAIN, liquid.HTML, escaping.SLACK, escaping.JSON]


@given(st.sampled_from([*KNOCK, "date"]), st.lists(VALUES, min_size=1, max_size=5), st.sampled_from(ENVIRONMENTS))
def test_no_value_and_no_argument_keeps_a_text_from_being_rendered(
    name: str, values: list[Any], environment: liquid.BoundedEnvironment
) -> None:
    value, *arguments = (f"v[{place}]" for place in range(len(values)))
    given_to_it = f": {', '.join(arguments)}" if arguments else ""
    render(f"{{{{ {value} | {name}{given_to_it} }}}}", {"v": values}, environment)


@given(st.text(st.sampled_from("0123456789-:TZ.+/, apmJuneday"), max_size=30), st.sampled_from(["UTC", "Asia/Tokyo"]))
def test_whatever_looks_like_a_date_can_be_printed(text: str, zone: str) -> None:
    render(
        "{{ v | timezone: z }}{{ v | date: '%c', z }}{{ v | format_datetime_in_locale: 'de' }}", {"v": text, "z": zone}
    )


@pytest.mark.parametrize("name", [name for name in [*KNOCK, "date"] if name != "compare_versions"])
def test_nothing_stays_nothing(name: str) -> None:
    assert render(f"{{{{ nope | {name} }}}}{{{{ nope | {name}: 'a', 'b', 'c' }}}}", {}) == ""


def test_arguments_that_a_filter_does_not_have_change_nothing() -> None:
    assert render("{{ 5 | currency: 'EUR', 'en', 'more', precision: 3 }}", {}) == "€5.00"


def test_arguments_may_be_named() -> None:
    assert render("{{ '2025-01-01' | date: '%H', timezone: 'Asia/Tokyo' }}", {}) == "09"


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2025-06-01T12:00:00Z", datetime(2025, 6, 1, 12, tzinfo=UTC)),
        ("2025-06-01T12:00:00+02:00", datetime(2025, 6, 1, 10, tzinfo=UTC)),
        ("2025-06-01", datetime(2025, 6, 1, tzinfo=UTC)),
        ("June 1, 2025 12:00", datetime(2025, 6, 1, 12, tzinfo=UTC)),
        (1748779200, datetime(2025, 6, 1, 12, tzinfo=UTC)),
        ("1748779200", datetime(2025, 6, 1, 12, tzinfo=UTC)),
        ("soon", None),
        ("9" * 200, None),
        (True, None),
        (1.5, None),
        (None, None),
    ],
)
def test_what_is_a_moment(value: Any, moment: datetime | None) -> None:
    assert moment_of(value) == moment


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (3, Decimal(3)),
        (" 1.50 ", Decimal("1.50")),
        (0.1, Decimal("0.1")),
        (1e20, Decimal("1e20")),
        ("1e999999", None),
        ("1e-999999", None),
        ("nan", None),
        (float("inf"), None),
        (10**50, None),
        (True, None),
        ("ten", None),
        ([1], None),
    ],
)
def test_what_is_a_number(value: Any, number: Decimal | None) -> None:
    assert number_of(value) == number


@pytest.mark.parametrize(
    ("code", "locale"),
    [
        ("de-AT", "de_AT"),
        ("de_AT", "de_AT"),
        ("de-XX", "de"),
        ("zh-Hant", "zh_Hant"),
        ("tlh", "en"),
        ("../../etc/passwd", "en"),
        ("d" * 1000, "en"),
        (None, "en"),
        (7, "en"),
    ],
)
def test_a_locale_that_there_is_not_is_that_of_its_language_or_english(code: Any, locale: str) -> None:
    assert str(locale_of(code)) == locale
