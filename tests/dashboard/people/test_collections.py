"""Lists of people, tenants and objects: what they show, page by page, and adding somebody."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeAlias

import httpx
import pytest

from addressee.database.paging import PageRequest
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import AddAddress, Delete, Edit, Identify
from addressee.directory.recipient import TENANTS, USERS, Place
from addressee.directory.writing.writes import Write
from addressee.operators.operators import Operators
from tests.conftest import Environment
from tests.support.browsing import load, submit
from tests.support.html import Element, parse

At: TypeAlias = Callable[..., str]

HOSTILE = ["<script>alert(1)</script>", "a/b%2F?c d", "مرحبا", "👩🏽‍🚀", "..a", "' OR 1=1 --", "x" * 256]


async def write(directory: Directory, environment: Environment, id: str, *edits: Edit, collection: str = USERS) -> None:
    await directory.write(Write(Place(environment.id, collection, id), edits or (Identify(),)))


def rows(shown: Element) -> list[list[str]]:
    """Returns the texts of a table's rows, without the times."""
    (table,) = shown.all("table")
    return [
        [cell.text for cell in row.below() if cell.name in {"th", "td"} and not cell.all("time")]
        for row in table.one("tbody").all("tr")
    ]


def links(shown: Element) -> list[str | None]:
    (table,) = shown.all("table")
    return [row.one("th").one("a").attributes["href"] for row in table.one("tbody").all("tr")]


async def test_people_are_shown_newest_first_with_their_addresses(
    editor: httpx.AsyncClient, directory: Directory, environment: Environment, at: At
) -> None:
    await write(directory, environment, "u-1", Identify({"name": "Ada", "email": "ada@example.org"}))
    await write(
        directory,
        environment,
        "u-2",
        Identify({"phone_number": "+491701234567", "email": "bob@example.org"}),
        AddAddress("email", "bob@example.com"),
        AddAddress("android_push", "token-1", "fcm"),
        AddAddress("android_push", "token-2", "fcm"),
    )
    await write(directory, environment, "u-3")
    shown = await load(editor, at("users"))
    assert rows(shown) == [
        ["u-3", "–"],
        ["u-2", "bob@example.org and 1 e-mail address, 1 phone number, 2 Android devices"],
        ["Ada u-1", "ada@example.org"],
    ]
    assert links(shown) == [at("users", "u-3"), at("users", "u-2"), at("users", "u-1")]
    assert "3 in all" in shown.text


async def test_a_viewer_sees_addresses_masked_and_no_form(
    viewer: httpx.AsyncClient, directory: Directory, environment: Environment, at: At
) -> None:
    await write(directory, environment, "u-1", Identify({"name": "Ada", "email": "ada@example.org"}))
    await write(directory, environment, "u-2", Identify({"phone_number": "+491701234567"}))
    shown = await load(viewer, at("users"))
    assert rows(shown) == [["u-2", "••••67"], ["Ada u-1", "a••••@example.org"]]
    assert shown.all("form", action=at("users"), method="post") == []


async def test_pages_lead_to_each_other(
    viewer: httpx.AsyncClient, directory: Directory, environment: Environment, at: At
) -> None:
    ids = [f"u-{number:03}" for number in range(120)]
    await directory.write_all([Write(Place(environment.id, USERS, id), (Identify(),)) for id in ids])
    for order, expected in [("oldest", ids), ("newest", ids[::-1]), ("id", ids)]:
        shown = await load(viewer, at("users", order=order))
        met = [row[0] for row in rows(shown)]
        assert shown.all("a", rel="prev") == []
        while following := shown.all("a", rel="next"):
            shown = await load(viewer, following[0].attributes["href"] or "")
            met += [row[0] for row in rows(shown)]
        assert met == expected
        shown = await load(viewer, shown.one("a", rel="prev").attributes["href"] or "")
        assert [row[0] for row in rows(shown)] == expected[50:100]


async def test_a_prefix_selects_ids_and_orders_by_them(
    viewer: httpx.AsyncClient, directory: Directory, environment: Environment, at: At
) -> None:
    for id in ("org/2", "org/1", "person"):
        await write(directory, environment, id)
    shown = await load(viewer, at("users", prefix="org/", order="newest"))
    assert [row[0] for row in rows(shown)] == ["org/1", "org/2"]
    assert shown.one("input", id="f-prefix").attributes["value"] == "org/"
    shown = await load(viewer, at("users", prefix="Org"))
    assert shown.all("table") == []
    assert "No id starts with Org" in shown.text


