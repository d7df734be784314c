"""Public keys and user tokens, by which browsers and apps act for a user (realtime-suprsend.md §2)."""

from __future__ import annotations

import time
from http import HTTPStatus

import pytest

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.dialects.suprsend.wire.errors import SuprSendError
from addressee.dialects.suprsend.wire.subscribers import Subscriber, authenticate_subscriber
from addressee.directory.access.environments import Environments
from addressee.directory.access.key_ring import KeyRing
from addressee.directory.access.keys import Keys
from tests.conftest import Environment
from tests.support.signing import sign, use_shared_key


class Client:
    """A client with the public key of an environment."""

    def __init__(self, keys: KeyRing, key: str, signing_key: str) -> None:
        self._keys = keys
        self._key = key
        self._signing_key = signing_key

    def token(self, **claims: object) -> str:
        return sign({"entity_type": "subscriber", "entity_id": "ada", **claims}, self._signing_key, "ES256")

    async def connect(self, token: str | None, distinct_id: object = "ada", tenant_id: object = None) -> Subscriber:
        _, subscriber = await authenticate_subscriber(self._keys, self._key, token, distinct_id, tenant_id)
        return subscriber

    async def refused(self, token: str | None, tenant_id: object = None) -> tuple[HTTPStatus, str]:
        with pytest.raises(SuprSendError) as refusal:
            await self.connect(token, "ada", tenant_id)
        return refusal.value.status, refusal.value.message


@pytest.fixture
async def client(pool: Pool, installation: Installation, environment: Environment, keys: Keys) -> Client:
    """In enhanced security mode."""
    await Environments(pool).change(environment.name, {"enhanced_security": True})
    signing_key = await use_shared_key(pool, environment.name, "ES256")
    public = await keys.create(environment.name, "public")
    return Client(KeyRing(pool, Sealer(installation.master_key())), public.key, signing_key)


async def test_a_token_opens_its_own_user(client: Client) -> None:
    assert await client.connect(client.token()) == Subscriber("ada", "default")
    assert await client.connect(client.token(), tenant_id="ACME") == Subscriber("ada", "acme")


async def test_a_token_tells_when_it_expires(client: Client) -> None:
    soon = int(time.time()) + 60
    assert (await client.connect(client.token(exp=soon))).expires_at == soon


@pytest.mark.parametrize("scope", ["acme", "Acme"])
async def test_a_token_with_a_scope_opens_its_tenant(client: Client, scope: str) -> None:
    token = client.token(scope={"tenant_id": scope})
    assert await client.connect(token, tenant_id="acme") == Subscriber("ada", "acme")
    for other in ("globex", None):
        assert await client.refused(token, other) == (
            HTTPStatus.FORBIDDEN,
            "The user token is for another tenant: its scope.tenant_id must be the tenant_id.",
        )


async def test_no_tenant_is_the_default_one(client: Client) -> None:
    token = client.token(scope={"tenant_id": "default"})
    assert await client.connect(token) == Subscriber("ada", "default")


async def test_a_scope_can_be_required(client: Client, pool: Pool, environment: Environment) -> None:
    await Environments(pool).change(environment.name, {"require_tenant_scope": True})
    for token in (client.token(), client.token(scope=None), client.token(scope={}), client.token(scope="default")):
        assert (await client.refused(token))[0] == HTTPStatus.FORBIDDEN
    assert await client.connect(client.token(scope={"tenant_id": "default"})) == Subscriber("ada", "default")


@pytest.mark.parametrize("claims", [{"entity_id": "bob"}, {"entity_type": "object"}])
async def test_a_token_of_somebody_else_is_forbidden(client: Client, claims: dict[str, str]) -> None:
    assert await client.refused(client.token(**claims)) == (
        HTTPStatus.FORBIDDEN,
        "The user token is another user's: its entity_id must be the distinct_id.",
    )


async def test_a_token_is_needed(client: Client) -> None:
    for none in (None, ""):
        assert await client.refused(none) == (
            HTTPStatus.UNAUTHORIZED,
            "This environment needs a user token: x-ss-signature.",
        )


async def test_a_token_that_expired_or_was_changed_is_refused(client: Client) -> None:
    expired = client.token(exp=int(time.time()) - 60)
    assert await client.refused(expired) == (HTTPStatus.UNAUTHORIZED, "The user token has expired.")
    changed = client.token()[:-4] + "AAAA"
    for token in (changed, "garbage", "ä.ö.ü", "a" * 20_000, client.token(entity_id=None)):
        assert (await client.refused(token))[0] == HTTPStatus.UNAUTHORIZED


async def test_the_key_of_other_tokens_signs_none_of_these(
    client: Client, pool: Pool, environment: Environment
) -> None:
    rsa = await use_shared_key(pool, environment.name)
    token = sign({"entity_type": "subscriber", "entity_id": "ada"}, rsa)
    assert await client.refused(token) == (
        HTTPStatus.UNAUTHORIZED,
        "The user token is not valid for this environment.",
    )
    assert await client.connect(client.token()) == Subscriber("ada", "default")


async def test_without_a_signing_key_it_is_said_how_to_make_one(
    client: Client, pool: Pool, environment: Environment
) -> None:
    await Environments(pool).change(environment.name, {"es256_signing_key": None})
    assert await client.refused(client.token()) == (
        HTTPStatus.UNAUTHORIZED,
        "This environment has no signing key; make one with "
        "`addressee environments new-signing-key --algorithm ES256`.",
    )


async def test_without_enhanced_security_no_token_is_needed(
    client: Client, pool: Pool, environment: Environment
) -> None:
    await Environments(pool).change(environment.name, {"enhanced_security": False})
    assert await client.connect(None, "bob", "acme") == Subscriber("bob", "acme")
    assert await client.connect("garbage") == Subscriber("ada", "default")


@pytest.mark.parametrize("id", ["", " ", "a" * 256, "a\0", None, {}])
async def test_a_user_must_be_named(client: Client, id: object) -> None:
    with pytest.raises(Exception, match="distinct_id"):
        await client.connect(client.token(), id)


@pytest.mark.parametrize("kind", ["secret", "workspace", "api"])
async def test_only_public_keys_are_taken(
    pool: Pool, installation: Installation, environment: Environment, keys: Keys, kind: str
) -> None:
    ring = KeyRing(pool, Sealer(installation.master_key()))
    key = (await keys.create(environment.name, kind)).key
    for other in (key, "", "unknown"):
        with pytest.raises(SuprSendError, match="public key") as refusal:
            await authenticate_subscriber(ring, other, None, "ada", None)
        assert refusal.value.status == HTTPStatus.UNAUTHORIZED
