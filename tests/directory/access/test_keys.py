"""API keys: made once, never stored, in force until revoked."""

import asyncio
import secrets
import time
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from addressee.database.paging import PageRequest, page_request
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.access.key_ring import KeyRing
from addressee.directory.access.keys import Credential, Keys, Kind
from tests.conftest import Environment
from tests.support.clock import MovedClock

SEALER = Sealer(b"k" * 32)


@pytest.fixture
def made(pool: Pool) -> Keys:
    return Keys(pool, SEALER)


@pytest.fixture
def ring(pool: Pool) -> KeyRing:
    return KeyRing(pool, SEALER)


@pytest.mark.parametrize(("kind", "prefix"), [("secret", "sk_"), ("public", "pk_")])
async def test_a_key_opens_its_environment(
    made: Keys, ring: KeyRing, environment: Environment, kind: str, prefix: str
) -> None:
    created = await made.create(environment.name, kind)
    assert created.key.startswith(prefix)
    found = await ring.find(created.key)
    assert found is not None
    assert (found.key_id, found.kind, found.environment.id) == (created.id, kind, environment.id)


async def test_any_value_can_be_registered_once(made: Keys, ring: KeyRing, environment: Environment) -> None:
    value = f"My API Key {secrets.token_hex(4)}"
    await made.create(environment.name, "secret", value)
    assert await ring.find(value) is not None
    for kind in ("secret", "public"):
        with pytest.raises(ValueError, match="choose another"):
            await made.create("staging", kind, value)


@pytest.mark.parametrize("value", ["", "  ", "x" * 513, "a\0b"])
async def test_a_value_that_no_client_can_send_is_refused(made: Keys, environment: Environment, value: str) -> None:
    with pytest.raises(ValueError, match=r"key|Key"):
        await made.create(environment.name, "secret", value)


async def test_a_workspace_key_is_long_and_has_a_sealed_secret(
    made: Keys, ring: KeyRing, environment: Environment, pool: Pool
) -> None:
    created = await made.create(environment.name, "workspace")
    assert created.secret is not None
    sealed = await pool.fetchval("SELECT sealed_secret FROM addressee.keys WHERE id = $1", created.id)
    assert SEALER.open(sealed, f"key {created.id}").decode() == created.secret
    assert await ring.find(created.key) is None, "a workspace key is no bearer token"
    found = await ring.find(created.key, ("workspace",))
    assert found is not None
    assert found.secret == created.secret.encode()
    assert created.secret not in repr(found)


async def test_a_secret_that_clients_have_already_can_be_registered(
    made: Keys, ring: KeyRing, environment: Environment
) -> None:
    value = f"workspace-{secrets.token_hex(8)}"
    created = await made.create(environment.name, "workspace", value, "what they sign with")
    found = await ring.find(value, ("workspace",))
    assert (created.key, created.secret) == (value, "what they sign with")
    assert found is not None
    assert found.secret == b"what they sign with"


async def test_other_keys_have_no_secret(made: Keys, environment: Environment) -> None:
    with pytest.raises(ValueError, match="no secret"):
        await made.create(environment.name, "secret", None, "what they sign with")


@pytest.mark.parametrize("value", ["w/" + "x" * 20, "w:" + "x" * 20, "w é" + "x" * 20])
async def test_a_workspace_key_fits_into_a_path(made: Keys, environment: Environment, value: str) -> None:
    with pytest.raises(ValueError, match="letters, digits"):
        await made.create(environment.name, "workspace", value)


async def test_an_api_key_comes_with_its_workspace(made: Keys, ring: KeyRing, environment: Environment) -> None:
    created = await made.create(environment.name, "api")
    assert await ring.find(created.key) is None
    found = await ring.find(created.key, ("api",))
    assert found is not None
    assert (found.environment.uid, found.secret) == (created.workspace, None)
    with pytest.raises(ValueError, match="at least 20 characters"):
        await made.create(environment.name, "workspace", "too-short")


async def test_the_database_holds_no_key(made: Keys, environment: Environment, pool: Pool) -> None:
    created = await made.create(environment.name, "secret")
    row = await pool.fetchval("SELECT keys::text FROM addressee.keys WHERE id = $1", created.id)
    assert created.key not in row
    assert created.key.encode().hex() not in row


async def test_the_list_shows_the_end_of_a_key_only(made: Keys, environment: Environment) -> None:
    created = await made.create(environment.name, "secret")
    short = await made.create(environment.name, "public", secrets.token_hex(4))
    listed = {info.id: info for info in await made.list()}
    assert listed[created.id].hint == created.key[-4:]
    assert listed[short.id].hint == ""
    assert listed[created.id].environment == environment.name


