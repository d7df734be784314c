"""Preferences as browsers read and change them, in the web SDK's own form (realtime-suprsend.md §5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from addressee.database.pool import Pool
from addressee.directory.access.keys import Keys
from tests.conftest import Environment
from tests.dialects.suprsend.clients import client_of, identify, secure, token_of
from tests.dialects.suprsend.test_preferences import CHANNELS, LEGAL, NEWSLETTER, ORDERS, every, restricted, wanted

pytestmark = pytest.mark.usefixtures("pushed")

OWN = "/v2/subscriber/ada"
# The query that the SDK sends where the page asks for nothing special.
QUERY = "/?show_opt_out_channels=true"


@pytest.fixture
async def public_key(keys: Keys, environment: Environment) -> str:
    return (await keys.create(environment.name, "public")).key


@pytest.fixture
def browser(api: str, public_key: str) -> Iterator[httpx.Client]:
    """Of a user who has been identified, in an environment without enhanced security."""
    with client_of(api, public_key) as client:
        client.post("/v2/event", json=identify()).raise_for_status()
        yield client


def shown(client: httpx.Client, path: str) -> dict[str, Any]:
    answer = client.get(OWN + path)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    assert "status" not in body
    return body


def change(client: httpx.Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.patch(OWN + path, json=body)
    assert answer.status_code == 200, answer.text
    changed: dict[str, Any] = answer.json()
    assert "status" not in changed
    return changed


def refused(answer: httpx.Response) -> tuple[int, str]:
    body = answer.json()
    assert body["status"] == "error"
    return answer.status_code, body["error"]["message"]


class TestWhatIsSeen:
    def test_all_that_servers_see(self, browser: httpx.Client, rest: httpx.Client) -> None:
        server = "/v1/user/ada/preference"
        for own, of_server in (
            ("/full_preference", f"{server}/"),
            (f"/full_preference{QUERY}", f"{server}{QUERY}"),
            ("/category", f"{server}/category/"),
            (f"/category{QUERY}&limit=2&offset=1", f"{server}/category{QUERY}&limit=2&offset=1"),
            (f"/category/{NEWSLETTER}", f"{server}/category/{NEWSLETTER}/"),
            (f"/category/{NEWSLETTER}{QUERY}", f"{server}/category/{NEWSLETTER}{QUERY}"),
            ("/channel_preference", f"{server}/channel_preference/"),
        ):
            assert shown(browser, own) == rest.get(of_server).json()

    def test_channels_of_what_is_opted_out_of(self, browser: httpx.Client) -> None:
        """The SDK leaves the parameter out where it is to be false."""
        assert shown(browser, f"/category/{NEWSLETTER}{QUERY}")["channels"] == every("opt_out")
        assert shown(browser, f"/category/{NEWSLETTER}")["channels"] == []

    def test_tags_and_a_locale(self, browser: httpx.Client) -> None:
        full = shown(browser, f'/full_preference{QUERY}&tags={{"or":["weekly","sales"]}}&locale=es-AR')
        [section] = full["sections"]
        assert section["subcategories"][0]["name"] == "Pedidos"

    def test_nothing_redirects(self, browser: httpx.Client) -> None:
        for path in (
            "/full_preference",
            "/full_preference/",
            "/full_preference/?locale=en",
            "/full_preference?locale=en",
        ):
            assert browser.get(OWN + path).status_code == 200

    def test_who_is_unknown_has_none(self, browser: httpx.Client) -> None:
        assert refused(browser.get("/v2/subscriber/nobody/full_preference")) == (
            404,
            "user [distinct_id: 'nobody'] not found",
        )
        assert refused(browser.get(f"{OWN}/category/unknown"))[0] == 404


class TestChanges:
    def test_a_category_as_the_sdk_merges_it(self, browser: httpx.Client) -> None:
        """The SDK names the tags and the locale of its page as well."""
        out = change(
            browser,
            f"/category/{ORDERS}{QUERY}&tags=sales&locale=es-AR",
            {"preference": "opt_out", "opt_out_channels": []},
        )
        assert out == shown(browser, f"/category/{ORDERS}{QUERY}&locale=es-AR")
        assert (out["name"], out["preference"]) == ("Pedidos", "opt_out")
        back = change(browser, f"/category/{ORDERS}{QUERY}", {"preference": "opt_in", "opt_out_channels": None})
        assert (back["preference"], wanted(back)) == ("opt_in", set(CHANNELS))

    def test_channels_of_a_category(self, browser: httpx.Client, rest: httpx.Client) -> None:
        body = {"preference": "opt_in", "opt_out_channels": ["email", "sms"]}
        changed = change(browser, f"/category/{ORDERS}{QUERY}", body)
        assert wanted(changed) == set(CHANNELS) - {"email", "sms"}
        assert rest.get(f"/v1/user/ada/preference/category/{ORDERS}/").json() == changed

    def test_channels_as_a_whole(self, browser: httpx.Client) -> None:
        body = {"channel_preferences": [{"channel": "email", "is_restricted": True}]}
        assert restricted(change(browser, "/channel_preference", body)) == {"email"}
        assert restricted(shown(browser, f"/full_preference{QUERY}")) == {"email"}
        body = {"channel_preferences": [{"channel": "email", "is_restricted": False}]}
        assert restricted(change(browser, "/channel_preference/?tenant_id=default", body)) == set()

    @pytest.mark.parametrize(
        ("path", "body", "message"),
        [
            (f"/category/{LEGAL}", {"preference": "opt_out", "opt_out_channels": []}, "cannot be opted out of"),
            (f"/category/{ORDERS}", {"preference": "perhaps"}, "preference"),
            (f"/category/{ORDERS}", {"preference": "opt_in", "opt_out_channels": ["fax"]}, "must be one of"),
            (f"/category/{ORDERS}", {}, "Request body must not be empty"),
            ("/channel_preference", {"channel_preferences": [{"channel": "fax", "is_restricted": True}]}, "one of"),
            ("/channel_preference", {}, "channel_preferences"),
        ],
    )
    def test_errors_say_what_is_wrong(self, browser: httpx.Client, path: str, body: Any, message: str) -> None:
        status, said = refused(browser.patch(OWN + path, json=body))
        assert status == 400
        assert message in said


class TestTenants:
    @pytest.fixture(autouse=True)
    def acme(self, rest: httpx.Client) -> None:
        rest.post("/v1/tenant/acme/", json={"tenant_name": "Acme"}).raise_for_status()

    def test_each_tenant_has_preferences_of_its_own(self, browser: httpx.Client) -> None:
        body = {"preference": "opt_out", "opt_out_channels": []}
        change(browser, f"/category/{ORDERS}{QUERY}&tenant_id=ACME", body)
        assert shown(browser, f"/category/{ORDERS}/?tenant_id=acme")["preference"] == "opt_out"
        for same in ("", "/?tenant_id=default"):
            assert shown(browser, f"/category/{ORDERS}{same}")["preference"] == "opt_in"

    def test_one_that_is_unknown(self, browser: httpx.Client) -> None:
        assert refused(browser.get(f"{OWN}/category/?tenant_id=globex")) == (404, "tenant 'globex' not found")

    async def test_a_token_opens_its_own_user_and_tenant(
        self, api: str, public_key: str, pool: Pool, environment: Environment
    ) -> None:
        signing_key = await secure(pool, environment.name)
        with client_of(api, public_key, token_of(signing_key, scope={"tenant_id": "acme"})) as client:
            client.post("/v2/event", json=identify()).raise_for_status()
            assert client.get(f"{OWN}/full_preference/?tenant_id=acme").status_code == 200
            for path in (f"{OWN}/full_preference", f"{OWN}/category/?tenant_id=default", f"{OWN}/channel_preference"):
                assert refused(client.get(path)) == (
                    403,
                    "The user token is for another tenant: its scope.tenant_id must be the tenant_id.",
                )
            assert refused(client.get("/v2/subscriber/bob/category/?tenant_id=acme"))[0] == 403
            body = {"preference": "opt_out", "opt_out_channels": []}
            assert refused(client.patch(f"{OWN}/category/{ORDERS}", json=body))[0] == 403
            # The path says for whom the client acts, whatever the query says.
            assert refused(client.get("/v2/subscriber/bob/category/?tenant_id=acme&distinct_id=ada"))[0] == 403
        with client_of(api, public_key) as client:
            assert refused(client.get(f"{OWN}/full_preference")) == (
                401,
                "This environment needs a user token: x-ss-signature.",
            )
