"""One person, written by clients of several vendors in turn: each reads what the others wrote."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from knockapi import DefaultHttpxClient, Knock
from suprsend import Suprsend

from addressee.directory.access.keys import Keys
from tests.conftest import Environment
from tests.dialects.suprsend.model import own


@pytest.fixture
async def knock(api: str, keys: Keys, environment: Environment) -> AsyncIterator[Knock]:
    key = (await keys.create(environment.name, "secret")).key
    with Knock(api_key=key, base_url=api, max_retries=0, http_client=DefaultHttpxClient(verify=False)) as client:
        yield client


@pytest.fixture
async def suprsend(api: str, keys: Keys, environment: Environment) -> Suprsend:
    workspace = await keys.create(environment.name, "workspace")
    return Suprsend(workspace.key, workspace.secret, base_url=api)


def edit(client: Suprsend, *operations: dict[str, Any]) -> dict[str, Any]:
    edited: dict[str, Any] = client.users.edit("ada", {"operations": list(operations)})
    return edited


def add(channel: str, value: Any) -> dict[str, Any]:
    return {"$append": {channel: value}}


def remove(channel: str, value: Any) -> dict[str, Any]:
    return {"$remove": {channel: value}}


def emails(client: Suprsend) -> list[str]:
    return [address["value"] for address in client.users.get("ada").get("$email", [])]


def email(client: Knock) -> str | None:
    return client.users.get("ada").email


class TestEmailAddresses:
    def test_the_first_is_the_attribute(self, knock: Knock, suprsend: Suprsend) -> None:
        edit(suprsend, add("$email", "one@example.com"), add("$email", "two@example.com"))
        assert email(knock) == "one@example.com"

    def test_when_it_is_removed_the_next_takes_its_place(self, knock: Knock, suprsend: Suprsend) -> None:
        edit(suprsend, add("$email", "one@example.com"), add("$email", "two@example.com"))
        edit(suprsend, remove("$email", "ONE@example.com"))
        assert (email(knock), emails(suprsend)) == ("two@example.com", ["two@example.com"])
        edit(suprsend, {"$unset": ["$email"]})
        assert (email(knock), emails(suprsend)) == (None, [])

    def test_an_attribute_that_names_another_known_one_makes_it_the_first(
        self, knock: Knock, suprsend: Suprsend
    ) -> None:
        edit(suprsend, add("$email", "one@example.com"), add("$email", "two@example.com"))
        knock.users.update("ada", email="two@example.com")
        assert emails(suprsend) == ["two@example.com", "one@example.com"]

    def test_a_new_attribute_takes_the_place_of_the_first(self, knock: Knock, suprsend: Suprsend) -> None:
        edit(suprsend, add("$email", "one@example.com"), add("$email", "two@example.com"))
        knock.users.update("ada", email="new@example.com")
        assert emails(suprsend) == ["new@example.com", "two@example.com"]

    def test_null_drops_the_first_and_promotes_nobody(self, knock: Knock, suprsend: Suprsend) -> None:
        edit(suprsend, add("$email", "one@example.com"), add("$email", "two@example.com"))
        knock.users.update("ada", extra_body={"email": None})
        assert (email(knock), emails(suprsend)) == (None, ["two@example.com"])
        edit(suprsend, add("$email", "three@example.com"))
        assert email(knock) == "three@example.com"

    def test_one_that_only_the_attribute_holds_counts_among_them(self, knock: Knock, suprsend: Suprsend) -> None:
        knock.users.update("ada", email="knock@example.com")
        assert emails(suprsend) == ["knock@example.com"]
        edit(suprsend, add("$email", "two@example.com"))
        assert (email(knock), emails(suprsend)) == ("knock@example.com", ["knock@example.com", "two@example.com"])
        edit(suprsend, remove("$email", "knock@example.com"))
        assert email(knock) == "two@example.com"


def test_a_phone_number_is_the_first_sms_address(knock: Knock, suprsend: Suprsend) -> None:
    knock.users.update("ada", phone_number="+1 555 123 4567")
    assert [address["value"] for address in suprsend.users.get("ada")["$sms"]] == ["+15551234567"]
    edit(suprsend, add("$sms", "+919876543210"), remove("$sms", "+15551234567"))
    assert knock.users.get("ada").phone_number == "+919876543210"


def test_names_are_properties_here_and_attributes_there(knock: Knock, suprsend: Suprsend) -> None:
    edit(suprsend, {"$set": {"name": "Ada", "avatar": "https://example.com/ada.png", "plan": "pro"}})
    user = knock.users.get("ada")
    assert (user.name, user.avatar) == ("Ada", "https://example.com/ada.png")
    knock.users.update("ada", name="Ada Lovelace", extra_body={"plan": "free"})
    assert own(suprsend.users.get("ada")) == {
        "name": "Ada Lovelace",
        "avatar": "https://example.com/ada.png",
        "plan": "free",
    }
    edit(suprsend, {"$unset": ["name"]})
    assert knock.users.get("ada").name is None


def test_zones_and_locales_are_shared(knock: Knock, suprsend: Suprsend) -> None:
    edit(suprsend, {"$set": {"$timezone": "Europe/Berlin", "$locale": "de", "$preferred_language": "de"}})
    user = knock.users.get("ada")
    assert (user.timezone, user.to_dict()["locale"]) == ("Europe/Berlin", "de")
    assert "language" not in user.to_dict()
    knock.users.update("ada", timezone="Asia/Kolkata", extra_body={"language": "a property"})
    assert own(suprsend.users.get("ada")) == {
        "language": "a property",
        "$timezone": "Asia/Kolkata",
        "$locale": "de",
        "$preferred_language": "de",
    }


def test_a_masked_secret_that_comes_back_changes_nothing(suprsend: Suprsend) -> None:
    edit(suprsend, add("$slack", {"user_id": "U06AAAAAAAA", "access_token": "xoxb-the-secret-itself"}))
    [shown] = suprsend.users.get("ada")["$slack"]
    assert "the-secret" not in str(shown)
    again = suprsend.users.upsert("ada", {"$slack": [shown["value"]]})
    assert (again["$slack"], "warnings" in again) == ([shown], False)


def test_a_token_moves_to_whom_it_is_given_last(suprsend: Suprsend) -> None:
    token = {"$append": {"$androidpush": "one-phone", "$id_provider": "fcm"}}
    edit(suprsend, token)
    bob = suprsend.users.edit("bob", {"operations": [token]})
    assert [address["value"] for address in bob["$androidpush"]] == ["one-phone"]
    assert "$androidpush" not in suprsend.users.get("ada")


def test_who_is_deleted_by_one_is_gone_for_all(knock: Knock, suprsend: Suprsend) -> None:
    edit(suprsend, {"$set": {"plan": "pro"}}, add("$email", "ada@example.com"))
    knock.users.delete("ada")
    assert edit(suprsend)["properties"] == {}
    assert email(knock) is None
    suprsend.users.delete("ada")
    assert [user.id for user in knock.users.list()] == []
