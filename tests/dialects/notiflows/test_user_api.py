"""Who a client of the User API acts for, and from which pages browsers may call (notiflows.md §1.2)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID

import httpx
import jwt
import pytest
from notiflows import Notiflows

from addressee.database.pool import Pool
from addressee.directory.access.environments import Environments
from addressee.directory.access.keys import Keys
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Identify
from addressee.directory.recipient import USERS, Place
from addressee.directory.writing.writes import Write
from tests.conftest import Environment
from tests.dialects.notiflows.conftest import Pair, user_token
from tests.support.signing import use_shared_key
from tests.support.waiting import eventually

APP = "https://app.example.com"

Ask = Callable[..., httpx.Response]


@pytest.fixture
async def signing_key(pool: Pool, environment: Environment) -> str:
    return await use_shared_key(pool, environment.name)


@pytest.fixture
async def ask(
    api: str, pool: Pool, environment: Environment, pair: Pair, pushed: dict[str, UUID]
) -> AsyncIterator[Ask]:
    """Asks for the feed with the public key and these headers. There are Ada and Zoë.

    The server remembers for a second what a key opens: nothing asks it before the test does.
    """
    for id in ("ada", "zoë"):
        await Directory(pool).write(Write(Place(environment.id, USERS, id), (Identify(),)))
    with httpx.Client(base_url=api, headers={"x-notiflows-api-key": pair.public}, timeout=30, verify=False) as client:

        def get(**headers: str | bytes) -> httpx.Response:
            sent = [(name.replace("_", "-").encode(), encoded(value)) for name, value in headers.items()]
            return client.get(f"/user/v1/channels/{pushed['feed']}/feed/entries", headers=sent)

        yield get


def encoded(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


def refusal(answer: httpx.Response) -> tuple[int, str, Any]:
    error = answer.json()["error"]
    assert (error["status"], error["request_id"]) == (answer.status_code, answer.headers["x-request-id"])
    return answer.status_code, error["code"], error["details"].get("auth")


USER_REFUSED = (401, "unauthenticated", "user_key")


class TestTokens:
    """RS256, for a user who is there."""

    def test_a_token_says_who_the_user_is(self, ask: Ask, signing_key: str) -> None:
        assert ask(x_notiflows_user_key=user_token(signing_key, "ada")).status_code == 200
        assert ask(x_notiflows_user_key=user_token(signing_key, "zoë")).status_code == 200

    async def test_a_signing_key_that_was_stored_unchecked_opens_nothing(
        self, ask: Ask, pool: Pool, environment: Environment, signing_key: str
    ) -> None:
        garbage = "UPDATE addressee.environments SET settings = settings || $2 WHERE id = $1"
        await pool.execute(garbage, environment.id, b'{"signing_key": "garbage"}')
        assert ask(x_notiflows_user_key=user_token(signing_key, "ada")).status_code == 401

    def test_without_one_there_is_nobody(self, ask: Ask, signing_key: str) -> None:
        assert refusal(ask()) == USER_REFUSED
        assert refusal(ask(x_notiflows_user_key="")) == USER_REFUSED

    @pytest.mark.parametrize(
        "user",
        ["nobody", "", "Ada", " ada", ".", "a\0b", "x" * 300],
    )
    def test_the_user_must_be_there(self, ask: Ask, rest: httpx.Client, signing_key: str, user: str) -> None:
        assert refusal(ask(x_notiflows_user_key=user_token(signing_key, user))) == USER_REFUSED
        assert {each["external_id"] for each in rest.get("/admin/v1/users").json()["items"]} == {"ada", "zoë"}

    @pytest.mark.parametrize("claims", [{"sub": None}, {"sub": 7}, {"sub": ["ada"]}])
    def test_it_must_name_one(self, ask: Ask, signing_key: str, claims: dict[str, Any]) -> None:
        payload = {"iat": int(time.time()), **{name: value for name, value in claims.items() if value is not None}}
        token = compact({"alg": "RS256"}, payload, lambda text: rs256(signing_key, text))
        assert refusal(ask(x_notiflows_user_key=token)) == USER_REFUSED

    @pytest.mark.parametrize(
        ("claims", "status"),
        [
            ({"exp": -20}, 200),
            ({"exp": -40}, 401),
            ({"nbf": 20}, 200),
            ({"nbf": 40}, 401),
            ({"iat": 20}, 200),
            ({"iat": 40}, 401),
        ],
    )
    def test_clocks_may_differ_by_half_a_minute(
        self, ask: Ask, signing_key: str, claims: dict[str, int], status: int
    ) -> None:
        now = int(time.time())
        token = user_token(signing_key, "ada", **{name: now + offset for name, offset in claims.items()})
        assert ask(x_notiflows_user_key=token).status_code == status

    def test_it_need_not_expire(self, ask: Ask, signing_key: str) -> None:
        token = jwt.encode({"sub": "ada"}, signing_key, algorithm="RS256")
        assert ask(x_notiflows_user_key=token).status_code == 200

    def test_a_time_that_is_none_is_refused(self, ask: Ask, signing_key: str) -> None:
        for wrong in ("soon", float("inf"), None, [1]):
            payload = {"sub": "ada", "exp": wrong}
            token = compact({"alg": "RS256"}, payload, lambda text: rs256(signing_key, text))
            assert refusal(ask(x_notiflows_user_key=token)) == USER_REFUSED

    async def test_only_the_agreed_signature_counts(
        self, ask: Ask, pool: Pool, environment: Environment, signing_key: str
    ) -> None:
        public_half = (await Environments(pool).named(environment.name)).settings.signing_key
        assert public_half is not None
        claims = {"sub": "ada", "exp": int(time.time()) + 600}

        def hs256(text: bytes) -> bytes:
            return hmac.digest(public_half.encode(), text, hashlib.sha256)

        right = user_token(signing_key, "ada")
        for token in (
            compact({"alg": "none"}, claims, lambda _: b""),
            compact({"alg": "None", "typ": "JWT"}, claims, lambda _: b""),
            compact({"alg": "HS256", "typ": "JWT"}, claims, hs256),
            compact({"alg": "RS256", "typ": "JWT"}, claims, hs256),
            jwt.encode(claims, signing_key, algorithm="RS512"),
            jwt.encode(claims, signing_key, algorithm="PS256"),
            right[:-8] + "AAAAAAAA",
            right.rsplit(".", 1)[0] + ".",
            "a.b.c",
            "x" * 20_000,
            b"\xff\xfe",
        ):
            assert refusal(ask(x_notiflows_user_key=token)) == USER_REFUSED, token
        assert ask(x_notiflows_user_key=right).status_code == 200

    async def test_a_new_signing_key_voids_the_tokens_of_the_one_before(
        self, ask: Ask, pool: Pool, environment: Environment, signing_key: str
    ) -> None:
        token = user_token(signing_key, "ada")
        assert ask(x_notiflows_user_key=token).status_code == 200
        await Environments(pool).new_signing_key(environment.name)
        eventually(lambda: ask(x_notiflows_user_key=token).status_code == 401)

    async def test_before_there_is_a_signing_key_no_token_is_valid(self, ask: Ask) -> None:
        answer = ask(x_notiflows_user_key="a.b.c")
        assert refusal(answer) == USER_REFUSED
        assert "new-signing-key" in answer.json()["error"]["message"]

    def test_a_deleted_users_token_stops_at_once(self, ask: Ask, notiflows: Notiflows, signing_key: str) -> None:
        token = user_token(signing_key, "ada")
        assert ask(x_notiflows_user_key=token).status_code == 200
        notiflows.users.delete("ada")
        assert refusal(ask(x_notiflows_user_key=token)) == USER_REFUSED


class TestEnvironments:
    """What belongs to one opens no other."""

    async def test_a_token_is_of_the_public_keys_environment(
        self, ask: Ask, pool: Pool, keys: Keys, signing_key: str
    ) -> None:
        elsewhere = await another_environment(pool)
        theirs = await Environments(pool).new_signing_key(elsewhere)
        foreign = (await keys.create(elsewhere, "public")).key
        assert refusal(ask(x_notiflows_user_key=user_token(theirs, "ada"))) == USER_REFUSED
        token = user_token(signing_key, "ada")
        assert refusal(ask(x_notiflows_user_key=token, x_notiflows_api_key=foreign)) == USER_REFUSED

    def test_only_a_public_key_opens_it(self, ask: Ask, pair: Pair, signing_key: str) -> None:
        token = user_token(signing_key, "ada")
        for key in ("", "nonsense", pair.secret, b"\xff"):
            answer = ask(x_notiflows_user_key=token, x_notiflows_api_key=key, x_notiflows_secret_key=pair.secret)
            assert refusal(answer) == (401, "unauthenticated", "api_key")

    def test_a_user_opens_nothing_else(self, rest: httpx.Client, pair: Pair, ask: Ask, signing_key: str) -> None:
        headers = {"x-notiflows-api-key": pair.public, "x-notiflows-user-key": user_token(signing_key, "ada")}
        answer = httpx.get(rest.base_url.join("/admin/v1/users"), headers=headers, verify=False)
        assert refusal(answer) == (401, "unauthenticated", "secret_key")


class TestDevelopmentMode:
    """The client's word is taken for who the user is, once somebody switched that on."""

    @pytest.fixture
    async def mode(self, pool: Pool, environment: Environment) -> None:
        await Environments(pool).change(environment.name, {"development_mode": True})

    def test_it_is_off_at_first(self, ask: Ask) -> None:
        assert refusal(ask(x_notiflows_user_id="ada")) == USER_REFUSED

    @pytest.mark.usefixtures("mode")
    def test_the_id_alone_is_enough(self, ask: Ask) -> None:
        assert ask(x_notiflows_user_id="ada").status_code == 200
        assert ask(x_notiflows_user_id="zoë").status_code == 200
        assert ask(x_notiflows_user_id="ada", x_notiflows_user_key="").status_code == 200

    @pytest.mark.usefixtures("mode")
    @pytest.mark.parametrize("id", ["nobody", "", ".", b"\xff", "x" * 300])
    def test_of_somebody_who_is_there(self, ask: Ask, id: str | bytes) -> None:
        assert refusal(ask(x_notiflows_user_id=id)) == USER_REFUSED

    @pytest.mark.usefixtures("mode")
    def test_a_token_is_checked_all_the_same(self, ask: Ask, signing_key: str) -> None:
        assert refusal(ask(x_notiflows_user_id="ada", x_notiflows_user_key="a.b.c")) == USER_REFUSED
        assert ask(x_notiflows_user_key=user_token(signing_key, "ada")).status_code == 200

    @pytest.mark.usefixtures("mode")
    def test_origins_are_checked_all_the_same(self, ask: Ask) -> None:
        assert ask(x_notiflows_user_id="ada", origin=APP).status_code == 403


