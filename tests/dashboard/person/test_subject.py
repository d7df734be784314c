"""Whom the path of a page names: somebody, somebody who was merged into another or deleted, or nobody."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Delete, History, Identify
from addressee.directory.recipient import TENANTS, USERS, Place
from addressee.directory.writing.writes import Write
from tests.conftest import Environment
from tests.support.browsing import load
from tests.support.html import parse

HOSTILE = ["<script>alert(1)</script>", "a/b%2F?c#d e", "عربي", "👩‍🚀", "..a", "x" * 256, "&amp;"]


@pytest.mark.parametrize("id", HOSTILE)
async def test_a_page_is_found_under_any_id(
    viewer: httpx.AsyncClient, directory: Directory, environment: Environment, at: Callable[..., str], id: str
) -> None:
    await directory.write(Write(Place(environment.id, USERS, id), (Identify(attributes={"name": id}),)))
    shown = await load(viewer, at("users", id))
    assert shown.one("h1").text == " ".join(id.split())
    assert shown.one("a", **{"aria-current": "page", "href": at("users", id)}).text == "Profile"
    assert shown.all("script") == [shown.one("script", type="module")]


@pytest.mark.parametrize(
    ("collection", "segments", "kind"),
    [
        (USERS, ("users", "one"), "Person"),
        (TENANTS, ("tenants", "one"), "Tenant"),
        ("houses/old", ("objects", "houses/old", "one"), "Object of houses/old"),
    ],
)
async def test_people_tenants_and_objects_have_pages(
    viewer: httpx.AsyncClient,
    directory: Directory,
    environment: Environment,
    at: Callable[..., str],
    collection: str,
    segments: tuple[str, ...],
    kind: str,
) -> None:
    await directory.write(Write(Place(environment.id, collection, "one"), (Identify(),)))
    shown = await load(viewer, at(*segments))
    assert shown.one("h1").text == "one"
    assert f"{kind} · one" in shown.text


async def test_viewers_see_no_acts(
    viewer: httpx.AsyncClient,
    editor: httpx.AsyncClient,
    directory: Directory,
    environment: Environment,
    at: Callable[..., str],
) -> None:
    await directory.write(Write(Place(environment.id, USERS, "ada"), (Identify(),)))
    acts = {at("users", "ada", act) for act in ("edit", "merge", "delete")}
    for browser, shown in ((viewer, set()), (editor, acts)):
        main = (await load(browser, at("users", "ada"))).one("main")
        assert acts & {link.attributes["href"] for link in main.all("a")} == shown


async def test_who_was_merged_leads_to_whom(
    viewer: httpx.AsyncClient, directory: Directory, environment: Environment, at: Callable[..., str]
) -> None:
    into, other = Place(environment.id, USERS, "ada"), Place(environment.id, USERS, "ada/2")
    for place in (into, other):
        await directory.write(Write(place, (Identify(),)))
    await directory.merges.merge(into, other)
    answer = await viewer.get(at("users", "ada/2"))
    assert answer.status_code == 410
    shown = parse(answer.text)
    assert "This person was merged into ada on" in shown.text
    assert {link.attributes["href"] for link in shown.one("main").all("a")} == {at("users", "ada")}


@pytest.mark.parametrize(
    ("history", "says", "links"),
    [
        (History.KEPT, "Messages and runs were kept.", 1),
        (History.ERASED, "Messages, runs and the values in the history were erased.", 0),
    ],
)
async def test_who_was_deleted_says_when(
    viewer: httpx.AsyncClient,
    directory: Directory,
    environment: Environment,
    at: Callable[..., str],
    history: History,
    says: str,
    links: int,
) -> None:
    place = Place(environment.id, USERS, "ada")
    await directory.write(Write(place, (Identify(attributes={"name": "Ada"}),)))
    written = await directory.write(Write(place, (Delete(history),)))
    assert written.recipient is not None
    assert written.recipient.deleted_at is not None
    answer = await viewer.get(at("users", "ada"))
    assert answer.status_code == 410
    main = parse(answer.text).one("main")
    assert main.one("h1").text == "ada"
    assert main.one("time").attributes["datetime"] == written.recipient.deleted_at.isoformat()
    assert says in main.text
    assert len(main.all("a", href=at("users", "ada", "timeline"))) == links


@pytest.mark.parametrize(
    ("segments", "status"),
    [(("users", "nobody"), 404), (("objects", "$users", "ada"), 422), (("users", "x" * 257), 422)],
)
async def test_nobody_is_no_page(
    viewer: httpx.AsyncClient, at: Callable[..., str], segments: tuple[str, ...], status: int
) -> None:
    assert (await viewer.get(at(*segments))).status_code == status
