"""SMS and WhatsApp from a trigger to the provider's API: to a person's numbers, and no more to those that are dead."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from addressee.directory.edits.addresses import AddAddress
from addressee.directory.edits.recipients import Edit, Identify, SetChannelData
from addressee.directory.writing.writes import Write
from addressee.messaging.content.sms import SmsContent
from addressee.messaging.content.whatsapp import WhatsAppContent
from addressee.messaging.messages.model import Message
from addressee.messaging.messages.status import Status
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply, provider_server
from tests.messaging.office import Office

HOME, WORK = "+442071838750", "+491701234567"

TWILIO = """
type: sms
provider: twilio
settings: {account_sid: AC1, auth_token: "${TOKEN}", from: Addressee, addresses: all, endpoint: "${URL}"}
"""
META = """
type: whatsapp
provider: meta
settings: {phone_number_id: "17", access_token: "${TOKEN}", endpoint: "${URL}"}
"""
SHIPPED = """
steps:
  - ref: text
    channel: sms
    template: {body: "{{ recipient.name }}: {{ data.text }}"}
  - ref: whatsapp
    channel: whatsapp
    template: {name: shipped, language: de, parameters: ["{{ recipient.name }}"]}
"""
NOT_MOBILE = Reply(400, {"code": 21614, "message": "'To' number is not a valid mobile number", "status": 400})


@pytest.fixture
async def vendor(office: Office) -> AsyncIterator[ProviderServer]:
    async with provider_server() as vendor:
        vendor.answer = accept
        files = {"channels/sms.yaml": TWILIO, "channels/whatsapp.yaml": META, "workflows/shipped.yaml": SHIPPED}
        await office.push(files, {"TOKEN": "t0ken-1", "URL": vendor.url})
        yield vendor


def accept(request: ReceivedRequest) -> Reply:
    if request.path.endswith("/Messages.json"):
        return Reply(201, {"sid": "SM1", "status": "queued"})
    return Reply(200, {"messages": [{"id": "wamid.1"}]})


async def edit(office: Office, *edits: Edit) -> None:
    await office.directory.write(Write(office.user("ada"), edits))


async def notify(office: Office, text: str = "on its way") -> dict[str, Message]:
    """Returns the new messages by their step."""
    await office.trigger("ada", workflow="shipped", data={"text": text})
    await office.work()
    newest: dict[str, Message] = {}
    for message in await office.messages("ada"):
        newest.setdefault(message.step_ref, message)
    return newest


async def content(office: Office, message: Message) -> Any:
    (contents,) = await office.messaging.messages.contents(office.environment_id, [message.id])
    return contents.content


async def test_a_person_is_reached_on_all_numbers_for_sms_and_on_one_for_whatsapp(
    office: Office, vendor: ProviderServer
) -> None:
    await edit(office, Identify({"name": "Ada", "phone_number": "+44 (0)20 7183-8750"}), AddAddress("sms", WORK))
    await edit(office, AddAddress("sms", HOME), AddAddress("whatsapp", WORK), AddAddress("whatsapp", HOME))
    messages = await notify(office)
    texts = [request.form for request in vendor.received if request.path.endswith("/Messages.json")]
    assert sorted((form["To"], form["Body"]) for form in texts) == [
        (HOME, "Ada: on its way"),
        (WORK, "Ada: on its way"),
    ]
    (whatsapp,) = [request.json for request in vendor.received if request.path.endswith("/17/messages")]
    assert (whatsapp["to"], whatsapp["template"]["name"]) == (WORK, "shipped")
    assert {ref: message.status for ref, message in messages.items()} == {
        "text": Status.SENT,
        "whatsapp": Status.SENT,
    }
    assert await content(office, messages["text"]) == SmsContent(
        numbers=(HOME, WORK), body="Ada: on its way", segments=1
    )
    assert await content(office, messages["whatsapp"]) == WhatsAppContent(
        numbers=(WORK,), name="shipped", language="de", parameters=["Ada"]
    )


async def test_a_number_in_channel_data_is_reached_by_whatsapp(office: Office, vendor: ProviderServer) -> None:
    data = {"phone_numbers": [WORK]}
    await edit(office, Identify({"name": "Ada"}), SetChannelData(str(await office.channel_id("whatsapp")), data))
    assert list(await notify(office)) == ["whatsapp"]
    assert [request.json["to"] for request in vendor.received] == [WORK]


async def test_a_dead_number_is_not_sent_to_again_but_its_neighbour_is(office: Office, vendor: ProviderServer) -> None:
    vendor.answer = lambda request: NOT_MOBILE if request.form["To"] == HOME else accept(request)
    await edit(office, Identify({"name": "Ada", "phone_number": HOME}), AddAddress("sms", WORK))
    assert (await notify(office))["text"].status is Status.SENT
    assert {request.form["To"] for request in vendor.received} == {HOME, WORK}
    vendor.received.clear()
    await notify(office)
    assert [request.form["To"] for request in vendor.received] == [WORK]
    recipient = await office.directory.read(office.user("ada"))
    assert recipient is not None
    assert {address["value"]: address["status"] for address in recipient.addresses} == {
        HOME: "disabled",
        WORK: "active",
    }


async def test_a_text_that_is_too_long_is_not_sent_and_the_other_steps_go_on(
    office: Office, vendor: ProviderServer
) -> None:
    await edit(office, Identify({"name": "Ada", "phone_number": HOME}), AddAddress("whatsapp", HOME))
    messages = await notify(office, "a" * 1_600)
    assert {ref: message.status for ref, message in messages.items()} == {
        "text": Status.UNDELIVERED,
        "whatsapp": Status.SENT,
    }
    assert [request.json["to"] for request in vendor.received] == [HOME]
    ((_, data),) = [event for event in await office.events(messages["text"]) if event[0] == "undelivered"]
    assert "the text of an SMS has at most 1,600 characters; this one has 1,605" in str(data)
