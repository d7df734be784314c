"""The preferences of a recipient: what applies, where it comes from, and what editors have the own set say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from addressee.database.paging import PageRequest
from addressee.database.pool import Pool
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import SetPreferences
from addressee.directory.recipient import TENANTS
from addressee.operators.operators import Operators
from addressee.preferences.categories import Category, Section
from addressee.preferences.defaults import store_categories, store_default
from tests.conftest import Environment
from tests.dashboard.person.conftest import Add
from tests.support.browsing import load, submit
from tests.support.html import Element, parse

EMAIL = "categories/news/email"


@pytest.fixture(autouse=True)
async def categories(pool: Pool, environment: Environment) -> None:
    section = Section(
        name="Shop",
        categories=(
            Category(key="news", name="<b>News</b>", default="opt_out"),
            Category(key="legal", name="Legal", default="cant_unsubscribe"),
        ),
    )
    async with pool.acquire() as connection:
        await store_categories(connection, environment.id, [section])
        await store_default(connection, environment.id, {"kinds": {"sms": False}})


def cells(page: Element, row: str) -> list[str]:
    """Returns what the cells of a row show, before their fields."""
    (found,) = [each for each in page.one("tbody").all("tr") if each.one("th").text.startswith(row)]
    return [" ".join(each.text for each in cell.all("span")) for cell in found.all("td")]


async def test_each_cell_says_where_its_value_comes_from(
    viewer: httpx.AsyncClient, add: Add, at: Callable[..., str]
) -> None:
    await add("ada", SetPreferences("default", {"categories": {"news": {"kinds": {"email": True}}}}))
    page = await load(viewer, at("users", "ada", "preferences"))
    assert [each.text for each in page.one("thead").all("th")] == ["Messages", "email", "sms", "in app", "push"]
    assert cells(page, "Everything") == [
        "on on nothing said",
        "off off environment's default",
        "on on nothing said",
        "on on nothing said",
    ]
    assert cells(page, "<b>News</b>") == ["on on own set", *["off off category's default"] * 3]
    assert cells(page, "Legal") == ["on on required"] * 4
    assert page.all("select") == []


async def test_editors_say_on_off_or_nothing(
    editor: httpx.AsyncClient,
    add: Add,
    at: Callable[..., str],
    directory: Directory,
    environment: Environment,
    operators: Operators,
) -> None:
    ada = await add("ada", SetPreferences("default", {"categories": {"news": False}}))
    path = at("users", "ada", "preferences")
    form = (await load(editor, path)).one("form", action=path, method="post")
    filled: dict[str, Any] = {f"says:{EMAIL}": "on", "says://sms": "off"}
    answer = await submit(editor, form, **filled)
    page = parse(answer.text)
    assert page.one("p", role="status").text == "The preferences are saved."
    assert cells(page, "<b>News</b>")[0] == "on on own set"
    stored = (await directory.read(ada.place)).preferences["default"]  # type: ignore[union-attr]
    assert stored["kinds"] == {"sms": False}
    assert stored["categories"]["news"]["kinds"]["email"] is True
    assert stored["categories"]["news"]["kinds"]["sms"] is False
    form = page.one("form", action=path, method="post")
    filled = {"says://sms": ""}
    await submit(editor, form, **filled)
    stored = (await directory.read(ada.place)).preferences["default"]  # type: ignore[union-attr]
    assert "kinds" not in stored
    changes = await directory.history.list(ada, PageRequest(10))
    act = (await operators.acts.behind(environment.id, [changes.entries[0].request_id])).values()
    assert [(each.name, each.detail) for each in act] == [
        ("users.set_preferences", {"tenant": None, "cells": ["//sms"]})
    ]


async def test_what_others_said_meanwhile_stays(
    editor: httpx.AsyncClient, add: Add, at: Callable[..., str], directory: Directory
) -> None:
    ada = await add("ada")
    path = at("users", "ada", "preferences")
    form = (await load(editor, path)).one("form", action=path, method="post")
    await add("ada", SetPreferences("default", {"categories": {"news": {"kinds": {"push": True}}}}))
    filled: dict[str, Any] = {f"says:{EMAIL}": "on"}
    await submit(editor, form, **filled)
    stored = (await directory.read(ada.place)).preferences["default"]  # type: ignore[union-attr]
    kinds = stored["categories"]["news"]["kinds"]
    assert (kinds["email"], kinds["push"]) == (True, True)


async def test_a_form_without_changes_stores_and_records_nothing(
    editor: httpx.AsyncClient, add: Add, at: Callable[..., str], directory: Directory
) -> None:
    ada = await add("ada")
    path = at("users", "ada", "preferences")
    answer = await submit(editor, (await load(editor, path)).one("form", action=path, method="post"))
    assert parse(answer.text).one("p", role="status").text == "Nothing was changed."
    assert (await directory.read(ada.place)) == ada


async def test_a_tenant_has_a_matrix_of_its_own(
    editor: httpx.AsyncClient, add: Add, at: Callable[..., str], directory: Directory
) -> None:
    await add("acme", collection=TENANTS)
    ada = await add("ada")
    path = at("users", "ada", "preferences")
    form = (await load(editor, f"{path}?tenant=acme")).one("form", action=path, method="post")
    filled: dict[str, Any] = {f"says:{EMAIL}": "on"}
    answer = await submit(editor, form, **filled)
    assert answer.url.params["tenant"] == "acme"
    assert cells(parse(answer.text), "<b>News</b>")[0] == "on on own set for the tenant"
    stored = (await directory.read(ada.place)).preferences  # type: ignore[union-attr]
    assert stored == {"acme": {"categories": {"news": {"kinds": {"email": True}}}}}


async def test_an_unknown_tenant_is_refused(editor: httpx.AsyncClient, add: Add, at: Callable[..., str]) -> None:
    await add("ada")
    answer = await editor.get(at("users", "ada", "preferences", tenant="nowhere"))
    assert answer.status_code == 422
    page = parse(answer.text)
    assert page.one("p", role="alert").text == "There is no such tenant."
    assert page.one("input", list="tenants").attributes["value"] == "nowhere"


async def test_quiet_hours_are_shown(viewer: httpx.AsyncClient, add: Add, at: Callable[..., str]) -> None:
    quiet = {"windows": [{"from": "22:00", "until": "07:00"}], "timezone": "Europe/Berlin"}
    await add("ada", SetPreferences("default", {"quiet_hours": quiet}))
    text = (await load(viewer, at("users", "ada", "preferences"))).text
    assert "Quiet hours From the own set. windows from 22:00 until 07:00 timezone Europe/Berlin" in text


async def test_editors_say_whether_somebody_agrees_to_tracking(
    editor: httpx.AsyncClient,
    add: Add,
    at: Callable[..., str],
    directory: Directory,
    pool: Pool,
    environment: Environment,
) -> None:
    ada = await add("ada")
    path = at("users", "ada", "preferences")
    assert (await load(editor, path)).all("select", name="says:tracking//") == []
    async with pool.acquire() as connection:
        await store_default(connection, environment.id, {"tracking": False})
    page = await load(editor, path)
    assert "off environment's default" in page.one("section", **{"aria-labelledby": "tracking"}).text
    filled: dict[str, Any] = {"says:tracking//": "on"}
    answer = await submit(editor, page.one("form", action=path, method="post"), **filled)
    page = parse(answer.text)
    assert "on own set" in page.one("section", **{"aria-labelledby": "tracking"}).text
    assert (await directory.read(ada.place)).preferences == {"default": {"tracking": True}}  # type: ignore[union-attr]
    filled = {"says:tracking//": ""}
    await submit(editor, page.one("form", action=path, method="post"), **filled)
    assert (await directory.read(ada.place)).preferences == {"default": {}}  # type: ignore[union-attr]
