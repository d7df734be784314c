"""Editing a recipient: attributes and properties in one form, addresses and channel data one by one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from addressee.database.paging import PageRequest
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import AddAddress, DisableAddress, Identify, SetChannelData
from addressee.directory.recipient import Recipient
from addressee.operators.operators import Operators
from tests.conftest import Environment
from tests.dashboard.person.conftest import Add
from tests.support.browsing import load, submit
from tests.support.html import Element, fields_of, parse

CHANNEL = "6f3c1b9a-0000-4000-8000-000000000001"

ADA = Identify(
    attributes={"name": "Ada", "email": "ada@example.com", "first_name": "A."},
    properties={"plan": "gold", "seats": 1, "first_name": 7, "nested": {"a": [None, "</textarea><script>"]}},
)


def form(page: Element, path: str) -> Element:
    return page.one("form", action=path, method="post")


async def stored(directory: Directory, recipient: Recipient) -> Recipient:
    found = await directory.read(recipient.place)
    assert found is not None
    return found


async def test_only_what_was_changed_is_stored_and_recorded(
    editor: httpx.AsyncClient,
    add: Add,
    at: Callable[..., str],
    directory: Directory,
    operators: Operators,
    environment: Environment,
) -> None:
    ada = await add("ada", ADA)
    path = at("users", "ada", "edit")
    page = await load(editor, path)
    properties = {"plan": "gold", "seats": 2.5, "nested": ada.properties["nested"], "عربي": "👩‍🚀"}
    answer = await submit(
        editor, form(page, path), name="Countess", timezone="Europe/London", email="", properties=json.dumps(properties)
    )
    assert parse(answer.text).one("p", role="status").text == "The changes are saved."
    now = await stored(directory, ada)
    assert now.attributes == {"name": "Countess", "first_name": "A.", "timezone": "Europe/London"}
    assert now.properties == properties
    changes = (await directory.history.list(ada, PageRequest(10))).entries
    acts = await operators.acts.behind(environment.id, [changes[0].request_id])
    fields = ["email", "name", "properties.first_name", "properties.seats", "properties.عربي", "timezone"]
    assert [(act.name, act.detail) for act in acts.values()] == [("users.edit", {"fields": fields})]


async def test_a_form_as_it_was_shown_changes_nothing(
    editor: httpx.AsyncClient, add: Add, at: Callable[..., str], directory: Directory
) -> None:
    ada = await add("ada", ADA)
    path = at("users", "ada", "edit")
    answer = await submit(editor, form(await load(editor, path), path))
    assert parse(answer.text).one("p", role="status").text == "Nothing was changed."
    assert await stored(directory, ada) == ada


async def test_a_change_meanwhile_is_refused_with_both_values(
    editor: httpx.AsyncClient, add: Add, at: Callable[..., str], directory: Directory
) -> None:
    ada = await add("ada", ADA)
    path = at("users", "ada", "edit")
    page = await load(editor, path)
    await add("ada", Identify(attributes={"name": "Lady Lovelace"}))
    answer = await submit(editor, form(page, path), name="Countess")
    assert answer.status_code == 409
    shown = parse(answer.text)
    assert "Somebody changed this meanwhile." in shown.one("p", role="alert").text
    assert "It is now: Lady Lovelace" in shown.text
    assert form(shown, path).one("input", id="f-name").attributes["value"] == "Countess"
    assert (await stored(directory, ada)).attributes["name"] == "Lady Lovelace"
    await submit(editor, form(shown, path))
    assert (await stored(directory, ada)).attributes["name"] == "Countess"


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("properties", '{"a": 1,\n}', "This is no JSON:"),
        ("properties", "[1]", "Properties are an object"),
        ("properties", '{"a": NaN}', "there is no NaN"),
        ("properties", '{"a": 99999999999999999999}', "properties.a"),
        ("properties", "[" * 5000, "nested too deeply"),
        ("timezone", "Berlin", "must be a name of the IANA time zone database"),
    ],
)
async def test_a_mistake_is_told_at_its_field_and_keeps_what_was_typed(
    editor: httpx.AsyncClient, add: Add, at: Callable[..., str], directory: Directory, field: str, text: str, says: str
) -> None:
    ada = await add("ada", ADA)
    path = at("users", "ada", "edit")
    filled: dict[str, Any] = {field: text}
    answer = await submit(editor, form(await load(editor, path), path), **filled)
    assert answer.status_code == 422
    page = parse(answer.text)
    assert says in page.one("p", id=f"h-{field}").text
    (invalid,) = [each for each in page.below() if "aria-invalid" in each.attributes]
    assert invalid.attributes["name"] == field
    assert await stored(directory, ada) == ada


async def test_properties_that_are_too_large_are_left_out(
    editor: httpx.AsyncClient, add: Add, at: Callable[..., str], directory: Directory
) -> None:
    ada = await add("ada", Identify(properties={"big": "x" * 60_000}))
    path = at("users", "ada", "edit")
    answer = await editor.get(path)
    assert len(answer.content) < 40_000
    assert "The properties are too large for a form." in answer.text
    await submit(editor, form(parse(answer.text), path), name="Ada")
    now = await stored(directory, ada)
    assert (now.attributes, now.properties) == ({"name": "Ada"}, ada.properties)


async def test_addresses_are_added_made_primary_and_removed(
    editor: httpx.AsyncClient, add: Add, at: Callable[..., str], directory: Directory
) -> None:
    ada = await add("ada", ADA)
    path, adding = at("users", "ada", "edit"), at("users", "ada", "addresses")
    box = {"primary": "yes"}
    page = await load(editor, path)
    answer = await editor.post(
        adding, data={**fields(form(page, adding)), "kind": "email", "value": "ada@example.org", **box}
    )
    page = parse(answer.text)
    assert page.one("p", role="status").text == "The address is added."
    now = await stored(directory, ada)
    assert now.attributes["email"] == "ada@example.org"
    assert sorted(each["value"] for each in now.addresses) == ["ada@example.com", "ada@example.org"]
    (making,) = page.all("form", action=at("users", "ada", "addresses", "primary"))
    page = parse((await submit(editor, making)).text)
    assert (await stored(directory, ada)).attributes["email"] == "ada@example.com"
    for removing in page.all("form", action=at("users", "ada", "addresses", "remove")):
        assert (await submit(editor, removing)).status_code == 200
    now = await stored(directory, ada)
    assert (now.addresses, "email" in now.attributes) == ([], False)


def fields(form: Element) -> dict[str, str]:
    return dict(fields_of(form))


@pytest.mark.parametrize(
    ("filled", "says"),
    [
        ({"kind": "email", "value": "nobody"}, "must be an e-mail address"),
        ({"kind": "pigeon", "value": "coo"}, "is no kind of address"),
        ({"kind": "slack", "value": '{"channel'}, "starts like JSON, and is none"),
        ({"kind": "slack", "value": "C1"}, "must be an object"),
        ({"kind": "ios_push", "value": "token", "primary": "yes"}, "Only e-mail addresses and phone numbers"),
        ({"kind": "ios_push", "value": "token", "provider": "pigeon"}, "The provider of ios_push must be apns."),
    ],
)
async def test_an_address_that_is_none_is_refused_at_its_field(
    editor: httpx.AsyncClient,
    add: Add,
    at: Callable[..., str],
    directory: Directory,
    filled: dict[str, str],
    says: str,
) -> None:
    ada = await add("ada")
    path, adding = at("users", "ada", "edit"), at("users", "ada", "addresses")
    answer = await editor.post(adding, data={**fields(form(await load(editor, path), adding)), **filled})
    assert answer.status_code == 422
    page = parse(answer.text)
    assert says in page.one("p", id="h-value").text
    assert page.one("input", id="f-value").attributes["value"] == filled["value"]
    assert await stored(directory, ada) == ada


async def test_a_chat_is_added_as_json_and_its_secret_is_not_shown(
    editor: httpx.AsyncClient, add: Add, at: Callable[..., str], directory: Directory
) -> None:
    ada = await add("ada")
    path, adding = at("users", "ada", "edit"), at("users", "ada", "addresses")
    chat = {"channel_id": "C1", "access_token": "xoxb-secret"}
    page = form(await load(editor, path), adding)
    answer = await editor.post(adding, data={**fields(page), "kind": "slack", "value": json.dumps(chat)})
    assert "channel_id:C1" in answer.text
    assert "xoxb" not in answer.text
    assert [each["value"] for each in (await stored(directory, ada)).addresses] == [chat]


async def test_a_disabled_address_is_sent_to_again(
    editor: httpx.AsyncClient, add: Add, at: Callable[..., str], directory: Directory
) -> None:
    token = "the-token-of-a-device"
    await add("ada", AddAddress("ios_push", token))
    ada = await add("ada", DisableAddress("ios_push", token))
    answer = await editor.get(at("users", "ada", "edit"))
    assert token not in answer.text
    page = parse(answer.text)
    await submit(editor, page.one("form", action=at("users", "ada", "addresses", "enable")))
    assert [each["status"] for each in (await stored(directory, ada)).addresses] == ["active"]


async def test_channel_data_are_removed(
    editor: httpx.AsyncClient, add: Add, at: Callable[..., str], directory: Directory
) -> None:
    ada = await add("ada", SetChannelData(CHANNEL, {"tokens": ["secret"]}))
    removing = at("users", "ada", "channel-data", "remove")
    page = await load(editor, at("users", "ada", "edit"))
    answer = await submit(editor, form(page, removing))
    assert parse(answer.text).one("p", role="status").text == "The channel data are removed."
    assert (await stored(directory, ada)).channel_data == {}
    assert (await submit(editor, form(page, removing))).status_code == 422


async def test_an_address_that_is_gone_says_so(editor: httpx.AsyncClient, add: Add, at: Callable[..., str]) -> None:
    await add("ada", ADA)
    page = await load(editor, at("users", "ada", "edit"))
    removing = form(page, at("users", "ada", "addresses", "remove"))
    assert (await submit(editor, removing)).status_code == 200
    answer = await submit(editor, removing)
    assert answer.status_code == 422
    assert "This address is not there any more." in answer.text
