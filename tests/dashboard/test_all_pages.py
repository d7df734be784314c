"""All pages, of an environment with one of everything in which everything that can be written is hostile."""

from __future__ import annotations

import secrets
from collections import Counter
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from addressee.dashboard.cookies import NAME
from addressee.dashboard.pages import ROUTES
from addressee.dashboard.urls import environment_url
from addressee.dashboard.visits import FORM_TOKEN
from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.operators.model import Role
from addressee.operators.operators import Operators
from tests.dashboard.conftest import PASSWORD
from tests.dashboard.crawling import Crawled, crawl
from tests.http.conftest import new_inhabited
from tests.support.populated import TENANT, PopulatedEnvironment
from tests.support.refusals import USER
from tests.support.waiting import until

SCRIPT = "<script>alert(1)</script>"
MARKUP = f"{SCRIPT}<img src=x onerror=alert(2)>\"'`{{{{ 7 * 7 }}}}"
RIGHT_TO_LEFT = "\u202eمرحبا\u2069 🙂"
LONG = "long " * 10_000

MOST_BYTES = 200_000

# Pages that no link of an admin leads to here.
APART = {
    # Whoever is not signed in gets these.
    "dashboard.home.lead_to_dashboard",
    "dashboard.sign_in.show_sign_in",
    "dashboard.invitations.show_invitation",
    "dashboard.openid.lead_to_provider",
    "dashboard.openid.come_back",
    # No job is held.
    "dashboard.jobs.show_running_again",
    "dashboard.jobs.show_discarding",
    "dashboard.home.find_nothing",
}

# More than a profile shows at once.
SUBSCRIPTIONS = 12

HOSTILE_PROPERTIES: dict[str, Any] = {
    "name": f"{MARKUP} {RIGHT_TO_LEFT}",
    "email": "ada@example.com",
    "phone_number": "+4915112345678",
    SCRIPT: MARKUP,
    RIGHT_TO_LEFT: RIGHT_TO_LEFT,
    "long": LONG,
    "list": [MARKUP, {SCRIPT: [None, True, 1.5, []]}],
}

MERGED = f"{SCRIPT} was merged"
IDS = (SCRIPT, "a/b?c=d&e#f %25", RIGHT_TO_LEFT, "x" * 200, "...")


async def make_hostile(api: str, populated: PopulatedEnvironment) -> None:
    """Writes hostile names and properties everywhere, by the API, and has them sent."""
    key = {"authorization": f"Bearer {populated.secret_key}"}
    async with httpx.AsyncClient(base_url=api, headers=key, timeout=60) as client:

        async def send(path: str, body: Any) -> None:
            (await client.post(path, json=body)).raise_for_status()

        users = [{"id": id, **HOSTILE_PROPERTIES} for id in (USER, *IDS)]
        await send("/v1/users/bulk/identify", {"users": users})
        things = [{"id": id, **HOSTILE_PROPERTIES} for id in IDS]
        await send(f"/v1/objects/{quote(SCRIPT, safe='')}/bulk/set", {"objects": things})
        await send("/v1/tenants/bulk/set", {"tenants": [{"id": id, "name": MARKUP} for id in (TENANT, *IDS)]})
        numbered = [{"id": str(number)} for number in range(SUBSCRIPTIONS)]
        await send("/v1/objects/projects/bulk/set", {"objects": numbered})
        for number in range(SUBSCRIPTIONS):
            await send(f"/v1/objects/projects/{number}/subscriptions", {"recipients": [USER]})
        await send("/v1/users/bulk/identify", {"users": [{"id": MERGED, **HOSTILE_PROPERTIES}]})
        await send(f"/v1/users/{USER}/merge", {"from_user_id": MERGED})
        trigger = {"recipients": [USER, *IDS], "data": {"text": MARKUP, SCRIPT: LONG}, "tenant": TENANT}
        await send("/v1/workflows/welcome/trigger", trigger)

        async def is_sent() -> bool:
            found = (await client.get("/v1/messages", params={"page_size": 50})).json()["items"]
            return {SCRIPT} <= {message["recipient"] for message in found if isinstance(message["recipient"], str)}

        await until(is_sent, 30)


