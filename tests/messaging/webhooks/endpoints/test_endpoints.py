"""Endpoints of an environment: created, changed, disabled, given other secrets, deleted."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from addressee.database.pool import Pool
from addressee.directory.errors import RefusedError
from addressee.directory.writing.receipts import Receipt, RepeatedError, StoredAnswer
from addressee.messaging.errors import WebhookMissingError
from addressee.messaging.webhooks.endpoints.endpoints import EndpointChange, Endpoints, NewEndpoint
from addressee.messaging.webhooks.model import DisabledFor, Endpoint, Form
from tests.messaging.office import Office

URL = "https://example.com/hook"
NOBODY = UUID(int=0)


@pytest.fixture
def endpoints(office: Office) -> Endpoints:
    return office.messaging.webhook_endpoints


async def create(office: Office, url: str = URL) -> Endpoint:
    return (await office.messaging.webhook_endpoints.create(office.environment_id, NewEndpoint(url))).endpoint


async def set_failing(office: Office, endpoint: Endpoint, since: timedelta) -> None:
    """Has deliveries to an endpoint fail since some time ago, and pauses it for an hour."""
    await office.pool.execute(
        "UPDATE addressee.webhook_endpoints SET failing_since = $2, paused_until = $3 WHERE id = $1",
        endpoint.id,
        office.clock.now() - since,
        office.clock.now() + timedelta(hours=1),
    )


async def test_an_endpoint_is_read_as_it_was_created(office: Office, endpoints: Endpoints) -> None:
    new = NewEndpoint(URL, ("message.sent", "recipient.*"), " The CRM ", Form.KNOCK, "a secret of ours")
    created = await endpoints.create(office.environment_id, new)
    now = office.clock.now()
    assert created.endpoint == Endpoint(
        office.environment_id,
        created.endpoint.id,
        URL,
        "The CRM",
        ("message.sent", "recipient.*"),
        Form.KNOCK,
        now,
        now,
        None,
        None,
        None,
        None,
    )
    assert await endpoints.get(office.environment_id, created.endpoint.id) == created.endpoint
    assert await endpoints.list(office.environment_id) == [created.endpoint]
    [secret] = await endpoints.secrets(office.environment_id, created.endpoint.id)
    assert (secret.value, secret.expires_at) == (created.secret, None) == ("a secret of ours", None)


async def test_secrets_are_stored_sealed(office: Office, endpoints: Endpoints) -> None:
    created = await endpoints.create(office.environment_id, NewEndpoint(URL))
    stored = await office.pool.fetchval(
        "SELECT t::text FROM addressee.webhook_endpoints AS t WHERE id = $1", created.endpoint.id
    )
    assert created.secret.removeprefix("whsec_").encode().hex() not in stored
    assert created.secret not in stored


async def test_nothing_crosses_environments(office: Office, other: Office, endpoints: Endpoints) -> None:
    endpoint = await create(office)
    assert await endpoints.list(other.environment_id) == []
    for act in (
        endpoints.get(other.environment_id, endpoint.id),
        endpoints.secrets(other.environment_id, endpoint.id),
        endpoints.change(other.environment_id, endpoint.id, EndpointChange(is_enabled=False)),
        endpoints.rotate(other.environment_id, endpoint.id),
        endpoints.delete(other.environment_id, endpoint.id),
    ):
        with pytest.raises(WebhookMissingError):
            await act
    assert await endpoints.get(office.environment_id, endpoint.id) == endpoint


async def test_what_is_not_given_stays(office: Office, endpoints: Endpoints) -> None:
    endpoint = await create(office)
    office.clock.move(timedelta(minutes=1))
    changed = await endpoints.change(office.environment_id, endpoint.id, EndpointChange(types=["message.*"]))
    assert changed == replace(endpoint, types=("message.*",), updated_at=office.clock.now())
    described = await endpoints.change(office.environment_id, endpoint.id, EndpointChange(description="The CRM"))
    assert described == replace(changed, description="The CRM")


async def test_another_url_begins_without_failures_and_the_same_one_does_not(
    office: Office, endpoints: Endpoints
) -> None:
    endpoint = await create(office)
    await set_failing(office, endpoint, since=timedelta(days=2))
    same = await endpoints.change(office.environment_id, endpoint.id, EndpointChange(url=URL))
    assert (same.failing_since, same.paused_until) == (
        office.clock.now() - timedelta(days=2),
        office.clock.now() + timedelta(hours=1),
    )
    moved = await endpoints.change(office.environment_id, endpoint.id, EndpointChange(url=f"{URL}/2"))
    assert (moved.url, moved.failing_since, moved.paused_until) == (f"{URL}/2", None, None)


async def test_one_that_is_disabled_by_hand_keeps_since_when_until_it_is_enabled(
    office: Office, endpoints: Endpoints
) -> None:
    endpoint = await create(office)
    at = office.clock.now()
    for _ in range(2):
        off = await endpoints.change(office.environment_id, endpoint.id, EndpointChange(is_enabled=False))
        assert (off.disabled_at, off.disabled_for) == (at, DisabledFor.BY_HAND)
        office.clock.move(timedelta(hours=1))
    on = await endpoints.change(office.environment_id, endpoint.id, EndpointChange(is_enabled=True))
    assert (on.disabled_at, on.disabled_for) == (None, None)


async def test_enabling_ends_the_failures_that_disabled_it(office: Office, endpoints: Endpoints) -> None:
    endpoint = await create(office)
    await set_failing(office, endpoint, since=timedelta(days=6))
    await office.pool.execute(
        "UPDATE addressee.webhook_endpoints SET disabled_at = $2, disabled_for = 'failing' WHERE id = $1",
        endpoint.id,
        office.clock.now(),
    )
    off = await endpoints.change(office.environment_id, endpoint.id, EndpointChange(is_enabled=False))
    assert off.disabled_for is DisabledFor.FAILING
    on = await endpoints.change(office.environment_id, endpoint.id, EndpointChange(is_enabled=True))
    assert on == endpoint


async def test_a_secret_that_is_replaced_signs_for_a_day_more(office: Office, endpoints: Endpoints) -> None:
    created = await endpoints.create(office.environment_id, NewEndpoint(URL))
    id, at = created.endpoint.id, office.clock.now()
    signed = await endpoints.rotate(office.environment_id, id)
    assert [(each.value, each.expires_at) for each in await endpoints.secrets(office.environment_id, id)] == [
        (signed.secret, None),
        (created.secret, at + timedelta(hours=24)),
    ]
    office.clock.move(timedelta(hours=24))
    assert [each.value for each in await endpoints.secrets(office.environment_id, id)] == [signed.secret]


async def test_a_secret_that_cannot_sign_in_the_endpoints_form_replaces_none(
    office: Office, endpoints: Endpoints
) -> None:
    created = await endpoints.create(office.environment_id, NewEndpoint(URL))
    with pytest.raises(RefusedError, match="secret must be whsec_ and the base64 of 16 bytes or more"):
        await endpoints.rotate(office.environment_id, created.endpoint.id, "a secret of ours, no base64")
    [kept] = await endpoints.secrets(office.environment_id, created.endpoint.id)
    assert kept.value == created.secret


async def test_what_is_deleted_is_not_there(office: Office, endpoints: Endpoints) -> None:
    endpoint = await create(office)
    await endpoints.delete(office.environment_id, endpoint.id)
    assert await endpoints.list(office.environment_id) == []
    with pytest.raises(WebhookMissingError, match="There is no such webhook in this environment"):
        await endpoints.delete(office.environment_id, endpoint.id)


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (NewEndpoint("https://10.0.0.1/"), "url"),
        (NewEndpoint(URL, types=("message.nope",)), "types"),
        (NewEndpoint(URL, description="a" * 501), "description"),
        (NewEndpoint(URL, description="\0"), "description"),
        (NewEndpoint(URL, secret="short"), "secret"),
    ],
)
async def test_a_refusal_names_what_is_wrong_and_stores_nothing(
    office: Office, endpoints: Endpoints, new: NewEndpoint, field: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        await endpoints.create(office.environment_id, new)
    assert refused.value.field == field
    assert await endpoints.list(office.environment_id) == []


async def test_an_environment_has_at_most_twenty_however_many_are_created_at_once(
    office: Office, endpoints: Endpoints
) -> None:
    for _ in range(18):
        await create(office)
    made = await asyncio.gather(*(create(office) for _ in range(4)), return_exceptions=True)
    refused = [each for each in made if isinstance(each, RefusedError)]
    assert [each.message for each in refused] == [
        "An environment has at most 20 webhooks; delete one that is not needed."
    ] * 2
    assert len(await endpoints.list(office.environment_id)) == 20


async def test_a_request_under_one_key_creates_one_endpoint(office: Office, endpoints: Endpoints, pool: Pool) -> None:
    receipt = Receipt(office.environment_id, "key", b"fingerprint", "request", lambda _: StoredAnswer(201, b"{}"))
    await endpoints.create(office.environment_id, NewEndpoint(URL), receipt=receipt)
    with pytest.raises(RepeatedError):
        await endpoints.create(office.environment_id, NewEndpoint(URL), receipt=receipt)
    assert len(await endpoints.list(office.environment_id)) == 1
