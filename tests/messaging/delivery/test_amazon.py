"""Amazon SES and SNS from a trigger to their APIs: e-mail, SMS and push, and no more to endpoints that are gone."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest

from addressee.channels.push.aws_sns import AWS_SNS
from addressee.directory.edits.addresses import AddAddress
from addressee.directory.edits.recipients import Edit, Identify, SetChannelData
from addressee.directory.writing.writes import Write
from addressee.messaging.messages.status import Status
from tests.channels.cases.sns_push import AMAZON, ANDROID, APPLE
from tests.channels.cases.sns_sms import ACCEPTED, error
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply, provider_server
from tests.messaging.office import Office

NUMBER = "+491701234567"

KEYS = 'region: eu-central-1, access_key_id: AKIDEXAMPLE, secret_access_key: "${SECRET}", endpoint: "${URL}"'
FILES = {
    "channels/email.yaml": f"type: email\nprovider: ses\nsettings: {{from: hello@example.com, {KEYS}}}",
    "channels/sms.yaml": f"type: sms\nprovider: aws_sns\nsettings: {{from: ACME, {KEYS}}}",
    "channels/push.yaml": f"type: push\nprovider: aws_sns\nsettings: {{{KEYS}}}",
    "workflows/shipped.yaml": """
steps:
  - ref: mail
    channel: email
    template: {subject: Shipped, text: "{{ recipient.name }}", overrides: {ConfigurationSetName: "{{ data.set }}"}}
  - ref: text
    channel: sms
    template: {body: "{{ recipient.name }}: shipped"}
  - ref: push
    channel: push
    template: {title: Shipped, body: "{{ recipient.name }}"}
""",
}


@pytest.fixture
async def amazon(office: Office) -> AsyncIterator[ProviderServer]:
    async with provider_server() as amazon:
        amazon.answer = accept
        await office.push(FILES, {"SECRET": "s3cret-1", "URL": amazon.url})
        yield amazon


def accept(request: ReceivedRequest) -> Reply:
    return Reply(200, {"MessageId": "0107-1"}) if request.path.startswith("/v2/") else ACCEPTED


async def notify(office: Office, *edits: Edit) -> dict[str, Status]:
    """Returns the statuses of the new messages by their step."""
    await office.directory.write(Write(office.user("ada"), edits))
    before = {message.id for message in await office.messages("ada")}
    await office.trigger("ada", workflow="shipped", data={"set": "transactional"})
    await office.work()
    return {each.step_ref: each.status for each in await office.messages("ada") if each.id not in before}


async def channel_data(office: Office, *arns: str) -> SetChannelData:
    channel_id = str(await office.channel_id("push"))
    return SetChannelData(channel_id, AWS_SNS.data.checked({"target_arns": list(arns)}, "data"))


def endpoints(amazon: ProviderServer) -> Sequence[str]:
    return sorted(request.form["TargetArn"] for request in amazon.received if "TargetArn" in request.form)


async def test_a_person_is_reached_by_email_sms_and_push(office: Office, amazon: ProviderServer) -> None:
    data = await channel_data(office, ANDROID)
    person = Identify({"name": "Ada", "email": "ada@example.org", "phone_number": NUMBER})
    stored = AddAddress("push", APPLE, "aws_sns")
    assert await notify(office, person, data, stored) == dict.fromkeys(("mail", "text", "push"), Status.SENT)
    (mail,) = [request.json for request in amazon.received if request.path == "/v2/email/outbound-emails"]
    assert mail["ConfigurationSetName"] == "transactional"
    assert b64decode(mail["Content"]["Raw"]["Data"]).rstrip().endswith(b"\r\n\r\nAda")
    (text,) = [request.form for request in amazon.received if "PhoneNumber" in request.form]
    assert (text["PhoneNumber"], text["Message"]) == (NUMBER, "Ada: shipped")
    assert endpoints(amazon) == sorted((ANDROID, APPLE))


async def test_an_endpoint_that_is_disabled_is_not_asked_for_again_but_its_neighbours_are(
    office: Office, amazon: ProviderServer
) -> None:
    gone = error(400, "EndpointDisabled", "Endpoint is disabled")
    amazon.answer = lambda request: gone if request.form["TargetArn"] in {ANDROID, APPLE} else ACCEPTED
    data = await channel_data(office, ANDROID, AMAZON)
    stored = AddAddress("push", APPLE, "aws_sns")
    assert await notify(office, Identify({"name": "Ada"}), data, stored) == {"push": Status.SENT}
    assert endpoints(amazon) == sorted((ANDROID, APPLE, AMAZON))
    amazon.received.clear()
    assert await notify(office) == {"push": Status.SENT}
    assert endpoints(amazon) == [AMAZON]


async def test_while_amazon_refuses_the_keys_nothing_is_lost(office: Office, amazon: ProviderServer) -> None:
    refused = error(403, "InvalidClientTokenId", "The security token included in the request is invalid.")
    amazon.answer = lambda request: refused
    person = Identify({"name": "Ada", "phone_number": NUMBER})
    assert await notify(office, person) == {"text": Status.DELIVERY_ATTEMPTED}
    amazon.answer = accept
    await office.work_after(timedelta(minutes=2))
    assert [message.status for message in await office.messages("ada")] == [Status.SENT]
