"""What browsers post to `/v2/event` with a public key, in the web SDK's own form (realtime-suprsend.md §5)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from addressee.database.pool import Pool
from addressee.directory.access.environments import Environments
from addressee.directory.access.keys import Keys
from addressee.messaging.triggers.batches import KEY_PREFIX
from tests.channels.cases.web_push import KEYS
from tests.conftest import Environment
from tests.dialects.suprsend.clients import client_of, edit, identify, made, secure, token_of, track
from tests.dialects.suprsend.test_workflows import accepted_runs

BASKET = "Basket left"
LAPTOP = {"endpoint": "https://push.example.com/laptop", "expirationTime": None, "keys": KEYS}


@pytest.fixture
async def public_key(keys: Keys, environment: Environment) -> str:
    return (await keys.create(environment.name, "public")).key


@pytest.fixture
def browser(api: str, public_key: str) -> Iterator[httpx.Client]:
    """In an environment without enhanced security."""
    with client_of(api, public_key) as client:
        yield client


def post(client: httpx.Client, record: dict[str, Any]) -> dict[str, Any]:
    answer = client.post("/v2/event", json=record)
    assert answer.status_code == 202, answer.text
    body: dict[str, Any] = answer.json()
    assert body == {"status": "success", "message_id": body["message_id"]}
    return body


def refused(client: httpx.Client, record: Any) -> tuple[int, str]:
    answer = client.post("/v2/event", json=record)
    body = answer.json()
    assert body["status"] == "error"
    return answer.status_code, body["error"]["message"]


def profile(rest: httpx.Client, user: str = "ada") -> dict[str, Any]:
    shown: dict[str, Any] = rest.get(f"/v1/user/{user}/").json()
    return shown


def properties(rest: httpx.Client) -> dict[str, Any]:
    """What was written, but for the time when the user was created."""
    return {name: value for name, value in profile(rest)["properties"].items() if name != "created_at"}


class TestIdentify:
    def test_it_creates_the_user(self, browser: httpx.Client, rest: httpx.Client) -> None:
        post(browser, identify())
        assert profile(rest)["distinct_id"] == "ada"
        post(browser, edit(set={"plan": "pro"}))
        post(browser, identify())
        assert properties(rest) == {"plan": "pro"}

    async def test_it_happens_once(
        self, browser: httpx.Client, pool: Pool, environment: Environment, pushed: object
    ) -> None:
        """Workflows may listen to it."""
        record = identify()
        assert post(browser, record) == post(browser, record)
        assert [run["workflow"] for run in await accepted_runs(pool, environment)] == ["event-identify"]
        assert post(browser, identify()) != post(browser, record)

    @pytest.mark.parametrize("properties", [None, {}, {"$identified_id": ""}, {"$identified_id": {}}, []])
    def test_it_must_name_somebody(self, browser: httpx.Client, properties: Any) -> None:
        assert refused(browser, {"event": "$identify", **made(), "properties": properties})[0] == 400

    def test_a_path_with_a_slash_is_the_same(self, browser: httpx.Client) -> None:
        assert browser.post("/v2/event/", json=identify()).status_code == 202


class TestTrack:
    async def test_it_starts_the_workflows_that_listen(
        self, browser: httpx.Client, pool: Pool, environment: Environment, pushed: object
    ) -> None:
        post(browser, identify("bob"))
        post(browser, track(BASKET, "bob", item="a hat"))
        runs = await accepted_runs(pool, environment)
        assert sorted(run["workflow"] for run in runs) == ["event-basket", "event-identify"]

    async def test_a_key_is_the_users_own(
        self, browser: httpx.Client, rest: httpx.Client, pool: Pool, environment: Environment, pushed: object
    ) -> None:
        """Nobody can take the place of what a server or somebody else does under a key, by using the key before."""
        events = [{**track(BASKET, user), "$insert_id": "order-1"} for user in ("ada", "bob")]
        first, other = (post(browser, event)["message_id"] for event in events)
        assert post(browser, events[0])["message_id"] == first
        by_server = rest.post("/v2/event/", json=events[0] | {"$idempotency_key": "order-1"}).json()["message_id"]
        assert len({first, other, by_server}) == 3
        assert len(await accepted_runs(pool, environment)) == 3
        keys = await pool.fetch(
            "SELECT key FROM addressee.receipts WHERE environment_id = $1 ORDER BY key", environment.id
        )
        assert [row["key"].removeprefix(KEY_PREFIX) for row in keys] == [
            "order-1",
            "user\nada\norder-1",
            "user\nbob\norder-1",
        ]

    def test_files_are_attached_by_servers_only(self, browser: httpx.Client) -> None:
        properties = {"$attachments": [{"filename": "a.pdf", "data": "AAAA"}]}
        assert refused(browser, track(BASKET) | {"properties": properties}) == (
            400,
            "Files are attached by servers only.",
        )

    @pytest.mark.parametrize(
        ("record", "message"),
        [
            ([], "The body must be a JSON object."),
            ({"event": {}, "distinct_id": "ada"}, "event"),
            ({"event": "$mine", "distinct_id": "ada"}, "Names of events that start with $ or ss_ are reserved"),
            ({"event": BASKET}, "distinct_id must be a text of 1 to 255 characters."),
            ({}, "distinct_id must be a text of 1 to 255 characters."),
            ({"distinct_id": "ada"}, "An edit has $user_operations, an event has a name under event."),
            ({"distinct_id": "ada", "$unset": {"a": 1}}, "$unset must be a list of keys."),
            ({"distinct_id": "ada", "$set": []}, "$set must be an object."),
        ],
    )
    def test_errors_say_what_is_wrong(self, browser: httpx.Client, record: Any, message: str) -> None:
        status, said = refused(browser, record)
        assert status == 400
        assert message in said


class TestEdits:
    def test_each_operation(self, browser: httpx.Client, rest: httpx.Client) -> None:
        post(browser, edit(set={"plan": "pro", "visits": 1, "gone": True}))
        post(browser, edit(set_once={"plan": "free", "source": "ad"}))
        post(browser, edit(add={"visits": 2}))
        post(browser, edit(append={"wishes": "hat"}))
        post(browser, edit(append={"wishes": "scarf"}))
        post(browser, edit(remove={"wishes": "hat"}))
        post(browser, edit(unset=["gone"]))
        assert properties(rest) == {"plan": "pro", "visits": 3, "source": "ad", "wishes": ["scarf"]}

    def test_one_that_is_repeated_applies_once(self, browser: httpx.Client, rest: httpx.Client) -> None:
        record = edit(add={"visits": 1})
        for _ in range(3):
            post(browser, record)
        assert properties(rest) == {"visits": 1}

    def test_channels_are_added_and_taken_away(self, browser: httpx.Client, rest: httpx.Client) -> None:
        slack = {"email": "ada@example.com", "access_token": "xoxb-1"}
        teams = {"tenant_id": "t", "service_url": "https://smba.trafficmanager.net/emea/", "conversation_id": "c"}
        added = {
            "$email": "ada@example.com",
            "$sms": "+351912345678",
            "$whatsapp": "+351912345678",
            "$slack": slack,
            "$ms_teams": teams,
        }
        for channel, value in added.items():
            post(browser, edit(append={channel: value}))
        assert {name for name in profile(rest) if name in added} == set(added)
        for channel, value in added.items():
            post(browser, edit(remove={channel: value}))
        assert added.keys() & profile(rest).keys() == set()

    def test_language_and_time_zone(self, browser: httpx.Client, rest: httpx.Client) -> None:
        chosen = {"$preferred_language": "pt", "$timezone": "Europe/Lisbon"}
        for key, value in chosen.items():
            post(browser, edit(set={key: value}))
        assert properties(rest) == chosen

    def test_what_is_passed_over_does_not_fail_the_rest(self, browser: httpx.Client, rest: httpx.Client) -> None:
        post(browser, edit(set={"$mine": 1, "plan": "pro"}))
        assert properties(rest) == {"plan": "pro"}


class TestWebPush:
    def test_a_browser_registers_as_often_as_it_likes(self, browser: httpx.Client, rest: httpx.Client) -> None:
        for device in ("d-1", "d-1", "d-2"):
            post(browser, edit(append={"$webpush": LAPTOP, "$id_provider": "vapid", "$device_id": device}))
        [shown] = profile(rest)["$webpush"]
        assert (shown["value"]["endpoint"], shown["id_provider"], shown["device_id"], shown["status"]) == (
            "https://push.example.com/laptop",
            "vapid",
            "d-2",
            "active",
        )

    async def test_new_keys_of_a_browser_replace_the_old_ones(
        self, browser: httpx.Client, pool: Pool, environment: Environment
    ) -> None:
        for auth in ("b2xkb2xkb2xkb2xkb2xkbw", KEYS["auth"]):
            subscription = {**LAPTOP, "keys": {**KEYS, "auth": auth}}
            post(browser, edit(append={"$webpush": subscription, "$id_provider": "vapid", "$device_id": "d-1"}))
        addresses = await pool.fetchval(
            "SELECT addresses FROM addressee.recipients WHERE environment_id = $1 AND id = 'ada'", environment.id
        )
        assert [address["value"]["keys"] for address in json.loads(addresses)] == [KEYS]

    def test_it_is_removed(self, browser: httpx.Client, rest: httpx.Client) -> None:
        subscription = {"$webpush": LAPTOP, "$id_provider": "vapid", "$device_id": "d-1"}
        post(browser, edit(append=subscription))
        post(browser, edit(remove=subscription))
        assert "$webpush" not in profile(rest)

    def test_it_leaves_who_used_the_browser_before(self, browser: httpx.Client, rest: httpx.Client) -> None:
        subscription = {"$webpush": LAPTOP, "$id_provider": "vapid", "$device_id": "d-1"}
        post(browser, edit("bob", append=subscription))
        post(browser, edit("ada", append=subscription))
        assert "$webpush" not in profile(rest, "bob")
        assert len(profile(rest, "ada")["$webpush"]) == 1


class TestEnhancedSecurity:
    @pytest.fixture
    async def signing_key(self, pool: Pool, environment: Environment) -> str:
        return await secure(pool, environment.name)

    @pytest.fixture
    def ada(self, api: str, public_key: str, signing_key: str) -> Iterator[httpx.Client]:
        with client_of(api, public_key, token_of(signing_key)) as client:
            yield client

    RECORDS = (identify, lambda user: track(BASKET, user), lambda user: edit(user, set={"plan": "pro"}))

    @pytest.mark.parametrize("record", RECORDS)
    def test_a_client_acts_for_its_own_user(self, ada: httpx.Client, rest: httpx.Client, record: Any) -> None:
        post(ada, record("ada"))
        assert refused(ada, record("bob")) == (
            403,
            "The user token is another user's: its entity_id must be the distinct_id.",
        )
        assert rest.get("/v1/user/bob/").status_code == 404

    @pytest.mark.parametrize("record", RECORDS)
    def test_a_token_is_needed(self, api: str, public_key: str, signing_key: str, record: Any) -> None:
        with client_of(api, public_key) as client:
            assert refused(client, record("ada")) == (401, "This environment needs a user token: x-ss-signature.")
        with client_of(api, public_key, token_of(signing_key, seconds=-60)) as client:
            assert refused(client, record("ada")) == (401, "The user token has expired.")

    def test_a_scope_lets_its_user_be_identified(self, api: str, public_key: str, signing_key: str) -> None:
        """A record that names no tenant is about the user as a whole; one that names another tenant is refused."""
        with client_of(api, public_key, token_of(signing_key, scope={"tenant_id": "acme"})) as client:
            for record in self.RECORDS:
                post(client, record("ada"))
            post(client, track(BASKET) | {"tenant_id": "Acme"})
            for named in (track(BASKET), edit(set={"role": "owner"})):
                assert refused(client, named | {"tenant_id": "globex"}) == (
                    403,
                    "The user token is for another tenant: its scope.tenant_id must be the tenant_id.",
                )

    async def test_a_scope_may_be_required(
        self, api: str, public_key: str, signing_key: str, pool: Pool, environment: Environment
    ) -> None:
        await Environments(pool).change(environment.name, {"require_tenant_scope": True})
        with client_of(api, public_key, token_of(signing_key)) as client:
            assert refused(client, identify())[0] == 403
        with client_of(api, public_key, token_of(signing_key, scope={"tenant_id": "acme"})) as client:
            post(client, identify())

    @pytest.mark.parametrize("name", ["$notification_delivered", "$notification_clicked", "$notification_dismiss"])
    def test_service_workers_have_no_token(self, api: str, public_key: str, signing_key: str, name: str) -> None:
        with client_of(api, public_key) as worker:
            for properties in ({"id": "2" * 27, "label_id": ""}, {}, None, {"id": 1}):
                post(worker, {"event": name, "$time": 1, "properties": properties})


class TestKeys:
    @pytest.mark.parametrize("kind", ["secret", "api", "workspace"])
    async def test_only_public_keys_come_without_a_scheme(
        self, api: str, keys: Keys, environment: Environment, kind: str
    ) -> None:
        with client_of(api, (await keys.create(environment.name, kind)).key) as client:
            assert refused(client, identify())[0] == 401

    async def test_a_public_key_opens_nothing_of_servers(self, browser: httpx.Client) -> None:
        record = track(BASKET)
        for path, body in (
            ("/v2/bulk/event/", [record]),
            ("/event/", edit(set={"a": 1})),
            ("/trigger/", {"workflow": "welcome", "recipients": ["ada"]}),
            ("/v1/user/ada/", {"plan": "pro"}),
        ):
            answer = browser.post(path, json=body)
            assert (answer.status_code, answer.json()["status"]) == (401, "error")
        assert browser.get("/v1/user/ada/").status_code == 401

    def test_any_page_may_ask(self, browser: httpx.Client) -> None:
        for path in ("/v2/event", "/v2/subscriber/ada/category/news", "/v2/subscriber/ada/full_preference/?locale=en"):
            answer = browser.options(
                path,
                headers={
                    "origin": "https://app.example.com",
                    "access-control-request-method": "PATCH",
                    "access-control-request-headers": "authorization,content-type,x-ss-signature",
                },
            )
            assert answer.status_code == 204
            allowed = answer.headers["access-control-allow-headers"].lower().replace(" ", "").split(",")
            assert {"authorization", "content-type", "x-ss-signature"} <= set(allowed)
            methods = answer.headers["access-control-allow-methods"].replace(" ", "").split(",")
            assert {"GET", "POST", "PATCH"} <= set(methods)
            assert answer.headers["access-control-allow-origin"] == "*"
