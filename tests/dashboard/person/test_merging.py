"""Merging: somebody is chosen, both are shown side by side, and what was done is shown and can be undone."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from addressee.database.paging import PageRequest
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Identify
from addressee.directory.recipient import USERS, Place
from addressee.directory.writing.writes import Write
from addressee.operators.operators import Operators
from tests.conftest import Environment
from tests.dialects.native.test_merges import identify
from tests.support.browsing import load, submit
from tests.support.html import Element, parse

HOSTILE = "a/b%2F?c#d <script>alert(1)</script>"


def rows_of(shown: Element) -> dict[str, list[str]]:
    """Returns the cells of each field that is compared."""
    rows = shown.one("table").all("tr")
    return {row.one("th", scope="row").text: [cell.text for cell in row.all("td")] for row in rows if row.all("td")}


def form_of(shown: Element, action: str) -> Element:
    return shown.one("form", method="post", action=action)


async def test_somebody_is_merged_after_a_look_and_it_is_undone(
    http: httpx.Client,
    editor: httpx.AsyncClient,
    operators: Operators,
    environment: Environment,
    at: Callable[..., str],
) -> None:
    identify(http, "ada", name="Ada", plan="pro")
    identify(http, "guest", name="Guest", email="guest@example.com", seats=3)
    found = await load(editor, at("users", "ada", "merge", q="gue"))
    link = found.one("a", href=at("users", "ada", "merge", other="guest"))
    shown = await load(editor, link.attributes["href"] or "")
    rows = rows_of(shown)
    assert rows["name"] == ["Ada", "Guest", "Ada", "first Differs"]
    assert rows["plan"] == ["pro", "–", "pro", "first"]
    assert rows["seats"] == ["–", "3", "3", "second"]
    assert rows["email"] == ["–", "guest@example.com", "guest@example.com", "second"]
    answer = await submit(editor, form_of(shown, at("users", "ada", "merge")))
    done = parse(answer.text)
    assert done.one("p", role="status").text == "They are one person now. Their messages are being moved."
    assert "Merged" in done.text
    assert "Grace Hopper" in done.one("dl").text
    assert http.get("/v1/users/ada").json()["email"] == "guest@example.com"
    assert http.get("/v1/users/guest").status_code == 404
    (merge,) = http.get("/directory/v1/users/ada/merges").json()["merges"]
    undone = parse((await submit(editor, form_of(done, at("merges", merge["id"], "undo")))).text)
    assert undone.one("p", role="status").text == "The merge is undone: both are as they were."
    assert undone.all("form", action=at("merges", merge["id"], "undo")) == []
    assert http.get("/v1/users/guest").json()["name"] == "Guest"
    assert http.get("/v1/users/ada").json().get("email") is None
    acts = await operators.acts.list_of(environment.id, USERS, "ada", PageRequest(10))
    assert [(act.name, act.detail["other"]) for act in acts.entries] == [
        ("users.unmerge", "guest"),
        ("users.merge", "guest"),
    ]
    changes = http.get("/directory/v1/users/ada/history").json()["changes"]
    assert [(each["edit"], (each["operator"] or {}).get("name")) for each in changes] == [
        ("unmerge", "Grace Hopper"),
        ("merge", "Grace Hopper"),
        ("identify", None),
    ]


async def test_what_was_changed_since_stays_and_is_named(
    http: httpx.Client, editor: httpx.AsyncClient, at: Callable[..., str]
) -> None:
    identify(http, "ada", name="Ada")
    identify(http, "guest", seats=3)
    merge = http.post("/directory/v1/users/ada/merges", json={"from": "guest"}).json()["merge"]
    identify(http, "ada", seats=4)
    shown = await load(editor, at("merges", merge["id"]))
    assert "the API" in shown.one("dl").text
    answer = await submit(editor, form_of(shown, at("merges", merge["id"], "undo")))
    assert "What was changed since stays at ada : properties.seats" in parse(answer.text).text


async def test_a_merge_that_cannot_be_undone_says_why(
    http: httpx.Client, editor: httpx.AsyncClient, at: Callable[..., str]
) -> None:
    identify(http, "ada", name="Ada")
    identify(http, "guest")
    merge = http.post("/directory/v1/users/ada/merges", json={"from": "guest"}).json()["merge"]
    form = form_of(await load(editor, at("merges", merge["id"])), at("merges", merge["id"], "undo"))
    identify(http, "guest", name="somebody else")
    answer = await submit(editor, form)
    assert answer.status_code == 422
    assert "was used again since" in parse(answer.text).one("p", role="alert").text


async def test_who_cannot_be_merged_is_said(
    http: httpx.Client, editor: httpx.AsyncClient, at: Callable[..., str]
) -> None:
    identify(http, "ada")
    for other, says in (("nobody", "There is nobody of this id."), ("ada", "Nobody can be merged with themselves.")):
        answer = await editor.get(at("users", "ada", "merge", other=other))
        assert answer.status_code == 422
        assert says in parse(answer.text).one("p", role="alert").text
    assert (await editor.get(at("merges", "no-merge"))).status_code == 404


async def test_what_others_wrote_is_text_and_tokens_are_not_shown(
    directory: Directory, editor: httpx.AsyncClient, environment: Environment, at: Callable[..., str]
) -> None:
    for id in ("ada", HOSTILE):
        data = {f"channel-{len(id)}": {"tokens": ["secret-token"]}}
        edit = Identify({"name": HOSTILE}, {HOSTILE: "x" * 50_000}, channel_data=data)
        await directory.write(Write(Place(environment.id, USERS, id), (edit,)))
    shown = await load(editor, at("users", "ada", "merge", other=HOSTILE))
    assert "secret-token" not in shown.text
    assert shown.all("script") == [shown.one("script", type="module")]
    assert rows_of(shown)[HOSTILE] == [f"{'x' * 200}…"] * 3 + ["both"]
    answer = await submit(editor, form_of(shown, at("users", "ada", "merge")))
    assert answer.status_code == 200


async def test_viewers_see_a_merge_and_cannot_undo_it(
    http: httpx.Client, viewer: httpx.AsyncClient, at: Callable[..., str]
) -> None:
    identify(http, "ada")
    identify(http, "guest")
    merge = http.post("/directory/v1/users/ada/merges", json={"from": "guest"}).json()["merge"]
    shown = await load(viewer, at("merges", merge["id"]))
    assert shown.all("form", action=at("merges", merge["id"], "undo")) == []