@pytest.mark.parametrize("by", ["id", "key"])
async def test_a_revoked_key_is_refused_within_a_second(
    made: Keys, ring: KeyRing, environment: Environment, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    created = await made.create(environment.name, "secret")
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    assert await ring.find(created.key) is not None
    await made.revoke(str(created.id) if by == "id" else created.key)
    assert await ring.find(created.key) is not None, "an answer may be remembered for a second"
    monkeypatch.setattr(time, "monotonic", lambda: now + 1)
    assert await ring.find(created.key) is None
    with pytest.raises(LookupError, match="no such key in force"):
        await made.revoke(created.key)


async def test_an_unknown_environment_or_kind_is_named(made: Keys, environment: Environment) -> None:
    with pytest.raises(LookupError, match="no environment 'moon'; there are development, staging, production"):
        await made.create("moon", "secret")
    with pytest.raises(ValueError, match="one of secret, public, workspace"):
        await made.create(environment.name, "master")


async def test_many_requests_at_once_look_a_key_up_once(
    made: Keys, environment: Environment, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    created = await made.create(environment.name, "secret")
    ring = KeyRing(pool, SEALER)
    looked_up = []
    look_up = ring._look_up

    async def counted(key: str, kinds: tuple[Kind, ...]) -> Credential | None:
        looked_up.append(key)
        return await look_up(key, kinds)

    monkeypatch.setattr(ring, "_look_up", counted)
    found = await asyncio.gather(*(ring.find(created.key) for _ in range(50)))
    assert {credential and credential.key_id for credential in found} == {created.id}
    assert len(looked_up) == 1


async def test_keys_of_an_environment_are_listed_newest_first_and_revoked_there_only(
    made: Keys, environment: Environment, other_environment: Environment
) -> None:
    names = ["first", "second", " third "]
    created = [await made.create(environment.name, "secret", name=name) for name in names]
    await made.create(other_environment.name, "secret")
    page = await made.list_of(environment.id, PageRequest(2))
    assert [(key.id, key.name) for key in page.entries] == [(created[2].id, "third"), (created[1].id, "second")]
    rest = await made.list_of(environment.id, page_request(2, page.after, None, UUID))
    assert [(key.id, rest.after) for key in rest.entries] == [(created[0].id, None)]
    assert await made.revoke_in(other_environment.id, created[0].id) is None
    assert await made.get(other_environment.id, created[0].id) is None
    revoked = await made.revoke_in(environment.id, created[0].id)
    assert revoked is not None
    assert revoked == await made.get(environment.id, created[0].id)
    assert revoked.revoked_at is not None
    assert await made.revoke_in(environment.id, created[0].id) is None


async def test_a_name_of_a_key_is_short(made: Keys, environment: Environment) -> None:
    with pytest.raises(ValueError, match="100 characters at most"):
        await made.create(environment.name, "secret", name="x" * 101)
    with pytest.raises(ValueError, match="The name"):
        await made.create(environment.name, "secret", name="a\0b")


async def test_uses_of_a_key_are_noted_once_a_minute(
    made: Keys, environment: Environment, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    created = await made.create(environment.name, "secret")
    clock, now = MovedClock(), time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    ring = KeyRing(pool, SEALER, clock)

    async def used_at() -> datetime | None:
        await ring.find(created.key)
        await ring._uses.drain()
        found = await made.get(environment.id, created.id)
        assert found is not None
        return found.used_at

    first = clock.now()
    assert await used_at() == first
    clock.move(timedelta(seconds=59))
    monkeypatch.setattr(time, "monotonic", lambda: now + 59)
    assert await used_at() == first
    clock.move(timedelta(seconds=1))
    monkeypatch.setattr(time, "monotonic", lambda: now + 60)
    assert await used_at() == first + timedelta(seconds=60)


async def test_a_key_that_is_refused_counts_as_not_used(made: Keys, environment: Environment, pool: Pool) -> None:
    created = await made.create(environment.name, "secret")
    ring = KeyRing(pool, SEALER)
    assert await ring.find(created.key, ("api",)) is None
    await ring._uses.drain()
    found = await made.get(environment.id, created.id)
    assert found is not None
    assert found.used_at is None


async def test_keys_are_described_by_their_ids_in_their_environment(
    made: Keys, environment: Environment, other_environment: Environment
) -> None:
    created = await made.create(environment.name, "secret")
    revoked = await made.revoke(str((await made.create(environment.name, "public")).id))
    ids = [created.id, revoked.id]
    found = await made.described(environment.id, ids)
    assert found[revoked.id] == revoked
    assert (found[created.id].kind, found[created.id].hint) == ("secret", created.key[-4:])
    assert await made.described(other_environment.id, ids) == {}
    assert await made.described(environment.id, []) == {}


async def test_a_service_key_opens_all_environments_in_the_order_of_their_creation(
    made: Keys, ring: KeyRing, environment: Environment
) -> None:
    created = await made.create(None, "service", name="laptop")
    opened = await ring.opened_by(created.key)
    assert opened is not None
    assert (created.environment, created.key[:3], opened.key_id, opened.key_name) == (None, "st_", created.id, "laptop")
    assert [*opened.environments][:3] == ["development", "staging", "production"]
    assert environment.name in opened.environments
    [listed] = [info for info in await made.list() if info.id == created.id]
    assert listed.environment is None
    assert created.id in await made.described(environment.id, [created.id])


async def test_a_service_key_of_one_environment_opens_that_one(
    made: Keys, ring: KeyRing, environment: Environment
) -> None:
    created = await made.create(environment.name, "service")
    opened = await ring.opened_by(created.key)
    assert opened is not None
    assert [*opened.environments] == [environment.name]
    await made.revoke(created.key)
    assert await ring.opened_by(created.key) is None


async def test_a_service_key_is_no_bearer_token_of_other_apis_and_their_keys_are_no_service_keys(
    made: Keys, ring: KeyRing, environment: Environment
) -> None:
    service = await made.create(None, "service")
    secret = await made.create(environment.name, "secret")
    assert await ring.find(service.key) is None
    assert await ring.opened_by(secret.key) is None


@pytest.mark.parametrize("kind", ["secret", "public", "workspace", "api"])
async def test_a_key_of_another_kind_belongs_to_one_environment(made: Keys, kind: str) -> None:
    with pytest.raises(ValueError, match="belongs to one environment"):
        await made.create(None, kind)
