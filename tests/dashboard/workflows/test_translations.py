"""The pages of translations: all of an environment, and one with what it says."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from tests.dashboard.workflows.conftest import Push
from tests.support.browsing import load

At = Callable[..., str]

FILES = {
    "translations/en/en.json": '{"hi": "<script>alert(1)</script>"}',
    "translations/nl-BE/shop.nl-BE.po": 'msgid "a"\nmsgstr "b"\n',
    "translations/fr/fr.json": f'{{"long": "{"x" * 30_000}", "more": "y"}}',
}


async def test_without_any_the_page_says_how_to_push_one(viewer: httpx.AsyncClient, at: At) -> None:
    page = await load(viewer, at("translations"))
    assert "There are no translations in this environment." in page.text
    assert "addressee push FOLDER" in page.text


async def test_all_by_locale_and_namespace(viewer: httpx.AsyncClient, at: At, push: Push) -> None:
    await push(FILES)
    page = await load(viewer, at("translations"))
    rows = page.one("tbody").all("tr")
    assert [(row.one("th").text, [cell.text for cell in row.all("td")][:3]) for row in rows] == [
        ("en", ["none", "1", "JSON"]),
        ("fr", ["none", "2", "JSON"]),
        ("nl-BE", ["shop", "1", "PO"]),
    ]
    assert [row.one("a").attributes["href"] for row in rows] == [
        at("translations", name) for name in ("en", "fr", "shop.nl-BE")
    ]


async def test_one_with_what_it_says(viewer: httpx.AsyncClient, at: At, push: Push) -> None:
    await push(FILES)
    page = await load(viewer, at("translations", "shop.nl-BE"))
    assert page.one("pre").text == 'msgid "a" msgstr "b"'
    page = await load(viewer, at("translations", "en"))
    assert page.one("pre").text == FILES["translations/en/en.json"]
    long = await load(viewer, at("translations", "fr"))
    assert len(long.one("pre").text) == 20_001
    assert "The rest is left out here" in long.text


async def test_one_that_there_is_not(viewer: httpx.AsyncClient, at: At, push: Push) -> None:
    await push(FILES)
    for name in ("nl", "nl-BE", "shop.en", "x y"):
        answer = await viewer.get(at("translations", name))
        assert answer.status_code == 404
