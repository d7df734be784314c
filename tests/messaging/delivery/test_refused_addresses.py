"""What providers refuse for good is suppressed: for everybody who has the address, and with the provider's words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from addressee.directory.edits.addresses import AddAddress
from addressee.directory.edits.recipients import Identify
from addressee.directory.recipient import TENANTS, Document, Place
from addressee.directory.writing.writes import Write
from addressee.messaging.errors import SuppressionMissingError
from addressee.messaging.messages.model import Address
from addressee.messaging.messages.status import Status
from addressee.messaging.suppressions.model import Reason, Suppression
from tests.channels.mail_server import MailServer, mail_server
from tests.channels.provider_server import ProviderServer, Reply, provider_server
from tests.messaging.delivery.test_send_job import MAIL_ONLY, SMTP
from tests.messaging.office import Office

ADA = "ada@example.org"
NUMBER = "+491701234567"
TWILIO = """
type: sms
provider: twilio
settings: {{account_sid: AC1, auth_token: token, from: "+15005550006", endpoint: "{url}"}}
"""
TEXT = "steps: [{ref: text, channel: texts, template: {body: Hello}}]"


@pytest.fixture
async def mail(office: Office) -> AsyncIterator[MailServer]:
    async with mail_server() as mail:
        await office.push({"channels/email.yaml": SMTP.format(port=mail.port), "workflows/mail.yaml": MAIL_ONLY})
        yield mail


@pytest.fixture
async def twilio(office: Office) -> AsyncIterator[ProviderServer]:
    async with provider_server() as server:
        await office.push({"channels/texts.yaml": TWILIO.format(url=server.url), "workflows/text.yaml": TEXT})
        yield server


async def suppressed(office: Office, kind: str, text: str) -> Suppression | None:
    address = Address(kind, text)
    return (await office.messaging.suppressions.find(office.environment_id, [address])).get(address)


async def trigger(office: Office, id: str, workflow: str, **attributes: Any) -> Status:
    await office.identify(id, **attributes)
    await office.trigger(id, workflow=workflow)
    await office.work()
    return (await office.messages(id))[0].status


async def addresses(office: Office, id: str) -> list[Document]:
    found = await office.directory.read(office.user(id))
    assert found is not None
    return found.addresses


async def test_a_mailbox_that_does_not_exist_is_suppressed_for_everybody(office: Office, mail: MailServer) -> None:
    mail.refused[ADA] = "550 5.1.1 no such user"
    assert await trigger(office, "ada", "mail", email=ADA) is Status.BOUNCED
    (message,) = await office.messages("ada")
    assert await suppressed(office, "email", ADA) == Suppression(
        "email",
        ADA,
        Reason.BOUNCED,
        office.clock.now(),
        "SMTP 550: 5.1.1 no such user",
        await office.channel_id("email"),
        message.id,
    )
    del mail.refused[ADA]
    assert await trigger(office, "namesake", "mail", email="Ada@example.org") is Status.NOT_SENT
    assert mail.mails == []


async def test_adding_the_address_again_does_not_lift_it(office: Office, mail: MailServer) -> None:
    mail.refused[ADA] = "550 5.1.1 no such user"
    await trigger(office, "ada", "mail", email=ADA)
    await office.directory.write(Write(office.user("ada"), (AddAddress("email", ADA),)))
    del mail.refused[ADA]
    assert await trigger(office, "ada", "mail", email=ADA) is Status.NOT_SENT


async def test_lifting_it_makes_the_address_active_where_it_bounced(office: Office, mail: MailServer) -> None:
    mail.refused[ADA] = "550 5.1.1 no such user"
    await trigger(office, "ada", "mail", email=ADA)
    del mail.refused[ADA]
    lifted = await office.messaging.suppressions.lift(office.directory, office.environment_id, [Address("email", ADA)])
    assert [entry.address for entry in lifted] == [ADA]
    assert await trigger(office, "ada", "mail", email=ADA) is Status.SENT
    with pytest.raises(SuppressionMissingError):
        await office.messaging.suppressions.lift(office.directory, office.environment_id, [Address("email", ADA)])


async def test_lifting_all_addresses_of_a_message_makes_each_active(office: Office, mail: MailServer) -> None:
    await office.push({"channels/email.yaml": f"{SMTP.format(port=mail.port)}  addresses: all\n"})
    second = "second@example.org"
    mail.refused = dict.fromkeys((ADA, second), "550 5.1.1 no such user")
    await office.directory.write(Write(office.user("ada"), (AddAddress("email", ADA), AddAddress("email", second))))
    assert await trigger(office, "ada", "mail", email=ADA) is Status.BOUNCED
    assert {each["status"] for each in await addresses(office, "ada")} == {"disabled"}
    both = [Address("email", ADA), Address("email", second)]
    await office.messaging.suppressions.lift(office.directory, office.environment_id, both)
    assert {each["status"] for each in await addresses(office, "ada")} == {"active"}


async def test_also_where_the_address_is_one_within_a_tenant(office: Office, mail: MailServer) -> None:
    mail.refused[ADA] = "550 5.1.1 no such user"
    await office.directory.write(Write(Place(office.environment_id, TENANTS, "acme"), (Identify(),)))
    await office.identify("ada", email="elsewhere@example.org")
    await office.directory.memberships.write([(Write(office.user("ada"), (AddAddress("email", ADA),)), "acme")])
    for _ in range(2):
        await office.trigger("ada", workflow="mail", tenant="acme")
        await office.work()
    assert [message.status for message in await office.messages("ada")] == [Status.BOUNCED]
    del mail.refused[ADA]
    await office.messaging.suppressions.lift(office.directory, office.environment_id, [Address("email", ADA)])
    await office.trigger("ada", workflow="mail", tenant="acme")
    await office.work()
    assert mail.recipients == [[ADA]]


async def test_what_is_refused_for_what_it_says_suppresses_nobody(office: Office, mail: MailServer) -> None:
    mail.data_answer = "554 5.7.1 looks like spam"
    assert await trigger(office, "ada", "mail", email=ADA) is Status.UNDELIVERED
    assert await suppressed(office, "email", ADA) is None


async def test_a_number_whose_owner_has_opted_out_is_suppressed(office: Office, twilio: ProviderServer) -> None:
    twilio.answer = lambda request: Reply(400, {"code": 21610, "message": "unsubscribed recipient", "status": 400})
    assert await trigger(office, "ada", "text", phone_number=NUMBER) is Status.UNDELIVERED
    entry = await suppressed(office, "sms", NUMBER)
    assert entry is not None
    assert (entry.reason, entry.address) == (Reason.OPTED_OUT, NUMBER)
    assert "unsubscribed recipient" in (entry.details or "")
    assert await suppressed(office, "whatsapp", NUMBER) is None
    assert await addresses(office, "ada") == []


async def test_a_number_that_does_not_exist_is_disabled_at_its_owner_only(
    office: Office, twilio: ProviderServer
) -> None:
    twilio.answer = lambda request: Reply(400, {"code": 21211, "message": "invalid number", "status": 400})
    assert await trigger(office, "ada", "text", phone_number=NUMBER) is Status.BOUNCED
    assert await suppressed(office, "sms", NUMBER) is None
    assert [each["status"] for each in await addresses(office, "ada")] == ["disabled"]
