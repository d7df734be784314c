"""Secrets and contents that providers repeat are hidden."""

from __future__ import annotations

import json

import pytest

from addressee.channels.hiding import without
from addressee.channels.texts import cut

LONG = "Dear Ada, your table for four is ready; " * 100


@pytest.mark.parametrize(
    "said",
    [
        'Grüße an "Ada" <a/b>',
        json.dumps('Grüße an "Ada" <a/b>')[1:-1],
        json.dumps('Grüße an "Ada" <a/b>', ensure_ascii=False)[1:-1],
        json.dumps('Grüße an "Ada" <a/b>')[1:-1].replace("/", r"\/"),
        json.dumps(json.dumps('Grüße an "Ada" <a/b>'))[3:-3],
        r"Gr\u00FC\u00DFe an \u0022Ada\u0022 \u003ca\/b\u003e",
    ],
)
def test_contents_are_hidden_however_json_escapes_them(said: str) -> None:
    assert without(f'invalid text "{said}"', ['Grüße an "Ada" <a/b>']) == 'invalid text "[...]"'


def test_pairs_of_surrogates_are_one_character() -> None:
    assert without(r"no \ud83e\udd8a here", ["no 🦊 here"]) == "[...]"
    assert without(r"half \ud83e of one, secret\/token", ["secret/token"]) == "half \ufffd of one, [...]"


def test_an_escaped_nul_becomes_none() -> None:
    """PostgreSQL could not store it."""
    assert without(r"secret\/token \u0000", ["secret/token"]) == "[...] \ufffd"


def test_escapes_without_anything_to_hide_stay_as_they_are() -> None:
    assert without(r"{\"path\": \"a\/b\"}", ["secret-token"]) == r"{\"path\": \"a\/b\"}"


@pytest.mark.parametrize("limit", [40, 100, 2_000])
def test_contents_that_were_cut_for_the_request_are_hidden(limit: int) -> None:
    assert without(f"too long: {cut(LONG, limit)}", [LONG]) == "too long: [...]…"


def test_contents_that_a_provider_cuts_are_hidden_wherever_they_stand() -> None:
    words = f"{LONG[:50]} and {LONG[:70]}!"
    assert without(words, [LONG]) == "[...] and [...]!"


def test_words_that_begin_like_a_content_are_told() -> None:
    assert without("Dear Ada, this number is not known", [LONG]) == "Dear Ada, this number is not known"


def test_a_token_within_a_longer_content_leaves_none_of_it() -> None:
    assert without("secret-token and more", ["secret-token", "secret-token and"]) == "[...] more"


def test_short_texts_occur_in_other_words() -> None:
    assert without("the key is not ok", ["ok"]) == "the key is not ok"
