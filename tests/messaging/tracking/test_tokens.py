"""Tokens of tracking: what they name, and that no other text names anything."""

import string
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.database.sealing import Sealer
from addressee.directory.access.link_tokens import Link, LinkKey, Purpose
from addressee.directory.access.signed_texts import TextKey, text_of
from addressee.messaging.tracking.tokens import Tracked, open_token, token_of, tracking_key

KEY = TextKey(b"the key of an installation")
MESSAGE = "2cXKVkIbdVPdGhbtnl7nHHNoN6M"
LETTERS = string.ascii_letters + string.digits + "-_"

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@given(st.integers(1, 2**15 - 1), texts, st.none() | texts)
def test_a_token_names_what_it_was_made_of(environment_id: int, message_id: str, target: str | None) -> None:
    tracked = Tracked(environment_id, message_id, target)
    token = token_of(tracked, KEY)
    assert set(token) <= set(LETTERS)
    assert open_token(token, KEY) == tracked


@pytest.mark.parametrize("target", [None, "https://a.b", "https://a.b/", "https://a.b/c"])
def test_a_token_of_which_one_letter_is_another_names_nothing(target: str | None) -> None:
    token = token_of(Tracked(3, MESSAGE, target), KEY)
    for position, letter in enumerate(token):
        for other in LETTERS.replace(letter, ""):
            assert open_token(token[:position] + other + token[position + 1 :], KEY) is None


def test_a_token_that_is_cut_or_longer_names_nothing() -> None:
    token = token_of(Tracked(3, MESSAGE, "https://example.com"), KEY)
    for position in range(len(token)):
        assert open_token(token[:position], KEY) is None
        assert open_token(token[:position] + "A" + token[position:], KEY) is None
    for end in ("=", "A", " ", "\0", ".gif", "?"):
        assert open_token(token + end, KEY) is None


@given(st.text(max_size=200) | st.binary(max_size=200).map(text_of))
def test_what_is_no_token_names_nothing(text: str) -> None:
    assert open_token(text, KEY) is None


def test_a_token_longer_than_any_is_not_read() -> None:
    assert open_token(token_of(Tracked(3, MESSAGE, "https://example.com/" + "a" * 4_000), KEY), KEY) is None


def test_another_installation_signs_otherwise() -> None:
    token = token_of(Tracked(3, MESSAGE), tracking_key(Sealer(bytes(32))))
    assert open_token(token, tracking_key(Sealer(bytes(32)))) == Tracked(3, MESSAGE)
    assert open_token(token, tracking_key(Sealer(bytes(31) + b"1"))) is None


def test_a_link_to_a_page_is_none() -> None:
    token = LinkKey(b"the key of an environment").token(Link(Purpose.INBOX, 3, UUID(int=1)))
    assert open_token(token, KEY) is None
