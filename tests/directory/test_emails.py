"""One rule for e-mail addresses. How domains are compared is in test_domains.py."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.directory.domains import ascii_domain
from addressee.directory.emails import PLAIN, email_key, is_deliverable, is_email, is_plain, is_valid

# Two hyphens where IDNA reserves them.
RESERVED = re.compile(r"(?<=[@.])..--+")

LABELS = st.from_regex(r"[a-z0-9]([a-z0-9]|-(?!-)){0,10}[a-z0-9]", fullmatch=True)
DOMAINS = st.lists(LABELS, min_size=2, max_size=4).map(".".join)
LOCALS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="@"), min_size=1, max_size=64)


@pytest.mark.parametrize(
    "text",
    [
        "ada@example.com",
        "ada@mail.localhost",
        "ada@example.test",
        "ada@EXAMPLE.Test",
        "ada@host.local",
        "ada@1.2.3.4",
        "a..b@example.com",
        ".a.@example.com",
        "a" * 100 + "@example.com",
        "a\u0301da@example.com",
        "ada@例え。jp",
        "ada@xn--bcher-kva.example",
        "ada@r3---mail.example",
    ],
)
def test_mail_can_go_to_an_address(text: str) -> None:
    assert is_email(text)
    assert is_deliverable(text)


@pytest.mark.parametrize("text", ["a,b@example.com", '"ada"@example.com', "(ada)@example.com", "a\\b@example.com"])
def test_an_address_that_would_need_quotes_is_one_that_nothing_is_sent_to(text: str) -> None:
    assert is_email(text)
    assert not is_deliverable(text)


@pytest.mark.parametrize(
    "text",
    [
        "ada@localhost",
        "ada@test",
        "ada@xn--a.example",  # no domain of IDNA, whatever it starts with
        "ada@1.אב.example",  # could be read as another domain: it runs from right to left
        "\u0301ada@example.com",
        "a\u037eb@example.com",  # a semicolon, once it is normalized
        "ada@[127.0.0.1]",
        "Ada <ada@example.com>",
        "ada@example.com ",
        "é" * 130 + "@example.com",  # more than 254 octets
        "ada\u200d@example.com",
    ],
)
def test_no_mail_can_go_there(text: str) -> None:
    assert not is_email(text)
    assert not is_deliverable(text)


@given(LOCALS, DOMAINS)
def test_any_local_part_and_any_domain_make_an_address(local: str, domain: str) -> None:
    assert is_email(f"{local}@{domain}")


@given(st.from_regex(PLAIN, fullmatch=True).filter(lambda text: len(text) <= 254 and is_plain(text)))
def test_what_is_plainly_an_address_is_one_for_the_library_too(text: str) -> None:
    assert is_valid(RESERVED.sub("ab", text))


@given(st.tuples(st.text(), st.text()).map("@".join) | st.text())
def test_whatever_is_an_address_has_a_domain_that_mail_can_be_sent_to(text: str) -> None:
    if is_email(text):
        _, _, domain = text.partition("@")
        assert email_key(text) == f"{text.partition('@')[0].lower()}@{ascii_domain(domain.lower())}"


@given(st.text())
def test_the_key_of_a_key_is_itself(text: str) -> None:
    key = email_key(text)
    assert key is None or email_key(key) == key
