"""E-mails of visual blocks in a browser: on a phone and on a desk, in the light and in the dark."""

from __future__ import annotations

import json
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.async_api import Page

from addressee.messaging.content.emails.content import EmailContent
from addressee.messaging.content.emails.email import EmailTemplate
from addressee.messaging.content.templating.shared_templates import TEMPLATES, Layout, Partial, SharedTemplates
from tests.browser.axe import Axe
from tests.browser.conftest import NewContext
from tests.browser.prerequisites import missing, packages
from tests.messaging.content.templating.test_hostile_values import EMAIL, TEXTS
from tests.support.html import Parser

PHONE, DESK = 375, 900

PICTURE = (
    "data:image/svg+xml;base64,"
    + b64encode(
        b'<svg xmlns="http://www.w3.org/2000/svg" width="900" height="300"><rect width="900" height="300"/></svg>'
    ).decode()
)

HELP = {"label": "Help", "action": "https://example.com/", "variant": "outline"}
WIDE = {"size_attrs": {"is_fullwidth": True}}

BLOCKS: list[dict[str, Any]] = [
    {
        "type": "image",
        "url": PICTURE,
        "alt": "Acme",
        "action": "https://example.com/",
        "style_attrs": {"width": "100%"},
    },
    {
        "type": "markdown",
        "content": "# Hi {{ data.name }}\n\nSee [the **page**](https://example.com/{{ data.name }})\n\n- one",
    },
    {"type": "divider"},
    {
        "type": "row",
        "columns": [
            {"width": "120px", "blocks": [{"type": "image", "url": PICTURE, "alt": "{{ data.name }}"}]},
            {"blocks": [{"type": "markdown", "content": "## A kite\n\nMade of paper"}]},
        ],
    },
    {
        "type": "row",
        "columns": [
            {"blocks": [{"type": "image", "url": PICTURE}, {"type": "button_set", "buttons": [{**HELP, **WIDE}]}]},
            {"blocks": [{"type": "image", "url": PICTURE}, {"type": "button_set", "buttons": [HELP, HELP, HELP]}]},
        ],
    },
    {"type": "partial", "key": "card", "attrs": {"title": "{{ data.name }}", "body": "Some *{{ data.name }}*"}},
    {
        "type": "button_set",
        "buttons": [
            {"label": "{{ data.name }}", "action": "https://example.com/", "size_attrs": {"size": "sm"}},
            HELP,
            {**HELP, "label": "A long one, for a phone", "variant": "solid", "size_attrs": {"size": "lg"}},
            {**HELP, **WIDE, "style_attrs": {"background_color": "#ffcc00"}},
            {**HELP, **WIDE, "variant": "solid", "style_attrs": {"background_color": "#ffcc00"}},
        ],
    },
]

CARD = Partial(
    content="<table role='presentation' width='100%'><tr><td><b>{{ title }}</b>{{ body }}</td></tr></table>",
    input_schema=({"type": "text", "key": "title"}, {"type": "markdown", "key": "body"}),
)

HTML = Layout(
    html_layout="""<!DOCTYPE html><html lang="en"><head><title>Hi</title>
    <meta name="viewport" content="width=device-width">{{ vars.meta }}
    <style>
    body { background: Canvas; font-family: sans-serif; margin: 16px } main { margin: auto; max-width: 600px }
    </style></head>
    <body><main>{{ content }}</main></body></html>"""
)
DARK = msgspec.structs.replace(
    HTML, html_layout=HTML.html_layout.replace("{{ vars.meta }}", '<meta name="color-scheme" content="light dark">')
)
MJML = Layout(
    html_layout="<mjml lang='en'><mj-head><mj-title>Hi</mj-title></mj-head><mj-body>{{ content }}</mj-body></mjml>",
    is_mjml=True,
)
LAYOUTS = {"light": HTML, "dark": DARK, "mjml": MJML}


def html_of(layout: Layout, name: str = "Ada") -> str:
    fields = {"type": "email", "subject": "Hi", "visual_blocks": BLOCKS, "layout_key": "frame"}
    shared = SharedTemplates({"frame": layout}, {"card": CARD})
    template = msgspec.convert(fields, EmailTemplate)
    content = template.render({"data": {"name": name}, TEMPLATES: shared}, EMAIL, ["ada@example.org"]).content
    assert isinstance(content, EmailContent)
    assert content.html is not None
    return content.html


