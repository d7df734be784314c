"""Taking callbacks: which channel is meant, who may call, and what is done once only."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from addressee.channels.callback import (
    Callback,
    CallbackMalformedError,
    CallbackRefusedError,
    CallbackRequest,
    Callbacks,
    EventKind,
    ProviderEvent,
)
from addressee.database.jobs.queue import Wakeup
from addressee.database.sealing import Sealer
from addressee.directory.errors import UnavailableError
from addressee.messaging.feedback.callbacks import CalledChannel, ProviderCallbacks, callback_path, callback_secret
from addressee.messaging.feedback.provider_documents import ProviderDocuments
from tests.channels.callbacks import test_ses
from tests.channels.callbacks.requests import NOW
from tests.channels.provider_server import ProviderServer, Reply, provider_server
from tests.messaging.feedback.told import callbacks_of, postmark
from tests.messaging.office import FILES, Office

BODY = CallbackRequest("POST", "https://addressee.example.com/", {}, {}, b"{}")


@pytest.fixture
async def server() -> AsyncIterator[ProviderServer]:
    async with provider_server() as server:
        yield server


@pytest.fixture
async def called(office: Office) -> CalledChannel:
    """A channel whose provider sends events that a test chooses, each request with a mark of its own."""
    async with postmark(office):
        id = await office.channel_id("email")
        secret = callback_secret(office.sealer, office.environment_id, id)
        found = await callbacks_of(office).find(str(id), secret)
    assert found is not None
    return found


def telling(*events: ProviderEvent, once: str | None = None, **rest: Any) -> Callbacks:
    return Callbacks(lambda request, settings, now: Callback(events, once, **rest))


def delivered(id: str | None = "m-1", address: str | None = None) -> ProviderEvent:
    return ProviderEvent(kind=EventKind.DELIVERED, provider_id=id, address=address)


async def told(office: Office) -> list[list[dict[str, Any]]]:
    """The events of the jobs that wait."""
    jobs = [json.loads(job.arguments) for job in await office.jobs()]
    return [job["events"] for job in jobs]


async def test_the_secret_says_which_environments_channel_it_is(office: Office, other: Office) -> None:
    async with postmark(office), postmark(other):
        id = await office.channel_id("email")
        statement = "UPDATE addressee.channels SET id = $2 WHERE environment_id = $1"
        await other.pool.execute(statement, other.environment_id, id)
        found = await callbacks_of(office).find(str(id), callback_secret(office.sealer, office.environment_id, id))
        assert found is not None
        assert (found.environment_id, found.id) == (office.environment_id, id)
        assert found.settings.api_key == "server-token"


async def test_other_paths_are_nobodys(office: Office) -> None:
    async with postmark(office):
        id = await office.channel_id("email")
        secret = callback_secret(office.sealer, office.environment_id, id)
        callbacks = callbacks_of(office)
        for wrong in (
            "",
            secret[:-1],
            secret + "x",
            "ä\udcff",
            callback_secret(Sealer(b"x" * 32), office.environment_id, id),
        ):
            assert await callbacks.find(str(id), wrong) is None
        for unknown in ("", "no-uuid", str(uuid4())):
            assert await callbacks.find(unknown, secret) is None


async def test_a_provider_that_never_calls_has_no_path(office: Office) -> None:
    await office.push(FILES)
    id = await office.channel_id("email")
    assert await callbacks_of(office).find(str(id), callback_secret(office.sealer, office.environment_id, id)) is None


async def test_the_path_is_the_same_each_time_and_another_for_each_channel(office: Office) -> None:
    one, two = uuid4(), uuid4()
    path = callback_path(office.sealer, 1, one)
    assert path == callback_path(office.sealer, 1, one)
    assert path.startswith(f"/providers/{one}/")
    assert len(path.rpartition("/")[2]) == 43
    assert len({path, callback_path(office.sealer, 1, two), callback_path(office.sealer, 2, one)}) == 3


async def test_events_become_one_job_of_a_thousand_at_most(office: Office, called: CalledChannel) -> None:
    events = [delivered(f"m-{number}") for number in range(1001)]
    await callbacks_of(office).accept(replace(called, callbacks=telling(*events)), BODY, "r-1")
    assert [len(each) for each in await told(office)] == [1000, 1]


async def test_without_events_there_is_no_job(office: Office, called: CalledChannel) -> None:
    answer = await callbacks_of(office).accept(replace(called, callbacks=telling(answer="1158201444")), BODY, "r-1")
    assert answer == "1158201444"
    assert await told(office) == []


async def test_names_that_cannot_be_ours_are_passed_over(office: Office, called: CalledChannel) -> None:
    events = [delivered("m\0"), delivered("m" * 1001), delivered(None, "a\0b"), delivered("m-1")]
    await callbacks_of(office).accept(replace(called, callbacks=telling(*events)), BODY, "r-1")
    assert await told(office) == [[{"kind": "delivered", "provider_id": "m-1"}]]


async def test_a_repetition_is_taken_once(office: Office, called: CalledChannel) -> None:
    channel = replace(called, callbacks=telling(delivered(), once="token-1"))
    callbacks = callbacks_of(office)
    for request_id in ("r-1", "r-2"):
        assert await callbacks.accept(channel, BODY, request_id) == ""
    assert len(await told(office)) == 1


async def test_a_token_that_comes_with_another_body_is_refused(office: Office, called: CalledChannel) -> None:
    channel = replace(called, callbacks=telling(delivered(), once="token-1"))
    callbacks = callbacks_of(office)
    await callbacks.accept(channel, BODY, "r-1")
    with pytest.raises(CallbackRefusedError) as refused:
        await callbacks.accept(channel, replace(BODY, body=b"[]"), "r-2")
    assert str(refused.value) == "this signature was used before, for something else"
    assert len(await told(office)) == 1


async def test_what_is_refused_or_malformed_leaves_nothing(office: Office, called: CalledChannel) -> None:
    for error in (CallbackRefusedError("wrong"), CallbackMalformedError()):

        def read(request: CallbackRequest, settings: Any, now: datetime, error: Exception = error) -> Callback:
            raise error

        with pytest.raises(type(error)):
            await callbacks_of(office).accept(replace(called, callbacks=Callbacks(read)), BODY, "r-1")
    assert await told(office) == []


def certified(url: str) -> tuple[Callbacks, Sequence[bytes | None]]:
    seen: list[bytes | None] = []

    def read(request: CallbackRequest, settings: Any, now: datetime) -> Callback:
        seen.append(request.certificate)
        return Callback()

    return Callbacks(read, lambda request: url), seen


async def test_a_certificate_is_fetched_once_a_day(
    office: Office, called: CalledChannel, server: ProviderServer
) -> None:
    server.answer = lambda request: Reply(200, "the certificate")
    callbacks, seen = certified(f"{server.url}/cert.pem")
    async with httpx2.AsyncClient() as client:
        service = ProviderCallbacks(
            office.pool, office.sealer, Wakeup(office.pool), office.clock, ProviderDocuments(office.clock, client)
        )
        for _ in range(2):
            await service.accept(replace(called, callbacks=callbacks), BODY, "r-1")
    assert seen == [b"the certificate"] * 2
    assert [(request.method, request.path) for request in server.received] == [("GET", "/cert.pem")]


@pytest.mark.parametrize("kind", ["certificate", "confirmation"])
async def test_the_provider_tries_again_when_it_cannot_be_asked(
    office: Office, called: CalledChannel, server: ProviderServer, kind: str
) -> None:
    server.answer = lambda request: Reply(500)
    reading = certified(server.url)[0] if kind == "certificate" else telling(delivered(), confirm=server.url)
    service = callbacks_of(office)
    with pytest.raises(UnavailableError):
        await service.accept(replace(called, callbacks=reading), BODY, "r-1")
    await service.close()
    assert await told(office) == []


async def test_a_subscription_is_confirmed_by_calling_its_url(
    office: Office, called: CalledChannel, server: ProviderServer
) -> None:
    service = callbacks_of(office)
    await service.accept(replace(called, callbacks=telling(confirm=f"{server.url}/?Token=1")), BODY, "r-1")
    await service.close()
    assert [(request.method, request.path, request.query) for request in server.received] == [("GET", "/", "Token=1")]


SES = """
type: email
provider: ses
settings: {from: hello@example.com, region: eu-west-1, access_key_id: AKID, secret_access_key: secret}
"""


async def test_what_ses_tells_is_verified_with_the_certificate_of_sns(office: Office) -> None:
    """From the confirmation of the subscription to the first event."""
    asked = []

    def sns(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        return httpx2.Response(200, stream=httpx2.ByteStream(test_ses.CERTIFICATE))

    await office.push({"channels/email.yaml": SES})
    office.clock.move(NOW - office.clock.now())
    id = await office.channel_id("email")
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(sns)) as client:
        documents = ProviderDocuments(office.clock, client)
        service = ProviderCallbacks(office.pool, office.sealer, Wakeup(office.pool), office.clock, documents)
        channel = await service.find(str(id), callback_secret(office.sealer, office.environment_id, id))
        assert channel is not None
        url = test_ses.SUBSCRIBE_URL
        subscription = test_ses.signed("…", Type="SubscriptionConfirmation", Token="2336", SubscribeURL=url)
        event = test_ses.signed(test_ses.report("Delivery", delivery={}))
        for request in (subscription, event, event):
            await service.accept(channel, replace(request, certificate=None), "r-1")
    assert asked == [test_ses.CERTIFICATE_URL, url]
    assert await told(office) == [[{"kind": "delivered", "provider_id": "0100-1", "address": "ada@example.org"}]]
