"""Tokens of links: short, signed, and of one spelling only."""

import string
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.directory.access.link_tokens import (
    MAX_TOKEN_LENGTH,
    Link,
    LinkKey,
    Purpose,
    UnverifiedLink,
    link_to,
    read_token,
)
from addressee.directory.access.signed_texts import text_of
from addressee.directory.documents import MAX_ID_LENGTH
from addressee.directory.recipient import USERS, Identity

KEY = LinkKey(b"the key of an environment")
ADA = UUID("01936f4e-7c00-7000-8000-00000000ada0")
LETTERS = string.ascii_letters + string.digits + "-_"

ids = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=MAX_ID_LENGTH)
links = st.builds(
    Link,
    purpose=st.sampled_from(Purpose),
    environment_id=st.integers(1, 2**15 - 1),
    uid=st.uuids(),
    expires=st.integers(0, 2**32),
    tenant=st.none() | ids,
    category=st.none() | ids,
    workflow=st.none() | ids,
    collection=st.none() | ids,
)


def verified(token: str, key: LinkKey = KEY) -> Link | None:
    read = read_token(token)
    return read.link if read is not None and read.is_signed_by(key) else None


@given(links)
def test_a_token_says_what_its_link_does(link: Link) -> None:
    token = KEY.token(link)
    assert set(token) <= set(LETTERS)
    assert len(token) <= MAX_TOKEN_LENGTH
    assert verified(token) == link


# The bytes of these tokens are as many as fill their letters, and one and two fewer: the last letter has bits to spare.
@pytest.mark.parametrize("tenant", ["a", "ab", "abc"])
def test_a_token_of_which_one_letter_is_another_opens_nothing(tenant: str) -> None:
    token = KEY.token(Link(Purpose.PREFERENCES, 3, ADA, 1_800_000_000, tenant))
    for position, letter in enumerate(token):
        for other in LETTERS.replace(letter, ""):
            assert verified(token[:position] + other + token[position + 1 :]) is None


@pytest.mark.parametrize("tenant", ["a", "ab", "abc"])
def test_a_token_with_more_or_fewer_letters_opens_nothing(tenant: str) -> None:
    token = KEY.token(Link(Purpose.PREFERENCES, 3, ADA, 1_800_000_000, tenant))
    for position in range(len(token)):
        assert verified(token[:position]) is None
        assert verified(token[:position] + token[position + 1 :]) is None
        for other in (*LETTERS, "=", ".", " ", "%", "\n", "ä"):
            assert verified(token[:position] + other + token[position:]) is None
    for end in ("=", "==", "A", "\0", " "):
        assert verified(token + end) is None


@given(st.text(max_size=200) | st.binary(max_size=200).map(text_of))
def test_what_is_no_token_opens_nothing(text: str) -> None:
    assert verified(text) is None


def test_a_token_longer_than_any_is_not_read() -> None:
    assert read_token("A" * (MAX_TOKEN_LENGTH + 4)) is None


def test_another_key_signs_otherwise() -> None:
    token = KEY.token(Link(Purpose.INBOX, 3, ADA))
    assert verified(token, LinkKey(b"the key of another environment")) is None


def test_what_the_database_cannot_look_up_is_no_link() -> None:
    assert read_token(KEY.token(Link(Purpose.INBOX, 3, ADA, collection="a\0b"))) is None


def test_a_token_is_short_enough_for_an_sms() -> None:
    assert len(KEY.token(Link(Purpose.PREFERENCES, 300, ADA, 1_800_000_000))) == 64


def test_a_link_ends_with_a_second_and_not_before() -> None:
    until = datetime(2026, 11, 29, 12, 0, 0, 500_000, tzinfo=UTC)
    link = link_to(Purpose.INBOX, Identity(3, USERS, "ada", ADA), until, tenant="acme")
    assert link.expires_at == datetime(2026, 11, 29, 12, 0, 1, tzinfo=UTC)
    assert not link.has_expired(until + timedelta(milliseconds=499))
    assert link.has_expired(until + timedelta(milliseconds=500))
    assert (link.purpose, link.environment_id, link.uid, link.tenant) == (Purpose.INBOX, 3, ADA, "acme")


def test_a_link_may_have_no_end() -> None:
    link = link_to(Purpose.INBOX, Identity(3, USERS, "ada", ADA), None)
    assert link.expires_at is None
    assert not link.has_expired(datetime(9999, 1, 1, tzinfo=UTC))


def test_a_key_does_not_show() -> None:
    assert "the key" not in repr(KEY)
    read = read_token(KEY.token(Link(Purpose.INBOX, 3, ADA)))
    assert isinstance(read, UnverifiedLink)
