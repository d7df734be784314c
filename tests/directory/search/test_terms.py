"""Terms of recipients, and the beginnings of them that a search finds."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from addressee.directory.recipient import USERS, Place, Recipient
from addressee.directory.search.terms import MAX_LENGTH, digest, fold, prefixes_of, terms_may_differ, terms_of

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def somebody(collection: str = USERS, **documents: Any) -> Recipient:
    return Recipient(Place(1, collection, "ada"), UUID(int=7), 1, NOW, **documents)


def address(kind: str, key: str) -> dict[str, Any]:
    return {"kind": kind, "key": key, "value": key, "status": "active"}


def test_a_name_is_found_from_each_of_its_words_on() -> None:
    assert terms_of(somebody(attributes={"name": "Ada  King-Noel Lovelace"})) == {
        "ada king-noel lovelace": "name",
        "king-noel lovelace ada": "name",
        "lovelace ada king-noel": "name",
    }


def test_parts_of_a_name_stand_for_the_whole() -> None:
    terms = terms_of(somebody(attributes={"first_name": "Ada", "last_name": "Lovelace"}))
    assert terms == {"ada lovelace": "name", "lovelace ada": "name"}


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Zoë Straße", "zoe strasse"),
        ("ÉMILIE\u00a0du Châtelet", "emilie du chatelet"),
        ("Øyvind", "øyvind"),
        ("Ｆｕｌｌ　ｗｉｄｔｈ", "full width"),
        ("Али", "али"),
        ("  ", ""),
    ],
)
def test_accents_and_cases_do_not_count(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_addresses_of_all_kinds() -> None:
    recipient = somebody(
        attributes={"email": "Ada@Example.org", "phone_number": "+49 170 1234567"},
        addresses=[
            address("email", "ada@home.example"),
            address("whatsapp", "491701111111"),
            address("slack", "user_id:U123"),
            address("slack", "email:ada@work.example"),
            address("ms_teams", "tenant_id:t-1 user_id:29:abc"),
            address("webhook", "url:https://hooks.example.org/secret"),
            address("ios_push", "token"),
        ],
    )
    assert terms_of(recipient) == {
        "ada@example.org": "email",
        "491701234567": "phone_number",
        "ada@home.example": "email",
        "491701111111": "phone_number",
        digest("U123"): "address",
        "ada@work.example": "address",
        digest("t-1"): "address",
        digest("29:abc"): "address",
        digest("https://hooks.example.org/secret"): "address",
    }


def test_who_is_deleted_and_memberships_have_none() -> None:
    recipient = somebody(attributes={"name": "Ada"})
    assert terms_of(structs.replace(recipient, deleted_at=NOW)) == {}
    assert terms_of(structs.replace(recipient, place=Place(1, "$members/acme", "ada"))) == {}


def test_properties_and_preferences_change_no_terms() -> None:
    before = somebody(attributes={"name": "Ada"})
    assert not terms_may_differ(
        before, structs.replace(before, properties={"plan": "pro"}, preferences={"default": {}})
    )
    assert terms_may_differ(before, structs.replace(before, attributes={"name": "Ada L."}))
    assert terms_may_differ(before, structs.replace(before, deleted_at=NOW))


@pytest.mark.parametrize(
    ("text", "prefixes"),
    [
        ("Ada LOVE", {"ada love"}),
        ("+49 (170) 12", {"+49 (170) 12", "4917012"}),
        ("0049170", {"0049170", "49170"}),
        ("ada@Ex", {"ada@ex"}),
    ],
)
def test_what_a_search_looks_for(text: str, prefixes: set[str]) -> None:
    assert prefixes_of(text) == {*prefixes, digest(text)}


@given(st.text(max_size=300))
def test_folding_is_stable_bounded_and_never_a_digest(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert len(folded) <= MAX_LENGTH
    assert not folded.startswith(digest("")[0])
    assert not any(unicodedata.combining(each) for each in folded)