@pytest.mark.parametrize("query", ["order=up", "after=x", "before=x&order=id"])
async def test_a_query_that_means_nothing_is_refused(viewer: httpx.AsyncClient, at: At, query: str) -> None:
    answer = await viewer.get(f"{at('users')}?{query}")
    assert answer.status_code == 422
    assert "This could not be done" in answer.text


@pytest.mark.parametrize(("section", "told"), [("users", "/v1/users/ada"), ("tenants", "/v1/tenants/acme")])
async def test_an_empty_list_says_how_to_fill_it(viewer: httpx.AsyncClient, at: At, section: str, told: str) -> None:
    shown = await load(viewer, at(section))
    assert "0 in all" in shown.text
    assert f"curl -X PUT http://{viewer.base_url.netloc.decode()}{told}" in shown.one("pre").text


async def test_what_others_wrote_is_text(
    viewer: httpx.AsyncClient, directory: Directory, environment: Environment, at: At
) -> None:
    for id in HOSTILE:
        await write(directory, environment, id, Identify({"name": id if len(id) < 100 else "n" * 10_000}))
    answer = await viewer.get(at("users", order="oldest"))
    assert "<script>alert" not in answer.text
    assert len(answer.content) < 200_000
    assert links(parse(answer.text)) == [at("users", id) for id in HOSTILE]


async def test_adding_a_person_writes_it_with_the_operator_as_its_origin(
    editor: httpx.AsyncClient, directory: Directory, operators: Operators, environment: Environment, at: At
) -> None:
    form = (await load(editor, at("users"))).one("form", method="post", action=at("users"))
    answer = await submit(
        editor, form, id=" new 1 ", name="Ada Lovelace", email="ada@example.org", phone_number="+49 170 1234567"
    )
    shown = parse(answer.text)
    assert shown.one("p", role="status").text == "The person has been added."
    assert rows(shown) == [["Ada Lovelace new 1", "ada@example.org and 1 phone number"]]
    place = Place(environment.id, USERS, "new 1")
    added = await directory.read(place)
    assert added is not None
    assert added.attributes == {
        "name": "Ada Lovelace",
        "email": "ada@example.org",
        "phone_number": "+49 170 1234567",
    }
    (change,) = (await directory.history.list(added, PageRequest(10))).entries
    (act,) = (await operators.acts.behind(environment.id, [change.request_id])).values()
    assert (act.name, act.collection, act.subject) == ("users.add", USERS, "new 1")
    assert act.operator_name == "Grace Hopper"
    assert act.detail == {"fields": ["email", "name", "phone_number"]}


async def test_an_id_that_somebody_has_is_refused_with_a_link(
    editor: httpx.AsyncClient, directory: Directory, environment: Environment, at: At
) -> None:
    await write(directory, environment, "a/b", Identify({"name": "Ada"}))
    form = (await load(editor, at("users"))).one("form", method="post", action=at("users"))
    answer = await submit(editor, form, id="a/b", name="Bob")
    assert answer.status_code == 422
    shown = parse(answer.text).one("form", method="post", action=at("users"))
    told = shown.one("p", id="h-id")
    assert told.text == "There is a person with this id already: a/b ."
    assert told.one("a").attributes["href"] == at("users", "a/b")
    assert shown.one("input", id="f-name").attributes["value"] == "Bob"
    found = await directory.read(Place(environment.id, USERS, "a/b"))
    assert found is not None
    assert found.attributes == {"name": "Ada"}