async def shown(new_context: NewContext, html: str, width: int, scheme: str) -> Page:
    """Opens a page at an address of its own: an empty page would be dark behind what is light."""
    context = await new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = await context.new_page()
    await page.route("**/*", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
    await page.goto("http://localhost/")
    return page


async def boxes(page: Page, selector: str) -> list[dict[str, float]]:
    found: list[dict[str, float]] = await page.eval_on_selector_all(
        selector, "all => all.map(each => each.getBoundingClientRect().toJSON())"
    )
    return found


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
async def test_axe_finds_nothing(new_context: NewContext, axe: Axe, layout: Layout, scheme: str, width: int) -> None:
    # A layout of MJML has no landmarks, which are rules for whole pages.
    part = ".block-row" if layout is MJML else None
    await axe.finds_nothing(await shown(new_context, html_of(layout), width, scheme), part)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("width", [PHONE, DESK])
async def test_nothing_stands_beyond_the_edges(new_context: NewContext, layout: Layout, width: int) -> None:
    page = await shown(new_context, html_of(layout), width, "light")
    assert await page.evaluate("document.documentElement.scrollWidth") == width
    (cell, *_) = await boxes(page, ".block-row__cell")
    for box in [*await boxes(page, "img"), *await boxes(page, ".block-button")]:
        assert (box["left"] >= cell["left"], box["right"] <= cell["right"]) == (True, True)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
async def test_columns_stand_beside_each_other_on_a_desk_and_below_on_a_phone(
    new_context: NewContext, layout: Layout
) -> None:
    desk = await boxes(await shown(new_context, html_of(layout), DESK, "light"), ".block-column")
    phone = await boxes(await shown(new_context, html_of(layout), PHONE, "light"), ".block-column")
    for row in (0, 2):
        left, right = desk[row : row + 2]
        assert left["top"] == right["top"]
        assert left["right"] <= right["left"]
        upper, lower = phone[row : row + 2]
        assert upper["bottom"] <= lower["top"]
        assert (upper["left"], upper["width"]) == (lower["left"], lower["width"])
    assert desk[2]["width"] == desk[3]["width"]


async def test_every_line_of_buttons_begins_at_the_edge(new_context: NewContext) -> None:
    page = await shown(new_context, html_of(HTML), PHONE, "light")
    lines: dict[float, float] = {}
    for box in await boxes(page, ".block-row--button_set-v1:last-of-type .block-row__cell > table"):
        lines[box["top"]] = min(box["left"], lines.get(box["top"], PHONE))
    assert len(lines) > 1
    assert len(set(lines.values())) == 1


ELEMENTS = """() => [...document.querySelectorAll('*')].map(each =>
  [each.tagName.toLowerCase(), Object.fromEntries([...each.attributes].map(({name, value}) => [name, value]))])"""


def elements_in_python(html: str) -> list[list[Any]]:
    return [
        [each.name, {name: value or "" for name, value in each.attributes.items()}]
        for each in Parser.parse(html).open[0].below()
    ]


def elements_in_node(pages: Sequence[str]) -> list[list[list[Any]]]:
    packages()
    node = shutil.which("node") or missing("Node.js is missing.")
    program = Path(__file__).with_name("elements.mjs")
    found = subprocess.run(
        [node, program], input=json.dumps(pages), capture_output=True, text=True, check=True, timeout=100
    )
    answer: list[list[list[Any]]] = json.loads(found.stdout)
    return answer


@pytest.mark.parametrize("layout", [HTML, DARK], ids=["light", "dark"])
async def test_browsers_and_parsers_read_the_same_elements(new_context: NewContext, layout: Layout) -> None:
    html = html_of(layout)
    page = await shown(new_context, html, DESK, "light")
    assert await page.evaluate(ELEMENTS) == elements_in_python(html)
    assert elements_in_node([html]) == [elements_in_python(html)]


@given(values=st.lists(TEXTS, min_size=50, max_size=50))
@settings(max_examples=4, suppress_health_check=list(HealthCheck))
def test_parsers_read_the_same_elements_whatever_values_say(values: list[str]) -> None:
    pages = [html_of(HTML, value) for value in values]
    assert elements_in_node(pages) == [elements_in_python(page) for page in pages]
