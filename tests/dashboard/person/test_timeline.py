"""The timeline: everything that happened to a recipient as one list, by kind and page, with addresses masked."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from addressee.database.paging import PageRequest, write_cursor
from addressee.directory.access.keys import Keys
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Identify, SetPreferences
from addressee.directory.recipient import USERS, Place
from addressee.directory.writing.writes import Write
from addressee.operators.model import Role
from addressee.operators.operators import Operators
from tests.conftest import Environment
from tests.dashboard.conftest import BrowserOf, NewOperator
from tests.dialects.native.test_merges import identify, told
from tests.support.browsing import load, submit
from tests.support.html import Element, parse

HOSTILE = "<script>alert(1)</script>"


def kinds_of(shown: Element) -> list[str]:
    (listed,) = shown.all("ol", **{"class": "timeline card"})
    return [each.attributes["class"] or "" for each in listed.content if isinstance(each, Element)]


def entries_of(shown: Element, kind: str) -> list[str]:
    """Returns the texts of entries of a kind, without their times."""
    return [each.one("div", **{"class": "what"}).text for each in shown.all("li", **{"class": kind})]


async def test_everything_is_one_list_newest_first(
    http: httpx.Client, welcome: None, editor: httpx.AsyncClient, at: Callable[..., str]
) -> None:
    identify(http, "ada", name="Ada", email="ada@example.com")
    identify(http, "guest")
    await told(http, "ada")
    merge = http.post("/directory/v1/users/ada/merges", json={"from": "guest"}).json()["merge"]
    shown = await load(editor, at("users", "ada", "timeline"))
    # The merge and its change have one time; so may a run and its messages.
    kinds = kinds_of(shown)
    assert sorted(kinds[:2]) == ["changes", "merges"]
    assert sorted(kinds[2:5]) == ["messages", "messages", "runs"]
    assert kinds[5:] == ["changes"]
    assert entries_of(shown, "merges") == ["Merge of guest into this person"]
    assert shown.one("a", href=at("merges", merge["id"])).text == "guest"
    (run,) = entries_of(shown, "runs")
    assert run == "Run of welcome Completed"
    mail, in_app = sorted(entries_of(shown, "messages"))
    assert mail == "Message by email Sent of welcome to ada@example.com"
    assert in_app == "Message by in-app Delivered of welcome"
    for message in http.get("/v1/users/ada/messages").json()["items"]:
        assert len(shown.all("a", href=at("messages", message["id"]))) == 1


async def test_a_change_says_who_made_it_and_what_it_was(
    http: httpx.Client,
    directory: Directory,
    operators: Operators,
    new_operator: NewOperator,
    browser_of: BrowserOf,
    environment: Environment,
    keys: Keys,
    at: Callable[..., str],
) -> None:
    identify(http, "ada", name="Ada", plan="free")
    grace = await new_operator(Role.EDITOR)
    origin = await operators.acts.record(grace, environment.id, "users.edit", USERS, "ada", {"fields": ["name"]})
    place = Place(environment.id, USERS, "ada")
    await directory.write(Write(place, (Identify({"name": "Ada L."}, {"plan": None}),), origin))
    shown = await load(await browser_of(grace), at("users", "ada", "timeline"))
    (hint,) = [each.hint for each in await keys.list() if each.environment == environment.name]
    by_operator, by_key = entries_of(shown, "changes")
    assert by_operator.startswith(f"Profile updated by Grace Hopper ( {grace.email} ) name Ada → became Ada L.")
    assert "properties.plan free → became null" in by_operator
    assert f"Created by a secret key ending in {hint}" in by_key
    assert "name nothing → became Ada" in by_key
    assert entries_of(shown, "acts") == [f"Grace Hopper ( {grace.email} ) did users.edit fields: name"]


async def test_kinds_are_chosen_by_the_query(
    http: httpx.Client, welcome: None, viewer: httpx.AsyncClient, at: Callable[..., str]
) -> None:
    identify(http, "ada", name="Ada", email="ada@example.com")
    await told(http, "ada")
    path = at("users", "ada", "timeline")
    shown = await load(viewer, f"{path}?kind=runs&kind=changes")
    assert kinds_of(shown) == ["runs", "changes"]
    boxes = shown.one("form", method="get").all("input", type="checkbox")
    assert {box.attributes["value"] for box in boxes if "checked" in box.attributes} == {"runs", "changes"}
    nothing = await load(viewer, f"{path}?kind=merges")
    assert "Nothing of what you chose has happened." in nothing.text
    assert len(kinds_of(await load(viewer, f"{path}?kind=nonsense"))) == 4


async def test_pages_lead_to_the_end_and_back_to_the_front(
    directory: Directory, viewer: httpx.AsyncClient, environment: Environment, at: Callable[..., str]
) -> None:
    place = Place(environment.id, USERS, "ada")
    for number in range(120):
        await directory.write(Write(place, (Identify({"name": f"name {number}"}),)))
    path: str | None = at("users", "ada", "timeline", kind="changes")
    names: list[str] = []
    for pages in (1, 2, 3):
        assert path is not None, f"there are {pages} pages"
        shown = await load(viewer, path)
        names += [text.rpartition("became ")[2] for text in entries_of(shown, "changes")]
        older = shown.all("a", rel="next")
        path = older[0].attributes["href"] if older else None
    assert path is None
    assert names == [f"name {number}" for number in reversed(range(120))]
    assert shown.one("a", rel="prev").attributes["href"] == at("users", "ada", "timeline", kind="changes")


async def test_addresses_are_masked_until_a_viewer_asks_which_is_recorded(
    http: httpx.Client,
    welcome: None,
    viewer: httpx.AsyncClient,
    operators: Operators,
    environment: Environment,
    at: Callable[..., str],
) -> None:
    identify(http, "ada", name="Ada", email="ada@example.com", phone_number="+351912345617")
    await told(http, "ada")
    path = at("users", "ada", "timeline", kind="changes,messages")
    shown = await load(viewer, path)
    assert "ada@example.com" not in shown.text
    assert "+351912345617" not in shown.text
    assert "email nothing → became a••••@example.com" in shown.text
    form = next(each for each in shown.all("form") if "timeline/reveal" in (each.attributes["action"] or ""))
    revealed = parse((await submit(viewer, form)).text)
    assert "email nothing → became ada@example.com" in revealed.text
    assert "to ada@example.com" in revealed.text
    assert sorted(set(kinds_of(revealed))) == ["changes", "messages"]
    acts = await operators.acts.list_of(environment.id, USERS, "ada", PageRequest(10))
    assert [act.name for act in acts.entries] == ["timeline.reveal"]


async def test_what_others_wrote_is_text_and_cut_when_long(
    directory: Directory, editor: httpx.AsyncClient, environment: Environment, at: Callable[..., str]
) -> None:
    place = Place(environment.id, "houses/old", HOSTILE)
    fields = {f"{HOSTILE}{number}": "x" * 3000 for number in range(10)}
    await directory.write(Write(place, (Identify({"name": HOSTILE}, fields),)))
    await directory.write(Write(place, (SetPreferences("default", {"channel_types": {"email": False}}),)))
    shown = await load(editor, at("objects", "houses/old", HOSTILE, "timeline"))
    preferences, created = entries_of(shown, "changes")
    assert "preferences.default nothing → became {" in preferences
    assert f"properties.{HOSTILE}0 nothing → became {'x' * 120}…" in created
    assert "3 further fields changed." in created
    assert shown.all("script") == [shown.one("script", type="module")]
    assert shown.all("input", value="merges") == []


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        write_cursor([1, 2, 3]),
        write_cursor([None, None, ["2026-03-01T12:00:00Z", "\0"]]),
        write_cursor([None, None, ["2026-03-01T12:00:00", "a"]]),
    ],
)
async def test_a_broken_cursor_is_explained(
    directory: Directory, viewer: httpx.AsyncClient, environment: Environment, at: Callable[..., str], cursor: str
) -> None:
    await directory.write(Write(Place(environment.id, USERS, "ada"), (Identify(),)))
    answer = await viewer.get(at("users", "ada", "timeline", after=cursor))
    assert answer.status_code == 422
    assert "This is not a cursor of this list" in answer.text
