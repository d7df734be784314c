"""SMS and WhatsApp to the official client: an SMS has a shape of its own, WhatsApp is a chat (knock.md §2.0)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from knockapi import Knock
from knockapi.types import Message

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.messaging.environment import channels
from addressee.messaging.workflows.configuration import read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from tests.channels.provider_server import ProviderServer, provider_server
from tests.conftest import Environment
from tests.messaging.delivery.test_numbers import META, SHIPPED, TWILIO, WORK, accept
from tests.messaging.office import write_files
from tests.support.waiting import until

HOME = "+442071838750"


@pytest.fixture
async def vendor(
    pool: Pool, installation: Installation, environment: Environment, worker: None, tmp_path: Path
) -> AsyncIterator[ProviderServer]:
    async with provider_server() as vendor:
        vendor.answer = accept
        files = {"channels/sms.yaml": TWILIO, "channels/whatsapp.yaml": META, "workflows/shipped.yaml": SHIPPED}
        configuration = read_configuration(write_files(tmp_path, files), {"TOKEN": "t0ken-1", "URL": vendor.url})
        await deploy(pool, Sealer(installation.master_key()), environment.id, configuration, datetime.now(UTC))
        yield vendor


async def identify(knock: Knock, pool: Pool, environment: Environment) -> None:
    """Stores Ada with a number for SMS and one for WhatsApp, whose form of channel data the client has no type for."""
    knock.users.update("ada", name="Ada", phone_number=HOME)
    whatsapp = (await channels.by_key(pool, environment.id))["whatsapp"].id
    data = {"data": {"phone_numbers": [WORK]}}
    knock.put(f"/v1/users/ada/channel_data/{whatsapp}", body=data, cast_to=object)


async def notified(knock: Knock) -> dict[str, Message]:
    """Triggers the workflow, and returns Ada's messages by their step when all are sent."""
    knock.workflows.trigger("shipped", recipients=["ada"], data={"text": "on its way"})
    found: dict[str, Message] = {}

    async def is_sent() -> bool:
        found.update({str(message.source.step_ref): message for message in knock.users.list_messages("ada")})
        return len(found) == 2 and all(message.status == "sent" for message in found.values())

    await until(is_sent)
    return found


async def test_a_client_reads_what_was_sent_to_numbers(
    knock: Knock, pool: Pool, environment: Environment, vendor: ProviderServer
) -> None:
    await identify(knock, pool, environment)
    messages = await notified(knock)
    types = {ref: message.channel and message.channel.type for ref, message in messages.items()}
    assert types == {"text": "sms", "whatsapp": "chat"}
    assert knock.messages.get_content(messages["text"].id).to_dict()["data"] == {
        "__typename": "MessageSmsContent",
        "to": HOME,
        "body": "Ada: on its way",
    }
    assert knock.messages.get_content(messages["whatsapp"].id).to_dict()["data"] == {
        "__typename": "MessageChatContent",
        "connection": {"phone_numbers": [WORK]},
        "template": {
            "blocks": [],
            "json_content": {"name": "shipped", "language": "de", "parameters": ["Ada"], "components": []},
        },
    }
    (log,) = knock.messages.list_delivery_logs(messages["text"].id)
    assert log.service_name == "twilio"
    assert "on its way" not in repr(log.to_dict())


async def test_chats_that_are_not_wanted_leave_out_whatsapp(
    knock: Knock, pool: Pool, environment: Environment, vendor: ProviderServer
) -> None:
    await identify(knock, pool, environment)
    knock.users.set_preferences("ada", "default", channel_types={"chat": False})
    knock.workflows.trigger("shipped", recipients=["ada"], data={"text": "on its way"})

    async def is_sent() -> bool:
        return [message.status for message in knock.users.list_messages("ada")] == ["sent"]

    await until(is_sent)
    assert [request.form["To"] for request in vendor.received] == [HOME]