class TestOrigins:
    """Browsers say from which page they call."""

    @pytest.fixture
    async def allowed(self, pool: Pool, environment: Environment) -> None:
        settings = {"allowed_origins": [APP, "http://localhost:3000"]}
        await Environments(pool).change(environment.name, settings)

    @pytest.fixture
    def token(self, signing_key: str) -> str:
        return user_token(signing_key, "ada")

    @pytest.mark.parametrize("origin", [APP, "http://localhost:3000", "null"])
    def test_before_there_are_any_every_browser_is_blocked(self, ask: Ask, token: str, origin: str) -> None:
        assert refusal(ask(x_notiflows_user_key=token, origin=origin)) == (403, "forbidden", None)

    @pytest.mark.usefixtures("allowed")
    @pytest.mark.parametrize("origin", [APP, "http://localhost:3000", "HTTPS://App.Example.com"])
    def test_a_page_that_is_named_may_call(self, ask: Ask, token: str, origin: str) -> None:
        assert ask(x_notiflows_user_key=token, origin=origin).status_code == 200

    @pytest.mark.usefixtures("allowed")
    @pytest.mark.parametrize(
        "origin",
        [
            "null",
            "http://app.example.com",
            f"{APP}:8443",
            f"{APP}/",
            "https://example.com",
            "https://x.app.example.com",
        ],
    )
    def test_another_may_not(self, ask: Ask, token: str, origin: str) -> None:
        answer = ask(x_notiflows_user_key=token, origin=origin)
        assert refusal(answer) == (403, "forbidden", None)
        assert answer.headers["access-control-allow-origin"] == "*"  # so that the page can read why

    @pytest.mark.usefixtures("allowed")
    def test_what_is_no_browser_is_not_affected(self, ask: Ask, token: str) -> None:
        assert ask(x_notiflows_user_key=token).status_code == 200

    def test_the_admin_api_does_not_ask(self, rest: httpx.Client) -> None:
        assert rest.get("/admin/v1/users", headers={"origin": APP}).status_code == 200

    def test_the_question_before_a_call(self, api: str) -> None:
        wanted = "x-notiflows-api-key,x-notiflows-user-key,x-notiflows-user-id,content-type"
        answer = httpx.options(
            f"{api}/user/v1/channels/any/feed/entries",
            headers={
                "origin": APP,
                "access-control-request-method": "PATCH",
                "access-control-request-headers": wanted,
            },
            verify=False,
        )
        assert (answer.status_code, answer.content) == (204, b"")
        assert set(wanted.split(",")) <= words(answer, "access-control-allow-headers")
        assert {"get", "post", "put", "patch", "delete"} <= words(answer, "access-control-allow-methods")

    def test_what_a_page_may_read(self, ask: Ask, token: str) -> None:
        answer = ask(x_notiflows_user_key=token)
        assert {"x-request-id", "retry-after"} <= words(answer, "access-control-expose-headers")


def words(answer: httpx.Response, header: str) -> set[str]:
    return {word.strip().lower() for word in answer.headers[header].split(",")}


async def another_environment(pool: Pool) -> str:
    statement = """
        INSERT INTO addressee.environments (id, name)
        SELECT max(id) + 1, 'elsewhere-' || max(id) FROM addressee.environments
        RETURNING name
    """
    name: str = await pool.fetchval(statement)
    return name


def compact(header: dict[str, str], payload: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
    """A token as nobody's library would make it."""
    signed = b".".join(unpadded(json.dumps(part).encode()) for part in (header, payload))
    return (signed + b"." + unpadded(sign(signed))).decode()


def unpadded(part: bytes) -> bytes:
    return base64.urlsafe_b64encode(part).rstrip(b"=")


def rs256(signing_key: str, text: bytes) -> bytes:
    algorithm = jwt.get_algorithm_by_name("RS256")
    return algorithm.sign(text, algorithm.prepare_key(signing_key))
