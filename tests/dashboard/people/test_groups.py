"""Lists, topics and subscribers of objects: who belongs to them, joins and leaves, and what is told before."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import httpx
import pytest
from uuid_utils.compat import uuid7

from addressee.database.paging import PageRequest
from addressee.directory.directory import Directory
from addressee.directory.edits.lists import LISTS, Define, List
from addressee.directory.edits.recipients import Identify
from addressee.directory.groups.topics import TOPICS, topic_place
from addressee.directory.recipient import TENANTS, USERS, Place, Recipient
from addressee.directory.writing.writes import Write
from addressee.operators.operators import Operators
from tests.conftest import Environment
from tests.support.browsing import load, submit
from tests.support.html import Element, parse

At: TypeAlias = Callable[..., str]


async def created(
    directory: Directory, environment: Environment, *ids: str, collection: str = USERS
) -> list[Recipient]:
    places = [Place(environment.id, collection, id) for id in ids]
    edits = (Identify({"name": f"Name of {ids[0]}", "email": "ada@example.org"}),) if len(ids) == 1 else (Identify(),)
    await directory.write_all([Write(place, edits) for place in places])
    found = await directory.read_all(places)
    return [found[place] for place in places]


async def defined(directory: Directory, environment: Environment, id: str, definition: Define | None = None) -> List:
    return (await directory.lists.define(Place(environment.id, LISTS, id), definition or Define("VIPs"))).list


async def members(directory: Directory, list: List) -> list[str]:
    return [each.recipient_id for each in (await directory.lists.members(list, PageRequest(100))).entries]


def rows(shown: Element) -> list[list[str]]:
    (table,) = shown.all("table")
    return [
        [cell.text for cell in row.below() if cell.name in {"th", "td"} and not cell.all("time")]
        for row in table.one("tbody").all("tr")
    ]


def told(answer: httpx.Response) -> str:
    return parse(answer.text).one("p", role="status").text


async def test_lists_are_shown_by_id_with_members_and_drafts(
    viewer: httpx.AsyncClient, directory: Directory, environment: Environment, at: At
) -> None:
    assert "There are no lists" in (await load(viewer, at("lists"))).text
    vips = await defined(directory, environment, "vips")
    await defined(directory, environment, "all", Define("<b>All</b>"))
    await directory.lists.add(vips, vips.uid, ["ada", "bob"])
    await directory.lists.open_draft(vips.place, uuid7())
    shown = await load(viewer, at("lists"))
    assert rows(shown) == [["<b>All</b> all", "0", "–"], ["VIPs vips", "2", "1 open"]]
    assert "2 in all" in shown.text
    assert rows(await load(viewer, at("lists", prefix="vi"))) == [["VIPs vips", "2", "1 open"]]


async def test_a_list_shows_its_state_and_members(
    viewer: httpx.AsyncClient, directory: Directory, environment: Environment, at: At
) -> None:
    list = await defined(directory, environment, "a/b", Define("VIPs", "People we like.", True, False))
    await created(directory, environment, "ada")
    await directory.lists.add(list, list.uid, ["ada"])
    draft = uuid7()
    list = (await directory.lists.open_draft(list.place, draft)).list
    await directory.lists.add(list, draft, ["ada", "bob"])
    shown = await load(viewer, at("lists", "a/b"))
    assert rows(shown) == [["Name of ada ada", "a••••@example.org"]]
    facts = shown.one("dl").text
    assert "People we like." in facts
    assert "when somebody enters" in facts
    assert f"{draft} with 2 members" in facts
    assert "1 member" in shown.one("main").text
    assert shown.all("button", **{"aria-label": "Remove Name of ada"}) == []


async def test_members_are_paged(
    viewer: httpx.AsyncClient, directory: Directory, environment: Environment, at: At
) -> None:
    list = await defined(directory, environment, "vips")
    ids = [f"u-{number:03}" for number in range(120)]
    await directory.lists.add(list, list.uid, ids)
    shown = await load(viewer, at("lists", "vips"))
    met = [row[0] for row in rows(shown)]
    while following := shown.all("a", rel="next"):
        shown = await load(viewer, following[0].attributes["href"] or "")
        met += [row[0] for row in rows(shown)]
    assert sorted(met) == ids
    assert "120 members" in shown.text


async def test_a_member_joins_and_leaves(
    editor: httpx.AsyncClient, directory: Directory, operators: Operators, environment: Environment, at: At
) -> None:
    list = await defined(directory, environment, "vips", Define("VIPs", tracks_entry=True))
    await created(directory, environment, "a/b?")
    adding, removing = at("lists", "vips") + "/members", at("lists", "vips") + "/members/remove"
    shown = await load(editor, at("lists", "vips"))
    form = shown.one("form", action=adding)
    assert "Workflows that listen to this list start for this person." in form.text
    assert told(await submit(editor, form, id="a/b?")) == "The person is a member of this list now."
    assert await members(directory, list) == ["a/b?"]
    assert told(await submit(editor, form, id="a/b?")) == "The person was a member of this list already."
    shown = await load(editor, at("lists", "vips"))
    form = shown.one("form", action=removing)
    assert form.one("button").attributes["aria-label"] == "Remove Name of a/b?"
    assert told(await submit(editor, form)) == "The person is no member of this list any more."
    assert await members(directory, list) == []
    assert told(await submit(editor, form)) == "The person was no member of this list any more."
    acts = await operators.acts.list_of(environment.id, LISTS, "vips", PageRequest(10))
    assert [(act.name, act.detail) for act in acts.entries] == [
        ("lists.remove_member", {"member": "a/b?"}),
        ("lists.remove_member", {"member": "a/b?"}),
        ("lists.add_member", {"member": "a/b?"}),
        ("lists.add_member", {"member": "a/b?"}),
    ]


@pytest.mark.parametrize(
    ("id", "message"),
    [
        ("nobody", "Nobody has this id. Look for it by the search, or add it first."),
        ("", "The id must be a string of 1 to 256 characters."),
    ],
)
async def test_nobody_is_made_by_a_slip_of_a_key(
    editor: httpx.AsyncClient, directory: Directory, environment: Environment, at: At, id: str, message: str
) -> None:
    list = await defined(directory, environment, "vips")
    form = (await load(editor, at("lists", "vips"))).one("form", action=at("lists", "vips") + "/members")
    answer = await submit(editor, form, id=id)
    assert answer.status_code == 422
    shown = parse(answer.text)
    assert shown.one("p", id="h-id").text == message
    assert shown.one("input", id="f-id").attributes["value"] == id
    assert await members(directory, list) == []
    assert await directory.count(environment.id, USERS) == 0


@pytest.mark.parametrize("section", ["lists", "topics"])
async def test_what_is_not_there_is_told(viewer: httpx.AsyncClient, at: At, section: str) -> None:
    assert (await viewer.get(at(section, "missing"))).status_code == 404


async def test_topics_have_subscribers_who_join_and_leave(
    editor: httpx.AsyncClient, directory: Directory, operators: Operators, environment: Environment, at: At
) -> None:
    assert "There are no topics" in (await load(editor, at("topics"))).text
    (ada,) = await created(directory, environment, "ada")
    (bob,) = await created(directory, environment, "bob")
    await directory.topics.subscribe(topic_place(environment.id, "releases"), [ada])
    assert rows(await load(editor, at("topics"))) == [["releases", "1"]]
    shown = await load(editor, at("topics", "releases"))
    assert rows(shown) == [["Name of ada ada", "ada@example.org", "Remove"]]
    form = shown.one("form", action=at("topics", "releases") + "/subscribers")
    assert told(await submit(editor, form, id="bob")) == "The subscriber has been added."
    topic = await directory.read(Place(environment.id, TOPICS, "releases"))
    assert topic is not None
    assert await directory.topics.subscription(topic, bob) is not None
    form = shown.one("form", action=at("topics", "releases") + "/subscribers/remove")
    answer = await submit(editor, form)
    assert told(answer) == "The subscriber has been removed."
    assert rows(parse(answer.text)) == [["Name of bob bob", "ada@example.org", "Remove"]]
    acts = await operators.acts.list_of(environment.id, TOPICS, "releases", PageRequest(10))
    assert [act.name for act in acts.entries] == ["topics.remove_subscriber", "topics.add_subscriber"]


@pytest.mark.parametrize(("collection", "path"), [("a/b", ("objects", "a/b", "1")), (TENANTS, ("tenants", "1"))])
async def test_subscribers_of_objects_join_and_leave(
    editor: httpx.AsyncClient,
    directory: Directory,
    environment: Environment,
    at: At,
    collection: str,
    path: tuple[str, ...],
) -> None:
    (object,) = await created(directory, environment, "1", collection=collection)
    await created(directory, environment, "ada")
    await created(directory, environment, "7", collection="teams")
    there = at(*path, "subscribers")
    form = (await load(editor, there)).one("form", method="post", action=there)
    assert told(await submit(editor, form, id="ada")) == "The subscriber has been added."
    answer = await submit(editor, form, id="7", collection="teams")
    assert rows(parse(answer.text)) == [
        ["Name of 7 7", "ada@example.org", "Remove"],
        ["Name of ada ada", "ada@example.org", "Remove"],
    ]
    assert await directory.subscriptions.count_subscribers(object) == 2
    removing = parse(answer.text).all("form", action=f"{there}/remove")
    answer = await submit(editor, removing[0])
    assert told(answer) == "The subscriber has been removed."
    assert rows(parse(answer.text)) == [["Name of ada ada", "ada@example.org", "Remove"]]


async def test_nothing_subscribes_to_itself_or_to_people(
    editor: httpx.AsyncClient, directory: Directory, environment: Environment, at: At
) -> None:
    await created(directory, environment, "1", collection="teams")
    there = at("objects", "teams", "1", "subscribers")
    form = (await load(editor, there)).one("form", method="post", action=there)
    answer = await submit(editor, form, id="1", collection="teams")
    assert answer.status_code == 422
    assert parse(answer.text).one("p", id="h-id").text == "Nothing can subscribe to itself."
    assert (await editor.get(at("objects", "$users", "ada", "subscribers"))).status_code == 404
