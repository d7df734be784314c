"""Deleting, purging and exporting a recipient, and links to its own pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from uuid import UUID

import httpx
import pytest

from addressee.database.paging import PageRequest
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import AddAddress, Identify
from addressee.directory.recipient import TENANTS, USERS
from addressee.operators.operators import Operators
from tests.conftest import Environment
from tests.dashboard.person.conftest import Add
from tests.support.browsing import load, submit
from tests.support.html import Element, parse

ADA = Identify(attributes={"name": "Ada", "email": "ada@example.com"})


def form(page: Element, path: str) -> Element:
    return page.one("form", action=path, method="post")


async def acts_of(operators: Operators, environment: Environment, collection: str, id: str) -> list[tuple[str, object]]:
    page: PageRequest[UUID] = PageRequest(10)
    found = await operators.acts.list_of(environment.id, collection, id, page)
    return [(act.name, act.detail) for act in found.entries]


async def acts_in(operators: Operators, environment: Environment) -> list[str]:
    """Returns the names of the acts in an environment: the erasing of somebody takes the rest."""
    page: PageRequest[UUID] = PageRequest(10)
    return [act.name for act in (await operators.acts.list(environment.id, page)).entries]


async def confirmed(browser: httpx.AsyncClient, path: str, way: str) -> httpx.Response:
    """Deletes as a browser does whose person has chosen a way and ticked the box."""
    token = form(await load(browser, path), path).one("input", type="hidden").attributes["value"] or ""
    return await browser.post(path, data={"form_token": token, "way": way, "confirmed": "yes"})


async def test_the_page_says_what_will_happen(
    editor: httpx.AsyncClient, add: Add, at: Callable[..., str], directory: Directory
) -> None:
    ada, project = await add("ada", ADA), await add("engine", collection="projects")
    await directory.subscriptions.add(project, [ada])
    page = await load(editor, at("users", "ada", "delete"))
    assert page.one("dl").text == (
        "Runs that wait 0 end Messages 0 are erased or kept, as you choose Subscriptions 1 end Schedules 0 end"
    )
    assert "1 lose their subscription" in (await load(editor, at("objects", "projects", "engine", "delete"))).text


@pytest.mark.parametrize(("way", "is_kept"), [("erase", False), ("keep", True)])
async def test_a_person_is_deleted(
    editor: httpx.AsyncClient,
    add: Add,
    at: Callable[..., str],
    directory: Directory,
    operators: Operators,
    environment: Environment,
    way: str,
    is_kept: bool,
) -> None:
    ada = await add("ada", ADA)
    answer = await confirmed(editor, at("users", "ada", "delete"), way)
    assert (answer.url.path, answer.url.params["notice"]) == (at("users"), "recipient-deleted")
    tombstone = (await directory.reader.find_all([ada.place]))[ada.place]
    assert (tombstone.lives, tombstone.history_kept) == (False, is_kept)
    assert await acts_in(operators, environment) == ["users.delete"]


async def test_purging_takes_an_admin(
    editor: httpx.AsyncClient,
    admin: httpx.AsyncClient,
    add: Add,
    at: Callable[..., str],
    directory: Directory,
    operators: Operators,
    environment: Environment,
) -> None:
    acme = await add("acme", collection=TENANTS)
    path = at("tenants", "acme", "delete")
    assert "Purge" not in (await load(editor, path)).one("form", action=path).text
    assert (await confirmed(editor, path, "purge")).status_code == 403
    assert await directory.read(acme.place) == acme
    answer = await confirmed(admin, path, "purge")
    assert (answer.url.path, answer.url.params["notice"]) == (at("tenants"), "recipient-purged")
    assert await directory.read(acme.place) is None
    assert await acts_in(operators, environment) == ["tenants.purge"]


async def test_nothing_is_deleted_without_a_choice_and_a_confirmation(
    editor: httpx.AsyncClient, add: Add, at: Callable[..., str], directory: Directory
) -> None:
    ada, path = await add("ada", ADA), at("users", "ada", "delete")
    answer = await submit(editor, form(await load(editor, path), path))
    assert (answer.status_code, parse(answer.text).one("p", role="alert").text) == (422, "Choose what is to happen.")
    token = form(parse(answer.text), path).one("input", type="hidden").attributes["value"] or ""
    answer = await editor.post(path, data={"form_token": token, "way": "keep"})
    assert answer.status_code == 422
    page = parse(answer.text)
    assert page.one("p", role="alert").text == "Confirm that you have read what will happen."
    assert [each.attributes["value"] for each in page.all("input", type="radio") if "checked" in each.attributes] == [
        "keep"
    ]
    assert await directory.read(ada.place) == ada


async def test_admins_download_what_the_api_exports(
    admin: httpx.AsyncClient,
    editor: httpx.AsyncClient,
    add: Add,
    at: Callable[..., str],
    operators: Operators,
    environment: Environment,
) -> None:
    await add("ada", ADA)
    ada = await add("ada", AddAddress("ios_push", "a-token-of-a-device"))
    path = at("users", "ada", "export")
    assert (await editor.get(path)).status_code == 403
    answer = await submit(admin, form(await load(admin, path), path))
    assert answer.headers["content-disposition"] == f'attachment; filename="{ada.uid}.json"'
    assert answer.headers["cache-control"] == "no-store"
    exported = json.loads(answer.content)
    assert exported["recipient"]["addresses"][0]["value"] == "a-token-of-a-device"
    assert [change["edit"] for change in exported["changes"]] == ["identify", "add_address"]
    assert await acts_of(operators, environment, USERS, "ada") == [("users.export", {})]


@pytest.mark.parametrize("purpose", ["preferences", "inbox"])
async def test_editors_make_links_that_open_a_person_s_pages(
    editor: httpx.AsyncClient,
    add: Add,
    at: Callable[..., str],
    operators: Operators,
    environment: Environment,
    purpose: str,
) -> None:
    await add("ada", ADA)
    page = await load(editor, at("users", "ada"))
    (making,) = [
        each for each in page.all("form", action=at("users", "ada", "links")) if purpose in str(each.all("input"))
    ]
    answer = await submit(editor, making)
    link = parse(answer.text).one("input", id="f-link").attributes["value"] or ""
    assert f"/pages/{purpose}/" in link
    async with httpx.AsyncClient() as anybody:
        assert (await anybody.get(link)).status_code == 200
    assert await acts_of(operators, environment, USERS, "ada") == [("users.make_link", {"purpose": purpose})]


async def test_objects_have_no_pages_of_their_own(editor: httpx.AsyncClient, add: Add, at: Callable[..., str]) -> None:
    await add("engine", collection="projects")
    await add("ada")
    page = await load(editor, at("objects", "projects", "engine"))
    path = at("objects", "projects", "engine", "links")
    assert page.all("form", action=path) == []
    token = (await load(editor, at("users", "ada", "delete"))).all("input", type="hidden")[0].attributes["value"] or ""
    answer = await editor.post(path, data={"form_token": token, "purpose": "inbox"})
    assert answer.status_code == 404
