"""The inbox of SuprSend's components (realtime-suprsend.md §4), as their SDK calls it."""

from __future__ import annotations

import json
import random
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.dialects.suprsend.routes.feeds import routes
from addressee.directory.access.environments import Environments
from addressee.directory.access.keys import Keys
from addressee.messaging.workflows.configuration import read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from tests.conftest import Environment
from tests.dialects.suprsend.client_filter import belongs
from tests.messaging.office import write_files
from tests.support.signing import sign, use_shared_key
from tests.support.waiting import eventually

STEP = "{ref: feed%d, channel: in-app, template: {body: '%s', action_url: 'https://app.example/{{ data.n }}'}}"
FEED = f"steps: [{STEP % (1, '**Number** {{ data.n }}')}]"
FILES = {
    "channels/in-app.yaml": "type: in_app_feed",
    "workflows/plain.yaml": FEED,
    "workflows/sale.yaml": f"categories: [promotional]\ntags: [shop, weekly]\n{FEED}",
    "workflows/order.yaml": f"categories: [transactional, shopping]\ntags: [shop]\n{FEED}",
    "workflows/digest.yaml": f"categories: [promotional]\ntags: [weekly]\n{FEED}",
    "workflows/fifty.yaml": f"steps: [{', '.join(STEP % (number, number) for number in range(50))}]",
}
WORKFLOWS = ("plain", "sale", "order", "digest")


