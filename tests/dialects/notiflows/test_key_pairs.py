"""A pair of keys opens its environment and no other (notiflows.md §1.2, §5.4)."""

from __future__ import annotations

import secrets

import httpx
import pytest
from notiflows import AuthenticationError, Notiflows

from addressee.database.pool import Pool
from addressee.directory.access.keys import Keys
from tests.conftest import Environment
from tests.dialects.notiflows.conftest import Pair, details


@pytest.fixture
async def other(pool: Pool, keys: Keys) -> Pair:
    """A pair of another environment."""
    name = f"other-{secrets.token_hex(6)}"
    statement = "INSERT INTO addressee.environments (id, name) SELECT max(id) + 1, $1 FROM addressee.environments"
    await pool.execute(statement, name)
    public, secret = [await keys.create(name, kind) for kind in ("public", "secret")]
    return Pair(public.key, secret.key)


def client(api: str, public: str, secret: str) -> Notiflows:
    return Notiflows(api_key=public, secret=secret, base_url=f"{api}/admin/v1", max_retries=0)


def ask(api: str, path: str = "/admin/v1/users", **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.get(api + path, headers=named, verify=False)


def refusal(response: httpx.Response) -> tuple[int, str, object]:
    error = response.json()["error"]
    return response.status_code, error["code"], error["details"]


class TestPairs:
    def test_each_finds_its_own_and_nothing_of_the_others(self, api: str, pair: Pair, other: Pair) -> None:
        mine, theirs = client(api, *pair), client(api, *other)
        mine.users.upsert("ada", first_name="Ada")
        theirs.users.upsert("bob", first_name="Bob")
        mine.users.subscriptions.subscribe("ada", topic_name="news")
        assert [user.external_id for user in mine.users.list()] == ["ada"]
        assert [user.external_id for user in theirs.users.list()] == ["bob"]
        assert [topic.name for topic in theirs.topics.list()] == []
        for path in ("/users/ada", "/topics/news", "/users/ada/preferences"):
            assert ask(api, f"/admin/v1{path}", **headers(other)).status_code == 404

    def test_halves_of_two_open_neither(self, api: str, pair: Pair, other: Pair) -> None:
        for public, secret in ((pair.public, other.secret), (other.public, pair.secret)):
            with pytest.raises(AuthenticationError) as caught:
                client(api, public, secret).users.list()
            assert details(caught.value) == {"auth": "api_key"}

    def test_the_halves_have_their_places(self, api: str, pair: Pair) -> None:
        with pytest.raises(AuthenticationError) as caught:
            client(api, pair.secret, pair.public).users.list()
        assert details(caught.value) == {"auth": "secret_key"}

    def test_the_secret_key_alone_says_enough(self, api: str, pair: Pair) -> None:
        assert ask(api, x_notiflows_secret_key=pair.secret).status_code == 200

    def test_the_public_key_alone_does_not(self, api: str, pair: Pair) -> None:
        expected = (401, "unauthenticated", {"auth": "secret_key"})
        assert refusal(ask(api, x_notiflows_api_key=pair.public)) == expected

    @pytest.mark.parametrize("secret", ["", "sk_unknown", "x" * 600])
    def test_what_is_no_key_opens_nothing(self, api: str, pair: Pair, secret: str) -> None:
        answer = ask(api, x_notiflows_api_key=pair.public, x_notiflows_secret_key=secret)
        assert refusal(answer) == (401, "unauthenticated", {"auth": "secret_key"})

    async def test_a_new_public_key_ends_the_old_one(self, api: str, keys: Keys, environment: Environment) -> None:
        old, secret = [await keys.create(environment.name, kind) for kind in ("public", "secret")]
        await keys.revoke(str(old.id))
        new = await keys.create(environment.name, "public")
        assert client(api, new.key, secret.key).users.list().items == []
        with pytest.raises(AuthenticationError):
            client(api, old.key, secret.key).users.list()

    async def test_keys_need_no_prefix(self, api: str, keys: Keys, environment: Environment) -> None:
        public, secret = f"My API Key {secrets.token_hex(4)}", f"My Secret {secrets.token_hex(4)}"
        await keys.create(environment.name, "public", public)
        await keys.create(environment.name, "secret", secret)
        assert client(api, public, secret).users.list().items == []


def headers(pair: Pair) -> dict[str, str]:
    return {"x_notiflows_api_key": pair.public, "x_notiflows_secret_key": pair.secret}
