"""Domains in ASCII, wherever an address is written, compared or used."""

import pytest

from addressee.directory.domains import DomainError, ascii_domain
from addressee.directory.emails import email_key, is_email
from addressee.directory.reading.rows import with_current_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Info@BÜCHER.example", "info@xn--bcher-kva.example"),
        ("info@bu\u0308cher.example", "info@bücher.example"),
        ("info@FASS.de", "info@fass.de"),
        ("info@例え。jp", "info@例え.jp"),
    ],
)
def test_addresses_of_one_domain_are_the_same(one: str, other: str) -> None:
    assert email_key(one) == email_key(other)


def test_domains_of_two_owners_are_told_apart() -> None:
    assert email_key("info@faß.de") == "info@xn--fa-hia.de"
    assert email_key("info@fass.de") == "info@fass.de"


@pytest.mark.parametrize("text", ["info@i❤.example", "info@a..b", "nobody", "info@"])
def test_what_has_no_domain_is_known_by_its_text(text: str) -> None:
    assert email_key(f" {text.upper()} ") == text


def test_an_address_that_an_earlier_version_stored_is_known_by_the_key_of_today() -> None:
    stored = {"kind": "email", "key": "info@bücher.example", "value": "Info@Bücher.example", "status": "active"}
    assert with_current_key(stored) == {**stored, "key": "info@xn--bcher-kva.example"}
    token = {"kind": "android_push", "key": "fcm:ü", "value": "ü", "status": "active"}
    assert with_current_key(token) is token


@pytest.mark.parametrize("domain", ["", "a..b", ".a", "a.", "i❤.example", f"{'a' * 64}.b", "a." * 126 + "bb"])
def test_what_is_no_domain(domain: str) -> None:
    with pytest.raises(DomainError):
        ascii_domain(domain)
    assert not is_email(f"info@{domain}")


def test_an_address_that_is_checked_may_have_any_domain_that_there_can_be() -> None:
    assert is_email("info@straße.example")
    assert is_email("info@ελλάς.gr")
