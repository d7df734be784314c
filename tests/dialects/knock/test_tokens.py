"""Public keys, user tokens and enhanced security mode (knock.md §1.2–§1.4)."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from knockapi import Knock

from addressee.api.operation import Operation
from addressee.database.pool import Pool
from addressee.dialects.knock import KNOCK
from addressee.directory.access.environments import Environments
from addressee.directory.access.keys import Keys
from tests.conftest import Environment
from tests.dialects.knock.test_workflows import Pushed, wait_for_messages
from tests.support.routes import title
from tests.support.signing import sign, use_shared_key

HOST = "https://api.knock.app"


@pytest.fixture
def browser(api: str, public_key: str) -> httpx.Client:
    return httpx.Client(base_url=api, headers={"authorization": f"Bearer {public_key}"}, verify=False)


@pytest.fixture
async def signing_key(pool: Pool, environment: Environment) -> str:
    """Enhanced security mode is on, and this signs user tokens."""
    await Environments(pool).change(environment.name, {"enhanced_security": True})
    return await use_shared_key(pool, environment.name)


def token(signing_key: str, user: str = "ada", **claims: Any) -> dict[str, str]:
    now = int(time.time())
    return {"x-knock-user-token": sign({"sub": user, "iat": now, "exp": now + 3600, **claims}, signing_key)}


def messages_of_tenants(knock: Knock) -> dict[str | None, str]:
    """Ada's in-app messages, one of each tenant and one of none: their ids by tenant."""
    knock.users.update("ada", name="Ada")
    for number, tenant in enumerate((None, "acme", "other"), start=1):
        knock.workflows.trigger("new-comment", recipients=["ada"], tenant=tenant, data={"thread": number})
        made = wait_for_messages(knock, "ada", number)
    return {message.tenant: message.id for message in made}


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        ({}, "authentication_required"),
        ({"authorization": "Bearer"}, "api_key_missing"),
        ({"authorization": "Bearer nonsense"}, "api_key_missing"),
        ({"authorization": "Basic c2s6"}, "api_key_missing"),
        ({"authorization": "Bearer \xff"}, "api_key_missing"),
    ],
)
def test_without_a_key_there_is_nothing(api: str, authorization: dict[str, str], code: str) -> None:
    headers = [(name.encode(), value.encode("latin-1")) for name, value in authorization.items()]
    assert refusal(httpx.get(f"{api}/v1/users/ada", headers=headers)) == (401, code)


def test_a_public_key_acts_as_any_user_while_the_mode_is_off(browser: httpx.Client) -> None:
    assert browser.put("/v1/users/ada", json={"name": "Ada"}).status_code == 200
    assert browser.get("/v1/users/ada").json()["name"] == "Ada"
    assert refusal(browser.get("/v1/users")) == (403, "incorrect_token_type")
    assert refusal(browser.delete("/v1/users/ada")) == (403, "incorrect_token_type")
    assert refusal(browser.post("/v1/workflows/x/trigger", json={})) == (403, "incorrect_token_type")


# Which grant opens what a public key may call (§1.3, §1.4).
GRANTS = {
    r"GET /v1/users/{user_id}": "user/read",
    r"PUT /v1/users/{user_id}": "user/write",
    r"GET /v1/users/{user_id}/preferences(/{id})?": "preferences/read",
    r"PUT /v1/users/{user_id}/preferences/.*": "preferences/write",
    r"GET /v1/users/{user_id}/feeds/.*": "user/feed_read",
    r"GET /v1/users/{user_id}/guides/.*": "user/guide_read",
    r"(PUT|DELETE) /v1/users/{user_id}/guides/.*": "user/guide_write",
    r"GET /v1/messages/{message_id}": "user/feed_read",
    r"(PUT|DELETE) /v1/messages/{message_id}/.*": "user/feed_write",
    r"POST /v1/messages/batch/.*": "user/feed_write",
    r"POST /v1/channels/.*": "user/feed_write",
    r"GET .*/channel_data/{channel_id}": "channel_data/read",
    r"(PUT|DELETE) .*/channel_data/{channel_id}": "channel_data/write",
    r"[A-Z]+ /v1/providers/slack/.*": "slack/channels_read",
    r"[A-Z]+ /v1/providers/ms-teams/.*": "ms_teams/channels_read",
}
PUBLIC = [operation for operation in KNOCK.operations if "public" in operation.keys]
THINGS = {
    **dict.fromkeys(("id", "channel_id"), "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"),
    **{"user_id": "ada", "collection": "projects", "object_id": "lisbon"},
    **{"message_id": "unknown", "type": "email", "key": "news", "action": "seen"},
}