class Browser:
    """A client that acts for a user within a tenant."""

    def __init__(self, client: httpx.Client, user: str = "ada", tenant: str | None = None) -> None:
        self.client = client
        self.whose = {"distinct_id": user} | ({} if tenant is None else {"tenant_id": tenant})

    def call(self, method: str, path: str, body: object = None, **query: object) -> httpx.Response:
        written = {name: value if isinstance(value, str | int) else json.dumps(value) for name, value in query.items()}
        return self.client.request(method, f"/v1/feed/{path}", params={**self.whose, **written}, json=body)

    def get(self, path: str, **query: object) -> Any:
        answer = self.call("GET", path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def page(self, **query: object) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("notifications", **query)["results"]
        return found

    def all(self, **query: object) -> list[dict[str, Any]]:
        """All pages, as the client appends them."""
        found: list[dict[str, Any]] = []
        while True:
            last = [found[-1]["is_pinned"], found[-1]["created_on"]] if found else []
            answer = self.get("notifications", search_after=last, **query)
            found += answer["results"]
            if not answer["meta"]["has_more"]:
                return found

    def counts(self, *stores: dict[str, Any]) -> Any:
        return self.get("notifications_count", **({"stores": list(stores)} if stores else {}))

    def mark(self, id: str, action: str) -> None:
        answer = self.call("PATCH", f"notifications/{id}/{action}", {})
        assert (answer.status_code, answer.json()) == (200, {"status": "success"})


@pytest.fixture
async def client(
    api: str,
    pool: Pool,
    installation: Installation,
    environment: Environment,
    keys: Keys,
    worker: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[httpx.Client]:
    """With the public key alone, as an environment without enhanced security takes it."""
    configuration = read_configuration(write_files(tmp_path_factory.mktemp("pushed"), FILES), {})
    await deploy(pool, Sealer(installation.master_key()), environment.id, configuration, datetime.now(UTC))
    public = await keys.create(environment.name, "public")
    headers = {"authorization": public.key}
    with httpx.Client(base_url=api, headers=headers, timeout=30, verify=False) as client:
        yield client


@pytest.fixture
def browser(client: httpx.Client, rest: httpx.Client) -> Browser:
    assert rest.post("/v1/user/ada/", json={}).is_success
    return Browser(client)


def tell(rest: httpx.Client, workflow: str = "plain", n: int = 0, tenant: str | None = None) -> None:
    body = {"workflow": workflow, "recipients": [{"distinct_id": "ada"}], "data": {"n": n}, "tenant_id": tenant}
    answer = rest.post("/trigger/", json=body)
    assert answer.is_success, answer.text


def tell_and_wait(browser: Browser, rest: httpx.Client, *workflows: str) -> list[dict[str, Any]]:
    """Returns the notifications, oldest first."""
    before = len(browser.page())
    for n, workflow in enumerate(workflows):
        tell(rest, workflow, n)
        eventually(lambda n=n: len(browser.page()) == before + n + 1)  # type: ignore[misc]
    return browser.page()[::-1]


def test_a_notification_has_all_that_components_show(browser: Browser, rest: httpx.Client) -> None:
    before = time.time() * 1000
    [shown] = tell_and_wait(browser, rest, "order")
    assert before - 1000 < shown.pop("created_on") < time.time() * 1000 + 1000
    assert shown == {
        "n_id": shown["n_id"],
        "n_category": "transactional",
        "seen_on": None,
        "read_on": None,
        "interacted_on": None,
        "archived": False,
        "tags": ["shop"],
        "expiry": None,
        "is_expiry_visible": False,
        "is_pinned": False,
        "can_user_unpin": False,
        "message": {
            "schema": "1",
            "header": None,
            "text": "**Number** 0",
            "url": "https://app.example/0",
            "open_in_new_tab": False,
            "extra_data": None,
            "actions": [],
            "avatar": {"avatar_url": None, "action_url": None},
            "subtext": {"text": None, "action_url": None},
        },
    }
    assert browser.get(f"notifications/{shown['n_id']}")["message"] == shown["message"]


def test_marks_are_as_clients_assume_them(browser: Browser, rest: httpx.Client) -> None:
    [shown] = tell_and_wait(browser, rest, "plain")
    id = shown["n_id"]

    def state() -> tuple[bool, bool, bool, bool]:
        found = browser.get(f"notifications/{id}")
        return (*(found[each] is not None for each in ("seen_on", "read_on", "interacted_on")), found["archived"])

    expected = {
        "seen": (True, False, False, False),
        "read": (True, True, False, False),
        "unread": (True, False, False, False),
        "interacted": (True, True, True, False),
        "archive": (True, True, True, True),
    }
    assert state() == (False, False, False, False)
    for action, then in expected.items():
        browser.mark(id, action)
        first = browser.get(f"notifications/{id}")
        browser.mark(id, action)
        assert browser.get(f"notifications/{id}") == first
        assert state() == then
    assert browser.page() == []
    assert [each["n_id"] for each in browser.page(store={"store_id": "a", "query": {"archived": True}})] == [id]


@pytest.mark.parametrize("action", ["read", "interacted"])
def test_who_reads_has_seen(browser: Browser, rest: httpx.Client, action: str) -> None:
    [shown] = tell_and_wait(browser, rest, "plain")
    browser.mark(shown["n_id"], action)
    [shown] = browser.page()
    assert shown["seen_on"] == shown["read_on"] is not None


def test_several_are_seen_at_once(browser: Browser, rest: httpx.Client) -> None:
    first, second, _ = tell_and_wait(browser, rest, "plain", "plain", "plain")
    ids = [first["n_id"], second["n_id"], "unknown"]
    answer = browser.call("POST", "bulk/notifications/seen", {"notification_ids": ids})
    assert (answer.status_code, answer.json()) == (200, {"status": "success"})
    assert [each["seen_on"] is not None for each in browser.page()] == [False, True, True]


def test_the_badge_is_what_came_since_the_bell_was_reset(browser: Browser, rest: httpx.Client) -> None:
    assert browser.counts() == {"badge": 0}
    [first] = tell_and_wait(browser, rest, "plain")
    browser.mark(first["n_id"], "read")
    assert browser.counts() == {"badge": 1}
    assert browser.call("PATCH", "reset_bell_count", {}).json() == {"status": "success"}
    assert browser.counts() == {"badge": 0}
    tell_and_wait(browser, rest, "plain")
    assert browser.counts() == {"badge": 1}
    assert [each["seen_on"] is None for each in browser.page()] == [True, False]


def test_all_is_read_at_once(browser: Browser, rest: httpx.Client) -> None:
    tell_and_wait(browser, rest, "plain", "sale")
    assert browser.call("PATCH", "mark_all_read", {}).json() == {"status": "success"}
    assert all(each["read_on"] and each["seen_on"] for each in browser.page())
    assert browser.counts({"store_id": "all", "query": {}}) == {"badge": 0, "all": 0}


def test_each_tenant_has_an_inbox(browser: Browser, client: httpx.Client, rest: httpx.Client) -> None:
    acme = Browser(client, tenant="ACME")
    tell(rest, n=1, tenant="acme")
    eventually(lambda: len(acme.page()) == 1)
    [theirs] = acme.page()
    assert (browser.page(), browser.counts()) == ([], {"badge": 0})
    assert acme.counts() == {"badge": 1}
    for method, path in (("GET", ""), ("PATCH", "/read")):
        answer = browser.call(method, f"notifications/{theirs['n_id']}{path}")
        assert (answer.status_code, answer.json()["error"]["type"]) == (404, "not_found")
    assert browser.call("PATCH", "mark_all_read", {}).is_success
    assert acme.page() == [theirs]


def test_250_notifications_of_a_second_page_exactly_once(browser: Browser, rest: httpx.Client) -> None:
    for _ in range(5):
        tell(rest, "fifty")
    eventually(lambda: browser.get("notifications")["meta"]["total_count"] == 250)
    found = browser.all(page_size=100)
    assert len({each["n_id"] for each in found}) == len(found) == 250
    times = [each["created_on"] for each in found]
    assert times == sorted(set(times), reverse=True)
    assert browser.counts() == {"badge": 250}


def test_stores_have_what_clients_put_there(browser: Browser, rest: httpx.Client) -> None:
    """200 random items: the server's filter is the client's own, and so are its counts."""
    chance = random.Random(20)
    for n in range(200):
        tell(rest, chance.choice(WORKFLOWS), n)
    eventually(lambda: browser.get("notifications")["meta"]["total_count"] == 200, 60)
    for item in browser.all(page_size=100):
        for action in chance.sample(("seen", "read", "archive"), chance.choice((0, 0, 1, 2))):
            browser.mark(item["n_id"], action)
    everything = browser.all(page_size=100) + browser.all(page_size=100, store=store_of(archived=True))
    assert len(everything) == 200
    stores = [random_store(chance, number) for number in range(40)]
    counts = browser.counts(*stores)
    for store in [None, *stores]:
        expected = [each for each in everything if belongs(each, store)]
        given = {} if store is None else {"store": store}
        found = browser.all(page_size=50, **given)
        assert found == sorted(expected, key=lambda each: each["created_on"], reverse=True), store
        assert browser.get("notifications", **given)["meta"]["total_count"] == len(expected), store
        if store is not None:
            assert counts[store["store_id"]] == sum(each["read_on"] is None for each in expected), store


def store_of(name: str = "some", **query: object) -> dict[str, Any]:
    return {"store_id": name, "query": query}


def random_store(chance: random.Random, number: int) -> dict[str, Any]:
    query: dict[str, object] = {
        "tags": {"or": chance.sample(("shop", "weekly", "unknown"), chance.choice((0, 0, 1, 2)))},
        "categories": {"or": chance.sample(("promotional", "transactional", "shopping"), chance.choice((0, 0, 1, 2)))},
    }
    for name in ("read", "archived"):
        if chance.random() < 0.6:
            query[name] = chance.random() < 0.5
    return store_of(f"store {number}", **query)


def test_no_success_has_a_foreign_status(browser: Browser, rest: httpx.Client) -> None:
    """Clients would take it for the outcome (§6.7): every route, as it answers."""
    [shown] = tell_and_wait(browser, rest, "plain")
    for operation in routes:
        path = operation.path.removeprefix("/v1/feed/").rstrip("/").format(n_id=shown["n_id"])
        body: object = {"GET": None, "PATCH": {}, "POST": {"notification_ids": []}}[operation.method]
        answer = browser.call(operation.method, path, body)
        assert answer.status_code == 200, operation.path
        assert answer.json().get("status", "success") == "success"
        assert answer.headers["content-type"].startswith("application/json")
    refused = browser.call("GET", "notifications_count", stores=[store_of("status")])
    assert (refused.status_code, refused.json()["status"]) == (400, "error")
    assert refused.json()["error"]["message"] == "A store cannot have the store_id status; give it another."


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("notifications", {"page_size": "many"}),
        ("notifications", {"store": "{"}),
        ("notifications", {"store": {"query": {}}}),
        ("notifications", {"store": store_of(read="yes")}),
        ("notifications", {"store": store_of(tags=["shop"])}),
        ("notifications", {"store": store_of(tags={"or": ["\0"]})}),
        ("notifications", {"search_after": "yesterday"}),
        ("notifications", {"search_after": [False]}),
        ("notifications", {"search_after": [False, "1"]}),
        ("notifications", {"search_after": [False, 10**20]}),
        ("notifications_count", {"stores": store_of()}),
        ("notifications_count", {"stores": [store_of("badge")]}),
        ("notifications_count", {"stores": [store_of(str(number)) for number in range(51)]}),
    ],
)
def test_what_cannot_be_asked_for_is_refused(browser: Browser, path: str, query: dict[str, object]) -> None:
    answer = browser.call("GET", path, **query)
    assert (answer.status_code, answer.json()["status"]) == (400, "error")
    [name] = query
    assert name in answer.json()["detail"]


