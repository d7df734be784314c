"""Knock's filters, beyond the examples of docs/workflows/liquid.md."""

import pytest

from addressee.messaging.content.templating.liquid import render

SCOPE = {
    "at": "2023-12-31T19:30:45Z",
    "mixed": [1, "1", {"a": 1}, None, 1, {"a": 2}],
    "other": [{"a": 1}, 1, None],
    "half": '"\\ud800"',
    "deep": "[" * 50_000,
    "long": f"{'1' * 40}.99",
}

PRINTED = [
    # dates
    ("{{ at | timezone: 'Mars/Olympus' }}|{{ at | timezone }}|{{ at | date: '%H', 'Nowhere' }}", "||"),
    ("{{ 'soon' | timezone: 'Asia/Tokyo' }} {{ 'soon' | format_date_in_locale: 'de' }}", "soon soon"),
    ("{{ at | timezone: 'Asia/Kolkata' | date: '%H:%M' }}", "01:00"),
    ("{{ '0001-01-01T00:00:00Z' | timezone: 'America/New_York' }}", "0001-01-01T00:00:00Z"),
    ("{{ at | date: '%%s %s' }}", "%s 1704051045"),
    ("{{ at | format_date_in_locale: 'de', 'huge' }}|{{ at | format_datetime_in_locale: 'de', 'long', 7 }}", "|"),
    ("{{ at | format_datetime_in_locale: 'en-GB' }}", "31/12/2023, 19:30"),
    ("{{ at | format_datetime_in_locale: 'en-US', 'long', 'long' }}", "December 31, 2023, 7:30:45 PM UTC"),
    ("{{ at | format_date_in_locale: 'ja', 'long' }}", "2023年12月31日"),
    # numbers
    (
        "{{ 10000 | format_number }} {{ 10000 | format_number: 'de' }} {{ 0.123456789 | format_number }}",
        "10,000 10.000 0.123456789",
    ),
    ("{{ '12.5' | currency: 'eur', 'de' }}", "12,50\xa0€"),
    ("{{ -3 | currency }} {{ 'much' | currency }}", "-$3.00 much"),
    ("{{ 5 | currency: 'euro' }}|{{ 5 | rounded_currency: '' }}", "|"),
    ("{{ 10.5 | rounded_currency }} {{ 11.5 | rounded_currency: 'EUR', 'de' }}", "$10 12\xa0€"),
    ("{{ long | format_number }} {{ long | currency: 'EUR', 'de' }}", f"1{',111' * 13}.99 1{'.111' * 13},99\xa0€"),
    ("{{ long | rounded_currency }}", f"$1{',111' * 12},112"),
    ("{{ 0 | pluralize: 'a', 'b' }}{{ 1.0 | pluralize: 'a', 'b' }}{{ '1' | pluralize: 'a', 'b' }}", "baa"),
    ("{{ 2 | pluralize: 'a' }}|{{ 'x' | pluralize: 'a', 'b' }}", "|"),
    # texts
    ("{{ \"it's ÜBER-late, élan  o'neill\" | titlecase }}", "It's ÜBER-late, Élan  O'neill"),
    ("{% assign x = half | from_json %}[{{ x }}]{% assign y = deep | from_json %}[{{ y }}]", "[][]"),
    ("[{{ 'NaN' | from_json }}{{ '1e999' | from_json }}{{ 'x' | from_json }}]", "[]"),
    ("{{ 'false' | from_json | default: 'no' }} {{ mixed | from_json | size }}", "no 6"),
    ("{{ '1.0.0-rc.2' | compare_versions: '1.0.0-rc.10' }}{{ '1.0.0-rc.1' | compare_versions: '1.0.0' }}", "-1-1"),
    ("{{ '2.1' | compare_versions: '2.1.0' }}{{ 'v3' | compare_versions: '2.9.9+build' }}", "01"),
    ("{{ '1.0.0-alpha' | compare_versions: '1.0.0-1' }}|{{ 'new' | compare_versions: '1.0.0' }}", "1|"),
    ("{{ 'a' | hmac_sha256 }}|{{ 'a' | hmac_sha256: '' }}", "|"),
    ("{{ 5 | md5 }}", "e4da3b7fbbce2345d7772b0674a318d5"),
    # lists
    ("{{ mixed | intersect: other | json }}", '[1,{"a":1},null]'),
    ("{{ mixed | intersect | size }} {{ 'text' | intersect: other | size }}", "0 0"),
]


@pytest.mark.parametrize(("source", "printed"), PRINTED)
def test_what_is_printed(source: str, printed: str) -> None:
    assert render(source, SCOPE) == printed
