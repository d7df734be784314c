"""The secrets of endpoints: which are taken, and how long each signs."""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from addressee.database.sealing import Sealer, WrongMasterKeyError
from addressee.directory.errors import RefusedError
from addressee.messaging.webhooks.endpoints.secrets import (
    EndpointSecret,
    check_secret,
    in_force,
    new_secret,
    open_secrets,
    rotated,
    seal_secrets,
)
from addressee.messaging.webhooks.model import Form

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ID = UUID(int=7)
WHSEC = "whsec_" + b64encode(bytes(range(24))).decode()


def test_a_secret_that_is_made_has_32_random_bytes_in_the_form_of_standard_webhooks() -> None:
    one, other = new_secret(), new_secret()
    assert one.startswith("whsec_")
    assert len(b64decode(one.removeprefix("whsec_"), validate=True)) == 32
    assert one != other
    assert check_secret(one, Form.STANDARD) == check_secret(one, Form.KNOCK) == one


def test_in_knocks_form_any_text_that_is_long_enough_signs() -> None:
    assert check_secret("a secret of ours", Form.KNOCK) == "a secret of ours"


@pytest.mark.parametrize(
    ("secret", "form"),
    [
        ("short", Form.KNOCK),
        (" a secret with a space before", Form.KNOCK),
        ("a" * 513, Form.KNOCK),
        ("a secret of ours, which is no base64", Form.STANDARD),
        ("whsec_dG9vIHNob3J0AAAA", Form.STANDARD),
        (f"{WHSEC} {WHSEC}", Form.STANDARD),
        ("sixteen\0letters!!", Form.KNOCK),
    ],
)
def test_what_could_not_sign_safely_is_refused_without_being_repeated(secret: str, form: Form) -> None:
    with pytest.raises(RefusedError) as refused:
        check_secret(secret, form)
    assert refused.value.field == "secret"
    assert secret not in refused.value.message


def test_a_secret_that_is_replaced_signs_for_a_day_more() -> None:
    after = rotated([EndpointSecret("one")], "two", NOW)
    assert after == [EndpointSecret("two"), EndpointSecret("one", NOW + 24 * HOUR)]
    assert [each.value for each in in_force(after, NOW + 23 * HOUR)] == ["two", "one"]
    assert [each.value for each in in_force(after, NOW + 24 * HOUR)] == ["two"]


def test_replacing_it_again_gives_none_of_them_more_time() -> None:
    twice = rotated(rotated([EndpointSecret("one")], "two", NOW), "three", NOW + HOUR)
    assert twice == [
        EndpointSecret("three"),
        EndpointSecret("two", NOW + 25 * HOUR),
        EndpointSecret("one", NOW + 24 * HOUR),
    ]
    assert [each.value for each in rotated(twice, "four", NOW + 24.5 * HOUR)] == ["four", "three", "two"]


def test_going_back_to_the_secret_before_keeps_the_newer_one_for_a_day() -> None:
    back = rotated(rotated([EndpointSecret("one")], "two", NOW), "one", NOW)
    assert back == [EndpointSecret("one"), EndpointSecret("two", NOW + 24 * HOUR)]


def test_at_most_four_sign_at_the_same_time() -> None:
    stored = [EndpointSecret("0")]
    for number in range(1, 8):
        stored = list(rotated(stored, str(number), NOW))
    assert [each.value for each in stored] == ["7", "6", "5", "4"]


def test_they_are_sealed_for_their_endpoint() -> None:
    stored = [EndpointSecret("two"), EndpointSecret("one", NOW)]
    sealer = Sealer(bytes(32))
    sealed = seal_secrets(sealer, ID, stored)
    assert b"two" not in sealed
    assert open_secrets(sealer, ID, sealed) == stored
    with pytest.raises(WrongMasterKeyError):
        open_secrets(sealer, UUID(int=8), sealed)
