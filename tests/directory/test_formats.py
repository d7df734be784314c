"""Formats of attributes, for dialects that validate them."""

import pytest

from addressee.directory.errors import RefusedError
from addressee.directory.formats import FORMATS, check_format

GOOD = {
    "email": [
        "ada@example.com",
        "Ada.King+tag@EXAMPLE.co.uk",
        "ada@müller.example",
        "ada@उदाहरण.परीक्षा",
        "ünï@example.com",
        "a" * 242 + "@example.com",
    ],
    "phone_number": ["+442071838750", "+12", "+123456789012345"],
    "timezone": ["Europe/London", "UTC", "US/Pacific", "Asia/Calcutta"],
    "locale": [
        "en",
        "en-US",
        "en-gb",
        "zh-Hant-TW",
        "es-419",
        "zh-cmn-Hans-CN",
        "de-CH-1996",
        "sl-rozaj-biske",
        "de-DE-u-co-phonebk",
        "x-whatever",
        "en-x-us",
    ],
    "avatar": [
        "https://example.com/a.png",
        "http://localhost:8080/a",
        "HTTPS://example.com?size=4#top",
        "https://example.com/" + "x" * 2028,
    ],
    "first_name": ["Ada", "", "x" * 255, "陽子"],
    "last_name": ["Lovelace", "x" * 255],
    "name": ["Ada Lovelace"],
}

BAD = {
    "email": [
        "",
        "ada",
        "@example.com",
        "ada@",
        "ada@example",
        "ada@@example.com",
        "ada@b@example.com",
        "ada lovelace@example.com",
        "ada@exa mple.com",
        "ada@example..com",
        "ada@example.com.",
        "ada@.com",
        "ada@-example.com",
        "ada@exa_mple.com",
        "ada@example.com\n",
        "ada\x01@example.com",
        "ada@" + "x" * 64 + ".com",
    ],
    "phone_number": ["", "442071838750", "+0442071838750", "+1", "+44 20", "+44-20", "+٤٤20", "+44x", "+12\n"],
    "timezone": ["", "Mars/Olympus", "../etc/passwd", "+02:00"],
    "locale": ["", "e", "en_US", "en-", "-en", "en--US", "en-US-x", "english language", "en-US\n", "a1-US"],
    "avatar": [
        "",
        "a.png",
        "//example.com/a.png",
        "ftp://example.com/a.png",
        "https://",
        "https:///a.png",
        "https://exa mple.com",
        "https://example.com:port/",
        "https://[::1/",
        "javascript:alert(1)",
        "https://example.com/\n",
    ],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in GOOD.items() for value in values])
def test_what_is_taken(name: str, value: str) -> None:
    check_format(name, value, name)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_what_is_not(name: str, value: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        check_format(name, value, "recipients.0.it")
    assert (refusal.value.reason, refusal.value.field) == ("format", "recipients.0.it")


@pytest.mark.parametrize("name", FORMATS)
def test_null_is_always_taken_and_what_is_no_text_never(name: str) -> None:
    check_format(name, None, name)
    for value in (5, True, ["Ada"], {"a": "b"}):
        with pytest.raises(RefusedError) as refusal:
            check_format(name, value, name)
        assert refusal.value.reason == "type"


@pytest.mark.parametrize("name", FORMATS)
def test_a_text_has_a_length(name: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        check_format(name, "x" * (FORMATS[name].length + 1), name)
    assert refusal.value.reason == "length"


@pytest.mark.parametrize("name", ["name", "email", "avatar"])
@pytest.mark.parametrize("value", ["a\0", "\ud800"])
def test_what_cannot_be_stored_is_no_format(name: str, value: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        check_format(name, value, name)
    assert refusal.value.reason == "text"
