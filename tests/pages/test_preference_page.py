"""The preference page, as a person uses it whose browser has no JavaScript."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import httpx
import pytest

from addressee.database.pool import Pool
from addressee.directory.access.environments import Environments
from addressee.directory.access.link_tokens import Purpose
from addressee.directory.recipient import TENANTS, Document
from tests.conftest import Environment
from tests.pages.conftest import MakeLink, Store
from tests.support.browsing import FORM, load, submit
from tests.support.html import Element, parse
from tests.support.raw_http import Connection

pytestmark = pytest.mark.usefixtures("pushed")

ReadPreferences = Callable[[], Awaitable[Document]]


def preference_form(page: Element) -> Element:
    (form,) = [form for form in page.all("form") if form.attributes.get("class") == "preferences"]
    return form


def boxes(page: Element) -> dict[str, str]:
    """Returns the state of each box."""
    found = {}
    for box in page.all("input", type="checkbox"):
        state = "on" if "checked" in box.attributes else "off"
        found[box.attributes["value"] or ""] = state + (" locked" if "disabled" in box.attributes else "")
    return found


async def test_a_link_opens_the_preferences_of_its_person(browser: httpx.AsyncClient, link: MakeLink) -> None:
    page = await load(browser, await link())
    assert page.one("h1").text == "Notification preferences"
    assert page.one("span", **{"class": "whose"}).text == "For Ada Lovelace"
    assert [heading.text for heading in page.all("h2")] == ["Channels", "Your account", "News"]
    assert [legend.text for legend in page.all("legend")[1:]] == [
        "Security",
        "Invoices",
        "Terms of service",
        "Newsletter",
        "Weekly digest",
    ]


async def test_boxes_show_what_is_wanted_and_what_is_required(browser: httpx.AsyncClient, link: MakeLink) -> None:
    assert boxes(await load(browser, await link())) == {
        "//email": "on",
        "//sms": "on",
        "//in_app": "on",
        "categories/security/email": "on locked",
        "categories/security/sms": "on",
        "categories/security/in_app": "on",
        "categories/invoices/email": "on",
        "categories/invoices/sms": "on",
        "categories/invoices/in_app": "on",
        "categories/legal/email": "on locked",
        "categories/legal/sms": "on locked",
        "categories/legal/in_app": "on locked",
        "categories/newsletter/email": "off",
        "categories/newsletter/sms": "off",
        "categories/newsletter/in_app": "off",
        "categories/digest/email": "on",
        "categories/digest/sms": "off",
        "categories/digest/in_app": "off",
    }


async def test_what_is_required_says_so(browser: httpx.AsyncClient, link: MakeLink) -> None:
    page = await load(browser, await link())
    assert [why.text for why in page.all("p", **{"class": "why locked"})] == [
        "Required: you always get this by Email.",
        "Required: you always get this.",
    ]


async def test_saving_stores_what_was_changed_and_says_so(
    browser: httpx.AsyncClient, link: MakeLink, preferences: ReadPreferences
) -> None:
    path = await link()
    form = preference_form(await load(browser, path))
    answer = await submit(browser, form, on=("categories/newsletter/email",), off=("categories/invoices/sms", "//sms"))
    assert [each.status_code for each in answer.history] == [303]
    assert str(answer.url).endswith(f"{path}?saved=yes")
    page = parse(answer.text)
    assert page.one("p", role="status").text == "Your preferences are saved."
    assert page.one("title").text == "Your preferences are saved. Notification preferences"
    assert boxes(page) == boxes(await load(browser, path)) | {
        "categories/newsletter/email": "on",
        "categories/invoices/sms": "off",
        "//sms": "off",
    }
    stored = (await preferences())["default"]
    assert stored["kinds"] == {"sms": False}
    assert stored["categories"].keys() == {"newsletter", "invoices"}
    assert [kind for kind, wanted in stored["categories"]["newsletter"]["kinds"].items() if wanted] == ["email"]
    assert [kind for kind, wanted in stored["categories"]["invoices"]["kinds"].items() if not wanted] == ["sms"]


async def test_saving_without_a_change_writes_nothing(
    browser: httpx.AsyncClient, link: MakeLink, preferences: ReadPreferences
) -> None:
    answer = await submit(browser, preference_form(await load(browser, await link())))
    assert answer.status_code == 200
    assert await preferences() == {}


async def test_two_open_pages_keep_each_others_changes(browser: httpx.AsyncClient, link: MakeLink) -> None:
    path = await link()
    first, second = preference_form(await load(browser, path)), preference_form(await load(browser, path))
    await submit(browser, first, off=("categories/invoices/sms",))
    await submit(browser, second, off=("categories/invoices/email",))
    found = boxes(await load(browser, path))
    assert (found["categories/invoices/sms"], found["categories/invoices/email"]) == ("off", "off")
    assert found["categories/invoices/in_app"] == "on"


async def test_a_category_is_refused_as_a_whole_once_no_way_is_left(
    browser: httpx.AsyncClient, link: MakeLink, preferences: ReadPreferences
) -> None:
    ways = tuple(f"categories/invoices/{way}" for way in ("email", "sms", "in_app"))
    path = await link()
    await submit(browser, preference_form(await load(browser, path)), off=ways)
    assert await preferences() == {"default": {"categories": {"invoices": False}}}
    await submit(browser, preference_form(await load(browser, path)), on=ways)
    assert (await preferences())["default"]["categories"]["invoices"] is not False


async def test_what_is_required_stays_whatever_a_form_says(
    browser: httpx.AsyncClient, link: MakeLink, preferences: ReadPreferences
) -> None:
    fields = urlencode(
        [("was", "categories/legal/email"), ("was", "categories/security/email"), ("on", "nobody/has/x")]
    )
    answer = await browser.post(await link(), content=fields, headers=FORM)
    assert answer.status_code == 200
    assert await preferences() == {}


async def test_a_link_within_a_tenant_is_about_that_tenant(
    browser: httpx.AsyncClient, link: MakeLink, store: Store, preferences: ReadPreferences
) -> None:
    await store("acme", TENANTS, name="Acme")
    page = await load(browser, await link(tenant="acme"))
    assert page.one("title").text == "Notification preferences · Acme"
    await submit(browser, preference_form(page), off=("//sms",))
    assert await preferences() == {"acme": {"kinds": {"sms": False}}}


async def test_a_link_to_unsubscribe_asks_first(
    browser: httpx.AsyncClient, link: MakeLink, preferences: ReadPreferences
) -> None:
    page = await load(browser, await link(Purpose.UNSUBSCRIBE, category="invoices"))
    asking, _ = page.all("form")
    assert page.one("h2", id="unsubscribe").text == "Unsubscribe from Invoices?"
    assert asking.one("button").text == "Unsubscribe"
    assert await preferences() == {}
    answer = await submit(browser, asking)
    assert answer.status_code == 200
    assert await preferences() == {"default": {"categories": {"invoices": False}}}


async def test_a_link_to_unsubscribe_from_what_is_required_says_that_it_cannot(
    browser: httpx.AsyncClient, link: MakeLink
) -> None:
    page = await load(browser, await link(Purpose.UNSUBSCRIBE, category="legal"))
    assert page.one("h2", id="unsubscribe").text == "Terms of service is required and cannot be turned off."
    assert len(page.all("form")) == 1


async def test_a_link_to_unsubscribe_from_a_workflow_leaves_the_others(
    browser: httpx.AsyncClient, link: MakeLink, preferences: ReadPreferences
) -> None:
    path = await link(Purpose.UNSUBSCRIBE, workflow="note")
    page = await load(browser, path)
    assert page.one("h2", id="unsubscribe").text == "Unsubscribe from Note?"
    await submit(browser, page.all("form")[0])
    assert await preferences() == {"default": {"workflows": {"note": False}}}
    assert (await load(browser, path)).one("h2", id="unsubscribe").text == "You are not subscribed to Note."


async def test_a_link_that_was_changed_in_one_letter_opens_nothing(browser: httpx.AsyncClient, link: MakeLink) -> None:
    path = await link()
    start = path.rindex("/") + 1
    for index in range(start, len(path)):
        other = "A" if path[index] != "A" else "B"
        answer = await browser.get(path[:index] + other + path[index + 1 :])
        assert answer.status_code == 404
        assert parse(answer.text).one("h1").text == "This link does not work any longer"


async def test_other_links_open_nothing(browser: httpx.AsyncClient, link: MakeLink, store: Store) -> None:
    await store("gone", TENANTS, name="Gone")
    for path in (
        await link(expires_at=datetime.now(UTC) - timedelta(seconds=2)),
        (await link(Purpose.INBOX)).replace("/inbox/", "/preferences/"),
        await link(tenant="nobody"),
    ):
        answer = await browser.get(path, headers={"accept-language": "de-CH, en;q=0.5"})
        assert answer.status_code == 404
        page = parse(answer.text)
        assert page.one("html").attributes == {"lang": "de", "dir": "ltr"}
        assert page.one("h1").text == "Dieser Link funktioniert nicht mehr"


async def test_a_form_of_another_site_is_refused(
    browser: httpx.AsyncClient, link: MakeLink, preferences: ReadPreferences
) -> None:
    headers = FORM | {"sec-fetch-site": "cross-site"}
    answer = await browser.post(await link(), content=urlencode({"was": "//sms"}), headers=headers)
    assert answer.status_code == 403
    assert await preferences() == {}


async def test_browsers_are_told_to_keep_and_tell_nothing(browser: httpx.AsyncClient, link: MakeLink) -> None:
    headers = (await browser.get(await link())).headers
    assert {name: headers[name] for name in ("cache-control", "referrer-policy", "x-content-type-options")} == {
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }
    directives = headers["content-security-policy"].split("; ")
    assert "default-src 'none'" in directives
    assert "frame-ancestors 'none'" in directives
    assert "unsafe" not in headers["content-security-policy"]


async def test_a_page_may_have_its_style_and_nothing_else_inline(
    browser: httpx.AsyncClient, link: MakeLink, store: Store
) -> None:
    await store("acme", TENANTS, branding={"primary_color": "#0f766e", "logo_url": "https://example.com/logo.svg"})
    answer = await browser.get(await link(tenant="acme"))
    page = parse(answer.text)
    (style,) = page.one("style").content
    assert isinstance(style, str)
    assert style.startswith(":root{--brand:#0f766e;")
    hashed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'self' 'sha256-{hashed}'" in answer.headers["content-security-policy"].split("; ")
    assert [each for each in page.below() if any(name.startswith(("style", "on")) for name in each.attributes)] == []
    assert page.one("img").attributes["src"] == "https://example.com/logo.svg"


async def test_origins_that_may_are_allowed_to_frame(
    browser: httpx.AsyncClient, link: MakeLink, pool: Pool, environment: Environment
) -> None:
    origins = ["https://app.example.com", "https://beta.example.com:8443"]
    await Environments(pool).change(environment.name, {"frame_origins": origins})
    policy = (await browser.get(await link())).headers["content-security-policy"]
    assert "frame-ancestors https://app.example.com https://beta.example.com:8443" in policy.split("; ")


async def test_static_files_are_kept_for_good(browser: httpx.AsyncClient, link: MakeLink) -> None:
    page = await load(browser, await link())
    answer = await browser.get(page.one("link", rel="stylesheet").attributes["href"] or "")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "{{ 7 * 7 }}", "\u202eevil", "👩‍🚀 ليلى", "x" * 10_000, "&amp; \"'"]
)
async def test_names_are_shown_as_text(browser: httpx.AsyncClient, link: MakeLink, store: Store, name: str) -> None:
    await store("ada", name=name)
    await store("acme", TENANTS, name=name)
    page = await load(browser, await link(tenant="acme"))
    assert page.one("span", **{"class": "whose"}).text == f"For {name}"
    assert page.one("header").text == name
    assert page.all("script") == []


@pytest.mark.parametrize("key", ["<script>", "a/b", "ü 👩‍🚀", "x" * 200, '"'])
async def test_any_key_of_a_category_can_be_chosen_about(
    browser: httpx.AsyncClient, link: MakeLink, store: Store, preferences: ReadPreferences, key: str
) -> None:
    page = await load(browser, await link(Purpose.UNSUBSCRIBE, category=key))
    assert page.one("h2", id="unsubscribe").text == f"Unsubscribe from {key}?"
    answer = await submit(browser, page.all("form")[0])
    assert answer.status_code == 200
    assert await preferences() == {"default": {"categories": {key: False}}}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"was=%ff", 400),
        (b"\xff", 400),
        (b"on=x&" * 20_001, 400),
        (b"on=" + b"x" * 50_000, 200),
        (b"on=%00", 200),
        (b"", 200),
    ],
)
async def test_bodies_that_are_no_forms_of_ours_change_nothing(
    browser: httpx.AsyncClient, link: MakeLink, preferences: ReadPreferences, body: bytes, status: int
) -> None:
    answer = await browser.post(await link(), content=body, headers=FORM)
    assert answer.status_code == status
    parse(answer.text)
    assert await preferences() == {}


async def test_a_form_that_is_too_long_is_refused_by_its_announcement(api: str, link: MakeLink) -> None:
    answer = Connection(api).ask("POST", await link(), headers=FORM, body=b"", announced=1_000_001)
    assert answer.status == 413
    parse(answer.body.decode())


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("DELETE", "/pages/preferences/x", 405),
        ("GET", "/pages/nothing", 404),
        ("GET", "/pages/preferences/%zz", 404),
        ("GET", "/pages/preferences/%00", 404),
        ("GET", "/pages/preferences/", 404),
        ("GET", "/static/pages.css", 404),
        ("GET", f"/pages/preferences/{'x' * 5_000}", 404),
    ],
)
async def test_other_requests_are_refused(browser: httpx.AsyncClient, method: str, path: str, status: int) -> None:
    assert (await browser.request(method, path)).status_code == status


async def test_what_a_channel_keeps_away_says_so(browser: httpx.AsyncClient, link: MakeLink) -> None:
    path = await link()
    await submit(browser, preference_form(await load(browser, path)), off=("//email",))
    page = await load(browser, path)
    [security, invoices, *_] = page.all("fieldset", **{"class": "row"})
    assert security.all("label")[0].text == "Email"
    assert [label.text for label in invoices.all("label")] == [
        "Email Off: this channel is turned off above.",
        "SMS",
        "Inbox",
    ]


async def test_the_history_says_that_the_person_wrote_by_a_link(
    browser: httpx.AsyncClient, link: MakeLink, pool: Pool, environment: Environment
) -> None:
    answer = await submit(browser, preference_form(await load(browser, await link())), off=("//sms",))
    rows = await pool.fetch(
        "SELECT key_id, request_id FROM addressee.changes WHERE environment_id = $1 AND edit = 'set_preferences'",
        environment.id,
    )
    assert [tuple(row) for row in rows] == [(None, f"link {answer.history[0].headers['x-request-id']}")]
