"""The pages of layouts and partials: all with who names them, and one with what it says."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from tests.dashboard.workflows.conftest import Push
from tests.support.browsing import load

At = Callable[..., str]

HOSTILE = "<script>alert(1)</script>"

FILES = {
    "layouts/main.liquid": f"<main>{HOSTILE}{{{{ content }}}}{{% render 'footer' %}}</main>",
    "layouts/main.text.liquid": "{{ content }} in text",
    "partials/footer/partial.yaml": f'name: "{HOSTILE}"\ncontent: Below',
    "partials/unused.liquid": "x" * 30_000,
    "workflows/news.yaml": """
name: News
steps: [{ref: mail, email: {subject: "{% render 'footer' %}", html: x, layout_key: main}}]
""",
}


async def test_without_any_the_page_says_how_to_push_one(viewer: httpx.AsyncClient, at: At) -> None:
    page = await load(viewer, at("templates"))
    assert "There are no layouts or partials in this environment." in page.text
    assert "addressee push FOLDER" in page.text


async def test_all_with_who_names_them(viewer: httpx.AsyncClient, at: At, push: Push) -> None:
    await push(FILES)
    page = await load(viewer, at("templates"))
    rows = page.one("tbody").all("tr")
    shown = [(row.one("th").text, [cell.text for cell in row.all("td")][:2]) for row in rows]
    assert shown == [
        ("main main", ["Layout", "News"]),
        (f"{HOSTILE} footer", ["Partial", "News , layout main"]),
        ("unused unused", ["Partial", "nobody"]),
    ]


async def test_one_with_what_it_says(viewer: httpx.AsyncClient, at: At, push: Push) -> None:
    await push(FILES)
    page = await load(viewer, at("templates", "layouts", "main"))
    assert [text.text for text in page.all("pre")] == [
        FILES["layouts/main.liquid"],
        FILES["layouts/main.text.liquid"],
    ]
    long = await load(viewer, at("templates", "partials", "unused"))
    assert len(long.one("pre").text) == 20_001
    assert "The rest is left out here" in long.text


async def test_one_that_there_is_not(viewer: httpx.AsyncClient, at: At, push: Push) -> None:
    await push(FILES)
    for segments in (("layouts", "footer"), ("partials", "main"), ("letters", "main")):
        answer = await viewer.get(at("templates", *segments))
        assert answer.status_code == 404