@pytest.fixture(scope="module")
async def hostile(api: str, worker: None, pool: Pool, installation: Installation) -> PopulatedEnvironment:
    populated = await new_inhabited(api, pool, installation)
    await make_hostile(api, populated)
    return populated


@pytest.fixture(scope="module")
async def pages(api: str, pool: Pool, installation: Installation, hostile: PopulatedEnvironment) -> list[Crawled]:
    """All pages that links lead an admin to."""
    operators = Operators(pool, Sealer(installation.master_key()))
    email = f"grace-{secrets.token_hex(6)}@example.org"
    await operators.accounts.add(email, MARKUP, {hostile.id: Role.ADMIN}, PASSWORD)
    (operator,) = [each for each in await operators.accounts.list() if each.email == email]
    token = await operators.sessions.begin(operator, "2001:db8::1", MARKUP)
    async with httpx.AsyncClient(
        base_url=api, cookies={NAME: token or ""}, follow_redirects=True, timeout=60
    ) as browser:
        starts = [
            environment_url(hostile.name),
            environment_url(hostile.name, "users", USER),
            environment_url(hostile.name, "workflows", "welcome", "test", person=SCRIPT),
            *[environment_url(hostile.name, "users", id) for id in IDS],
        ]
        return await crawl(browser, *starts)


def test_each_page_is_reached_by_links(pages: list[Crawled]) -> None:
    shown = {route.name for route in ROUTES if route.show is not None}
    assert sorted(shown - {page.route.name for page in pages} - APART) == []


def test_no_page_is_large(pages: list[Crawled]) -> None:
    sizes = {page.path: len(page.answer.content) for page in pages if not page.is_framed}
    assert {path: size for path, size in sizes.items() if size > MOST_BYTES} == {}


def documents(pages: list[Crawled]) -> list[Crawled]:
    return [
        page for page in pages if page.answer.headers["content-type"].startswith("text/html") and not page.is_framed
    ]


def test_what_others_wrote_is_text(pages: list[Crawled]) -> None:
    """No element and no attribute comes from what is shown."""
    for page in documents(pages):
        for element in page.document.below():
            names = set(element.attributes)
            assert not {name for name in names if name.startswith("on")} | (names & {"style"}), page.path
            if element.name == "script":
                assert (element.attributes["src"] or "").startswith("/static/"), page.path
                assert element.content == [], page.path
            for name in ("src", "href", "action", "data"):
                target = element.attributes.get(name) or "/"
                assert target.startswith(("/", "#", "?", "data:image/", "otpauth:")), (page.path, name, target)
                assert not target.startswith("//"), (page.path, target)


def test_templates_evaluate_nothing_that_others_wrote(pages: list[Crawled]) -> None:
    assert [page.path for page in documents(pages) if "onerror=alert(2)>\"'`49" in page.answer.text] == []


def test_each_page_has_a_title_and_one_heading(pages: list[Crawled]) -> None:
    for page in documents(pages):
        assert page.document.one("head").one("title").text.removesuffix("Addressee"), page.path
        assert len(page.document.all("h1")) == 1, page.path


def test_no_id_stands_twice_on_a_page(pages: list[Crawled]) -> None:
    for page in documents(pages):
        ids = Counter(each.attributes["id"] for each in page.document.below() if "id" in each.attributes)
        assert [id for id, count in ids.items() if count > 1] == [], page.path


def test_each_form_that_changes_something_has_the_token(pages: list[Crawled]) -> None:
    for page in documents(pages):
        for form in page.document.all("form", method="post"):
            assert form.all("input", name=FORM_TOKEN), (page.path, form.attributes["action"])