async def test_of_several_who_add_the_same_id_at_once_one_does(
    editor: httpx.AsyncClient, directory: Directory, environment: Environment, at: At
) -> None:
    form = (await load(editor, at("users"))).one("form", method="post", action=at("users"))
    answers = await asyncio.gather(*(submit(editor, form, id="ada", name=f"Ada {number}") for number in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422, 422, 422, 422]
    found = await directory.read(Place(environment.id, USERS, "ada"))
    assert found is not None
    assert found.version == 1


@pytest.mark.parametrize(
    ("filled", "field", "message"),
    [
        ({"id": " "}, "id", "The id must be a string of 1 to 256 characters."),
        ({"id": ".."}, "id", "The id must not be '..': no client can write it into a path."),
        ({"id": "u", "email": "ada"}, "email", "This must be an e-mail address."),
        (
            {"id": "u", "phone_number": "0170 1"},
            "phone_number",
            "This must be a phone number in the form of E.164, like +491701234567.",
        ),
        ({"id": "u", "name": "n" * 300}, "name", "The name must have at most 255 characters."),
    ],
)
async def test_a_mistake_is_told_beside_its_field(
    editor: httpx.AsyncClient,
    directory: Directory,
    environment: Environment,
    at: At,
    filled: dict[str, str],
    field: str,
    message: str,
) -> None:
    form = (await load(editor, at("users"))).one("form", method="post", action=at("users"))
    answer = await submit(editor, form, (), (), **filled)
    assert answer.status_code == 422
    assert parse(answer.text).one("p", id=f"h-{field}").text == message
    assert await directory.count(environment.id, USERS) == 0


async def test_a_deleted_person_s_id_may_be_used_again(
    editor: httpx.AsyncClient, directory: Directory, environment: Environment, at: At
) -> None:
    await write(directory, environment, "u-1", Identify({"name": "Ada"}), Delete())
    form = (await load(editor, at("users"))).one("form", method="post", action=at("users"))
    shown = parse((await submit(editor, form, id="u-1", name="Bob")).text)
    assert rows(shown) == [["Bob u-1", "–"]]


async def test_tenants_have_a_list_and_a_form(
    editor: httpx.AsyncClient, directory: Directory, environment: Environment, at: At
) -> None:
    form = (await load(editor, at("tenants"))).one("form", method="post", action=at("tenants"))
    shown = parse((await submit(editor, form, id="acme", name="Acme")).text)
    assert shown.one("p", role="status").text == "The tenant has been added."
    assert rows(shown) == [["Acme acme", "0"]]
    assert await directory.count(environment.id, TENANTS) == 1


async def test_collections_of_objects_are_counted(
    editor: httpx.AsyncClient, directory: Directory, environment: Environment, at: At
) -> None:
    assert "There are no objects" in (await load(editor, at("objects"))).text
    for collection, id in [("projects", "1"), ("projects", "2"), ("a/b", "1"), (TENANTS, "acme"), (USERS, "ada")]:
        await write(directory, environment, id, collection=collection)
    shown = await load(editor, at("objects"))
    assert rows(shown) == [["a/b", "1"], ["projects", "2"]]
    assert links(shown) == [at("objects", "a/b"), at("objects", "projects")]


async def test_objects_have_a_list_with_their_subscribers(
    editor: httpx.AsyncClient, directory: Directory, environment: Environment, at: At
) -> None:
    await write(directory, environment, "1", Identify({"name": "Engine"}), collection="a/b")
    await write(directory, environment, "ada")
    places = [Place(environment.id, "a/b", "1"), Place(environment.id, USERS, "ada")]
    found = await directory.read_all(places)
    await directory.subscriptions.add(found[places[0]], [found[places[1]]])
    shown = await load(editor, at("objects", "a/b"))
    assert rows(shown) == [["Engine 1", "–", "1 subscribers of Engine"]]
    form = shown.one("form", method="post", action=at("objects", "a/b"))
    shown = parse((await submit(editor, form, id="2", name="Sails")).text)
    assert [row[0] for row in rows(shown)] == ["Sails 2", "Engine 1"]


async def test_a_collection_begins_with_its_first_object(
    editor: httpx.AsyncClient, directory: Directory, environment: Environment, at: At
) -> None:
    form = (await load(editor, at("objects"))).one("form", method="post", action=at("objects"))
    answer = await submit(editor, form, collection="$users", id="1")
    assert answer.status_code == 422
    assert parse(answer.text).one("p", id="h-collection").text == "The collection may not start with a dollar sign."
    answer = await submit(editor, form, collection="devices", id="1", name="Pump")
    assert str(answer.url.raw_path.decode()).startswith(at("objects", "devices"))
    assert await directory.count(environment.id, "devices") == 1


async def test_collections_of_the_product_are_no_objects(viewer: httpx.AsyncClient, at: At) -> None:
    assert (await viewer.get(at("objects", "$users"))).status_code == 404
    assert str((await viewer.get(at("objects", "$tenants"))).url).endswith(at("tenants"))
