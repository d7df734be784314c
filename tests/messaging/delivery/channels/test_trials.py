"""Trials of channels: one real message to an address that an operator names, and the provider's answer in words."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from addressee.channels.sender import Failure
from addressee.directory.errors import RefusedError
from addressee.messaging.delivery import attempts
from addressee.messaging.delivery.channels.trials import Trial, Trials, has_own_address
from addressee.messaging.environment.channels import Channel, by_key
from addressee.messaging.messages.model import Address
from addressee.messaging.suppressions.model import Reason, suppression_of
from tests.channels.mail_server import MailServer, mail_server
from tests.channels.provider_server import ProviderServer, Reply, Silence, provider_server
from tests.messaging.office import IN_APP, OUTBOX, Office

SMTP = """
type: email
provider: smtp
settings: {{from: Example <hello@example.com>, host: 127.0.0.1, port: {port}, security: none}}
"""
SLACK = "type: chat\nprovider: slack\nsettings: {{bot_token: xoxb-1, endpoint: '{url}'}}"
WEBHOOK = "type: http\nprovider: webhook\nsettings: {{url: '{url}/hook', allow_private_hosts: true}}"


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        yield server


@pytest.fixture
async def provider() -> AsyncIterator[ProviderServer]:
    async with provider_server() as server:
        yield server


async def channel(office: Office, text: str) -> Channel:
    await office.push({"channels/tried.yaml": text})
    return (await by_key(office.pool, office.environment_id))["tried"]


async def send(office: Office, tried: Channel, to: str, body: str = "Hello") -> Trial:
    trials = Trials(office.pool, office.sealer, office.outbox, office.clock)
    return await trials.send(office.environment_id, tried, to, body)


async def test_an_email_arrives_at_a_mail_server(office: Office, mail: MailServer) -> None:
    tried = await channel(office, SMTP.format(port=mail.port))
    trial = await send(office, tried, "ada@example.org")
    assert (trial.address, trial.verdict, trial.failure) == ("ada@example.org", "sent", None)
    assert mail.recipients == [["ada@example.org"]]
    (message,) = mail.mails
    assert message["subject"] == "A test message"
    assert message.get_content().strip() == "Hello"


async def test_what_the_provider_refuses_is_said_and_not_tried_again(office: Office, mail: MailServer) -> None:
    tried = await channel(office, SMTP.format(port=mail.port))
    mail.recipient_answer = "550 no such user"
    trial = await send(office, tried, "nobody@example.org")
    assert trial.failure is Failure.BOUNCED
    assert "the address is dead" in trial.verdict
    assert (mail.connections, mail.mails) == (1, [])
    assert (
        await office.messaging.suppressions.find(office.environment_id, [Address("email", "nobody@example.org")]) == {}
    )


async def test_an_address_in_a_providers_words_is_taken(office: Office, provider: ProviderServer) -> None:
    tried = await channel(office, SLACK.format(url=provider.url))
    provider.answer = lambda request: Reply(200, {"ok": True, "channel": "C1", "ts": "1.2"})
    assert (await send(office, tried, '{"channel_id": "C1"}')).failure is None
    assert provider.received[-1].json["channel"] == "C1"


async def test_a_channel_with_an_address_of_its_own_takes_none(office: Office, provider: ProviderServer) -> None:
    tried = await channel(office, WEBHOOK.format(url=provider.url))
    provider.answer = lambda request: Reply(200, "")
    assert has_own_address(tried)
    assert (await send(office, tried, "")).failure is None
    assert [request.path for request in provider.received] == ["/hook"]


async def test_a_provider_that_does_not_answer_ends_the_trial(
    office: Office, provider: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "SENDING_SECONDS", 0.1)
    tried = await channel(office, SLACK.format(url=provider.url))
    provider.answer = lambda request: Silence(closes=False)
    trial = await send(office, tried, '{"channel_id": "C1"}')
    assert trial.failure is Failure.UNCONFIRMED
    assert len(provider.received) == 1


async def test_a_suppressed_address_is_refused(office: Office, mail: MailServer) -> None:
    tried = await channel(office, SMTP.format(port=mail.port))
    entry = suppression_of(Address("email", "ada@example.org"), Reason.COMPLAINED, office.clock.now())
    await office.messaging.suppressions.add(office.environment_id, [entry])
    with pytest.raises(RefusedError, match="suppressed .complained.: lift that first"):
        await send(office, tried, "Ada@example.org")
    assert mail.connections == 0


@pytest.mark.parametrize("to", ["", "nobody", "{", "ada@example.org, bob@example.org", "a\0@example.org"])
async def test_what_is_no_address_is_refused(office: Office, mail: MailServer, to: str) -> None:
    tried = await channel(office, SMTP.format(port=mail.port))
    with pytest.raises(RefusedError):
        await send(office, tried, to)
    assert mail.connections == 0


async def test_a_feed_sends_nothing(office: Office) -> None:
    tried = await channel(office, IN_APP)
    with pytest.raises(RefusedError, match="stores messages and sends none"):
        await send(office, tried, "ada")


async def test_a_channel_that_cannot_be_opened_says_so(office: Office) -> None:
    tried = await channel(office, OUTBOX)
    await office.pool.execute("UPDATE addressee.channels SET sealed_secrets = 'other' WHERE id = $1", tried.id)
    with pytest.raises(RefusedError, match="Its settings or secrets cannot be used"):
        await send(office, tried, "ada@example.org")