def test_a_notification_that_there_is_not(browser: Browser) -> None:
    for method, path in (("GET", ""), *(("PATCH", f"/{each}") for each in ("seen", "read", "unread", "archive"))):
        answer = browser.call(method, f"notifications/unknown{path}")
        assert answer.status_code == 404
        assert answer.json()["error"] == {"type": "not_found", "message": "notification 'unknown' not found"}


def test_an_inbox_is_empty_before_anything_is_there(client: httpx.Client, browser: Browser) -> None:
    for someone in (browser, Browser(client, "nobody")):
        assert someone.get("notifications") == {"results": [], "meta": {"total_count": 0, "has_more": False}}
        assert someone.counts(store_of("some")) == {"badge": 0, "some": 0}
        for path in ("reset_bell_count", "mark_all_read"):
            assert someone.call("PATCH", path, {}).is_success


async def test_in_enhanced_security_the_token_says_whose_it_is(
    browser: Browser, client: httpx.Client, pool: Pool, environment: Environment
) -> None:
    private = await use_shared_key(pool, environment.name, "ES256")
    await Environments(pool).change(environment.name, {"enhanced_security": True})
    now = int(time.time())

    def statuses(**claims: object) -> dict[str, int]:
        """What Ada is answered with such a token: in her inbox, in that of a tenant, and in Bob's."""
        token = sign({"entity_type": "subscriber", "entity_id": "ada", "exp": now + 60, **claims}, private, "ES256")
        client.headers["x-ss-signature"] = token
        asked = {"own": browser, "acme": Browser(client, tenant="acme"), "bob": Browser(client, "bob")}
        return {name: each.call("GET", "notifications").status_code for name, each in asked.items()}

    eventually(lambda: browser.call("GET", "notifications").status_code == 401)
    assert statuses() == {"own": 200, "acme": 200, "bob": 403}
    assert statuses(scope={"tenant_id": "acme"}) == {"own": 403, "acme": 200, "bob": 403}
    assert statuses(exp=now - 60) == {"own": 401, "acme": 401, "bob": 401}
    refused = browser.call("PATCH", "mark_all_read", {}).json()
    assert refused["error"] == {"type": "authentication_error", "message": "The user token has expired."}


def test_browsers_may_call_from_any_page(client: httpx.Client) -> None:
    asked = {
        "origin": "https://app.example.com",
        "access-control-request-method": "PATCH",
        "access-control-request-headers": "authorization,content-type,x-ss-signature",
    }
    answer = client.options("/v1/feed/mark_all_read", headers=asked)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert {"GET", "POST", "PATCH"} <= set(answer.headers["access-control-allow-methods"].split(", "))
    allowed = {name.lower() for name in answer.headers["access-control-allow-headers"].split(", ")}
    assert {"authorization", "content-type", "x-ss-signature"} <= allowed
