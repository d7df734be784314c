"""The search: what finds whom, what is told of it, and what viewers see of addresses."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TypeAlias

import httpx
import pytest

from addressee.directory.directory import Directory
from addressee.directory.edits.lists import LISTS, Define
from addressee.directory.edits.recipients import AddAddress, Edit, Identify
from addressee.directory.recipient import USERS, Place
from addressee.directory.writing.writes import Write
from tests.conftest import Environment
from tests.support.browsing import load
from tests.support.html import Element

At: TypeAlias = Callable[..., str]


async def write(directory: Directory, environment: Environment, id: str, *edits: Edit, collection: str = USERS) -> None:
    await directory.write(Write(Place(environment.id, collection, id), edits))


def results(shown: Element) -> list[list[str]]:
    (table,) = shown.all("table")
    return [
        [cell.text for cell in row.below() if cell.name in {"th", "td"} and not cell.all("time")]
        for row in table.one("tbody").all("tr")
    ]


@pytest.fixture
async def zoe(directory: Directory, environment: Environment) -> None:
    await write(
        directory,
        environment,
        "u-1",
        Identify({"name": "Zoë Ångström", "email": "Zoe@example.org", "phone_number": "+491701234567"}),
        AddAddress("email", "z.angstrom@example.com"),
        AddAddress("ios_push", "0123456789abcdef0123456789abcdef", "apns"),
        AddAddress("webhook", {"url": "https://hooks.example.org/secret-path"}),
    )


@pytest.mark.usefixtures("zoe")
@pytest.mark.parametrize(
    ("text", "found_by"),
    [
        ("u-", "Id"),
        ("angst", "Name"),
        ("ZOE A", "Name"),
        ("z.ang", "E-mail address z.angstrom@example.com"),
        ("zoe@", "E-mail address Zoe@example.org"),
        ("+49 170 12", "Phone number +491701234567"),
        ("0123456789abcdef0123456789abcdef", "Address iOS device"),
        (" https://hooks.example.org/secret-path ", "Address webhook"),
    ],
)
async def test_a_person_is_found_by_each_of_its_terms(
    editor: httpx.AsyncClient, at: At, text: str, found_by: str
) -> None:
    shown = await load(editor, at("search", q=text))
    assert results(shown) == [["Zoë Ångström u-1", "Person", found_by]]
    assert shown.one("section", id="results").one("a").attributes["href"] == at("users", "u-1")
    assert "1 result" in shown.text


@pytest.mark.usefixtures("zoe")
@pytest.mark.parametrize(
    ("text", "found_by"),
    [("z.ang", "E-mail address z••••@example.com"), ("+49 170 12", "Phone number ••••67"), ("angst", "Name")],
)
async def test_a_viewer_sees_the_address_masked(viewer: httpx.AsyncClient, at: At, text: str, found_by: str) -> None:
    shown = await load(viewer, at("search", q=text))
    assert results(shown) == [["Zoë Ångström u-1", "Person", found_by]]


async def test_all_kinds_of_recipients_are_found_together_and_apart(
    viewer: httpx.AsyncClient, directory: Directory, environment: Environment, at: At
) -> None:
    await write(directory, environment, "al", Identify({"name": "Alan"}))
    await write(directory, environment, "7", Identify({"name": "Alarm"}), collection="a/b")
    await directory.lists.define(Place(environment.id, LISTS, "all-hands"), Define("All"))
    shown = await load(viewer, at("search", q="al"))
    assert results(shown) == [
        ["All all-hands", "List", "Id"],
        ["Alan al", "Person", "Id"],
        ["Alarm 7", "Object in a/b", "Name"],
    ]
    shown = await load(viewer, at("search", q="al", collection="a/b"))
    assert results(shown) == [["Alarm 7", "Object in a/b", "Name"]]
    chosen = [each for each in shown.all("option") if "selected" in each.attributes]
    assert [each.text for each in chosen] == ["a/b"]


async def test_pages_lead_on_without_telling_addresses(
    viewer: httpx.AsyncClient, directory: Directory, environment: Environment, at: At
) -> None:
    ids = [f"u-{number:03}" for number in range(120)]
    await directory.write_all(
        [Write(Place(environment.id, USERS, id), (Identify({"email": f"mail-{id}@example.org"}),)) for id in ids]
    )
    shown = await load(viewer, at("search", q="mail"))
    met = results(shown)
    while following := shown.all("a", rel="next"):
        path = following[0].attributes["href"] or ""
        cursor = path.partition("after=")[2]
        assert b"example" not in base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        shown = await load(viewer, path)
        met += results(shown)
    assert [row[0] for row in met] == ids
    assert shown.one("a", rel="prev").attributes["href"] == at("search", q="mail")


async def test_a_search_for_nothing_says_what_can_be_searched(viewer: httpx.AsyncClient, at: At) -> None:
    shown = await load(viewer, at("search"))
    assert "What can be searched" in shown.text
    assert "Nothing found" in (await load(viewer, at("search", q="nobody"))).text


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "%", "\\", "\u202e", "👩🏽‍🚀", "a" * 256, "' OR 1=1", "\U0010ffff"]
)
async def test_any_text_can_be_searched(viewer: httpx.AsyncClient, at: At, text: str) -> None:
    answer = await viewer.get(at("search", q=text))
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "Nothing found" in answer.text


async def test_a_text_that_is_too_long_is_told(viewer: httpx.AsyncClient, at: At) -> None:
    shown = await load(viewer, at("search", q="a" * 257))
    assert shown.one("p", role="alert").text == "Search for 256 characters at most."


@pytest.mark.parametrize("cursor", ["x", "ä", "W10", "IiI"])
async def test_a_foreign_cursor_is_refused(viewer: httpx.AsyncClient, at: At, cursor: str) -> None:
    answer = await viewer.get(at("search", q="a", after=cursor))
    assert answer.status_code == 422
    assert "This is not a cursor of this list" in answer.text