def grant_for(operation: Operation) -> str:
    (grant,) = [grant for pattern, grant in GRANTS.items() if re.fullmatch(pattern, title(operation))]
    return grant


@pytest.mark.parametrize("operation", PUBLIC, ids=title)
def test_every_route_has_its_grant(browser: httpx.Client, signing_key: str, operation: Operation) -> None:
    is_of_an_object = "collection" in operation.path or "/providers/" in operation.path
    resource = "/v1/objects/projects/lisbon" if is_of_an_object else "/v1/users/ada"
    named = operation.query[0] if "/providers/" in operation.path else "unused"
    query = {f"{named}[object_id]": "lisbon", f"{named}[collection]": "projects", "team_id": "team-1"}

    def answer(*granted: str) -> httpx.Response:
        grants: dict[str, Any] = {HOST + resource: {grant: [] for grant in granted}}
        headers = token(signing_key, explicit_grants=True, grants=grants)
        path = operation.path.format_map(THINGS)
        return browser.request(operation.method, path, headers=headers, params=query)

    others = set(GRANTS.values()) - {grant_for(operation)}
    assert refusal(answer(*others)) == (403, "authorization")
    assert answer(grant_for(operation)).status_code in (200, 404, 422)


class TestEnhancedSecurity:
    """A public key needs a token of the user on whose things it acts."""

    def test_a_token_is_needed(self, browser: httpx.Client, signing_key: str) -> None:
        assert refusal(browser.get("/v1/users/ada")) == (401, "missing_user_token")

    def test_its_own_user_may_be_read_and_written(self, browser: httpx.Client, signing_key: str) -> None:
        headers = token(signing_key)
        assert browser.put("/v1/users/ada", json={"name": "Ada"}, headers=headers).status_code == 200
        assert browser.get("/v1/users/ada", headers=headers).json()["name"] == "Ada"

    def test_another_user_may_not(self, browser: httpx.Client, signing_key: str) -> None:
        assert refusal(browser.get("/v1/users/bob", headers=token(signing_key))) == (403, "authorization")

    def test_a_secret_key_needs_no_token(self, knock: Knock, signing_key: str) -> None:
        assert knock.users.update("ada", name="Ada").name == "Ada"

    @pytest.mark.parametrize(
        "claims",
        [{"exp": 1}, {"nbf": 2**40}, {"sub": 5}, {"sub": None}],
        ids=["expired", "not yet", "no text", "no one"],
    )
    def test_a_token_that_is_not_in_force_is_refused(
        self, browser: httpx.Client, signing_key: str, claims: dict[str, Any]
    ) -> None:
        now = int(time.time())
        given = {"sub": "ada", "iat": now, "exp": now + 60, **claims}
        signed = jwt.PyJWS().encode(json.dumps(given).encode(), signing_key, algorithm="RS256")
        answer = browser.get("/v1/users/ada", headers={"x-knock-user-token": signed})
        assert refusal(answer) == (401, "invalid_user_token")

    def test_a_minute_of_difference_between_clocks_is_borne(self, browser: httpx.Client, signing_key: str) -> None:
        late = token(signing_key, exp=int(time.time()) - 30)
        assert refusal(browser.get("/v1/users/ada", headers=late)) == (404, "resource_missing")

    @pytest.mark.parametrize("text", ["garbage", "a.b.c", "x" * 20_000])
    def test_what_is_no_token_is_refused(self, browser: httpx.Client, signing_key: str, text: str) -> None:
        answer = browser.get("/v1/users/ada", headers={"x-knock-user-token": text})
        assert refusal(answer) == (401, "invalid_user_token")

    def test_a_token_of_another_key_or_algorithm_is_refused(self, browser: httpx.Client, signing_key: str) -> None:
        other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        for forged in (
            jwt.encode({"sub": "ada"}, other, algorithm="RS256"),
            jwt.encode({"sub": "ada"}, "x" * 32, algorithm="HS256"),
            jwt.encode({"sub": "ada"}, "", algorithm="none"),
        ):
            answer = browser.get("/v1/users/ada", headers={"x-knock-user-token": forged})
            assert refusal(answer) == (401, "invalid_user_token")

    async def test_without_a_signing_key_no_token_counts(
        self, browser: httpx.Client, pool: Pool, environment: Environment
    ) -> None:
        await Environments(pool).change(environment.name, {"enhanced_security": True})
        answer = browser.get("/v1/users/ada", headers={"x-knock-user-token": "a.b.c"})
        assert refusal(answer) == (401, "missing_jwt_signing_key")

    async def test_a_signing_key_that_was_stored_unchecked_opens_nothing(
        self, browser: httpx.Client, pool: Pool, environment: Environment, signing_key: str
    ) -> None:
        garbage = "UPDATE addressee.environments SET settings = settings || $2 WHERE id = $1"
        await pool.execute(garbage, environment.id, b'{"signing_key": "garbage"}')
        answer = browser.get("/v1/users/ada", headers=token(signing_key))
        assert refusal(answer) == (401, "missing_jwt_signing_key")
        assert answer.json()["message"] == (
            "This environment has a signing key that cannot be used; "
            "make one with `addressee environments new-signing-key`."
        )

    @pytest.mark.parametrize("granted", [[], [{}]])
    def test_explicit_grants_allow_only_what_they_list(
        self, browser: httpx.Client, signing_key: str, granted: list[Any]
    ) -> None:
        headers = token(signing_key, explicit_grants=True, grants={f"{HOST}/v1/users/ada": {"user/read": granted}})
        assert refusal(browser.get("/v1/users/ada", headers=headers)) == (404, "resource_missing")
        assert refusal(browser.put("/v1/users/ada", json={}, headers=headers)) == (403, "authorization")

    def test_a_grant_can_open_another_user(self, browser: httpx.Client, signing_key: str) -> None:
        headers = token(signing_key, grants={f"{HOST}/v1/users/bob": {"user/read": []}})
        assert refusal(browser.get("/v1/users/bob", headers=headers)) == (404, "resource_missing")
        assert refusal(browser.put("/v1/users/bob", json={}, headers=headers)) == (403, "authorization")

    @pytest.mark.parametrize("grant", ["user/feed_read", "feed/read", "user_feed/read"])
    def test_every_spelling_of_the_feed_grant_counts(
        self, browser: httpx.Client, signing_key: str, pushed: Pushed, grant: str
    ) -> None:
        headers = token(signing_key, explicit_grants=True, grants={f"{HOST}/v1/users/ada": {grant: []}})
        assert browser.get(f"/v1/users/ada/feeds/{pushed['in-app']}", headers=headers).status_code == 200

    def test_listed_tenants_limit_the_feed(self, browser: httpx.Client, signing_key: str, pushed: Pushed) -> None:
        feed = f"/v1/users/ada/feeds/{pushed['in-app']}"
        headers = token(signing_key, grants={f"{HOST}/v1/objects/$tenants/acme": {"user/feed_read": []}})
        assert browser.get(f"{feed}?tenant=acme&has_tenant=true", headers=headers).status_code == 200
        assert refusal(browser.get(f"{feed}?tenant=other", headers=headers)) == (403, "authorization")
        assert refusal(browser.get(feed, headers=headers)) == (403, "authorization")

    def test_a_feed_shows_no_more_than_the_listed_tenants(
        self, knock: Knock, browser: httpx.Client, signing_key: str, pushed: Pushed
    ) -> None:
        messages_of_tenants(knock)
        feed = f"/v1/users/ada/feeds/{pushed['in-app']}"

        def tenants(query: str, headers: dict[str, str]) -> list[str | None]:
            return [item["tenant"] for item in browser.get(f"{feed}?{query}", headers=headers).json()["entries"]]

        acme: dict[str, Any] = {f"{HOST}/v1/tenants/acme": {"user/feed_read": []}}
        assert tenants("tenant=acme", token(signing_key, grants=acme)) == ["acme"]
        refused = browser.get(f"{feed}?tenant=acme&has_tenant=false", headers=token(signing_key, grants=acme))
        assert refusal(refused) == (403, "authorization")

        both = token(signing_key, grants={**acme, f"{HOST}/v1/users/ada": {"user/feed_read": []}})
        assert tenants("tenant=acme", both) == ["acme", None]
        assert tenants("", both) == [None]
        assert refusal(browser.get(f"{feed}?has_tenant=true", headers=both)) == (403, "authorization")

    def test_a_feed_of_a_tenant_can_be_granted_with_the_tenant(
        self, browser: httpx.Client, signing_key: str, pushed: Pushed
    ) -> None:
        feed = f"/v1/users/ada/feeds/{pushed['in-app']}"
        acme: dict[str, Any] = {f"{HOST}/v1/objects/$tenants/acme": {"user/feed_read": []}}
        headers = token(signing_key, explicit_grants=True, grants=acme)
        assert browser.get(f"{feed}?tenant=acme", headers=headers).status_code == 200
        for path in (feed, f"{feed}?tenant=other", "/v1/users/ada", "/v1/users/ada/preferences/acme"):
            assert refusal(browser.get(path, headers=headers)) == (403, "authorization")
        assert refusal(browser.put("/v1/messages/x/seen", headers=headers)) == (403, "authorization")

    def test_messages_of_other_tenants_cannot_be_touched(
        self, knock: Knock, browser: httpx.Client, signing_key: str, pushed: Pushed
    ) -> None:
        ids = messages_of_tenants(knock)
        headers = token(signing_key, grants={f"{HOST}/v1/tenants/acme": {"user/feed_write": []}})
        assert browser.get(f"/v1/messages/{ids['acme']}", headers=headers).status_code == 200
        assert browser.put(f"/v1/messages/{ids['acme']}/seen", headers=headers).status_code == 200
        for other in (ids["other"], ids[None]):
            assert refusal(browser.get(f"/v1/messages/{other}", headers=headers)) == (404, "resource_missing")
            assert refusal(browser.put(f"/v1/messages/{other}/seen", headers=headers)) == (404, "resource_missing")
        every = {"message_ids": list(ids.values())}
        marked = browser.post("/v1/messages/batch/read", json=every, headers=headers)
        assert [message["tenant"] for message in marked.json()] == ["acme"]
        assert [knock.messages.get(id).read_at is None for id in (ids["other"], ids[None])] == [True, True]

    def test_mark_all_without_a_tenant_leaves_tenants_alone(
        self, knock: Knock, browser: httpx.Client, signing_key: str, pushed: Pushed
    ) -> None:
        ids = messages_of_tenants(knock)
        path = f"/v1/channels/{pushed['in-app']}/messages/bulk/seen"
        grants: dict[str, Any] = {f"{HOST}/v1/tenants/acme": {}, f"{HOST}/v1/users/ada": {"user/feed_write": []}}
        headers = token(signing_key, grants=grants)
        assert refusal(browser.post(path, json={"has_tenant": True}, headers=headers)) == (403, "authorization")
        assert browser.post(path, json={}, headers=headers).json()["success_count"] == 1
        seen = {tenant for tenant, id in ids.items() if knock.messages.get(id).seen_at is not None}
        assert seen == {None}

    def test_channel_data_given_inline_need_their_own_grant(
        self, knock: Knock, browser: httpx.Client, signing_key: str, pushed: Pushed
    ) -> None:
        body: dict[str, Any] = {"channel_data": {str(pushed["email"]): {}}}

        def put(*granted: str) -> httpx.Response:
            grants: dict[str, Any] = {f"{HOST}/v1/users/ada": {grant: [] for grant in granted}}
            return browser.put(
                "/v1/users/ada", json=body, headers=token(signing_key, explicit_grants=True, grants=grants)
            )

        assert refusal(put("user/write")) == (403, "authorization")
        assert put("user/write", "channel_data/write").status_code == 200

    def test_only_ones_own_messages_can_be_touched(
        self, knock: Knock, browser: httpx.Client, signing_key: str, pushed: Pushed
    ) -> None:
        knock.workflows.trigger(
            "new-comment", recipients=[{"id": "ada", "name": "A"}, {"id": "bob", "name": "B"}], data={"thread": 1}
        )
        mine, theirs = [wait_for_messages(knock, user, 1)[0].id for user in ("ada", "bob")]
        headers = token(signing_key)
        assert browser.get(f"/v1/messages/{mine}", headers=headers).status_code == 200
        assert refusal(browser.get(f"/v1/messages/{theirs}", headers=headers)) == (404, "resource_missing")
        assert refusal(browser.put(f"/v1/messages/{theirs}/seen", headers=headers)) == (404, "resource_missing")
        marked = browser.post("/v1/messages/batch/seen", json={"message_ids": [mine, theirs]}, headers=headers)
        assert [message["id"] for message in marked.json()] == [mine]
        assert knock.messages.get(theirs).seen_at is None


async def test_a_new_key_works_at_once(api: str, keys: Keys, environment: Environment) -> None:
    created = await keys.create(environment.name, "secret")
    answer = httpx.get(f"{api}/v1/users", headers={"authorization": f"Bearer {created.key}"})
    assert answer.status_code == 200
