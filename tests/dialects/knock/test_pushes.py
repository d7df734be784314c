"""Push notifications: what they say, where they went, and what becomes of devices that are gone (knock.md §3.8)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from knockapi import Knock
from knockapi.types import Message

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.messaging.environment import channels
from addressee.messaging.workflows.configuration import read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from tests.channels.fcm_server import FCM, UNREGISTERED, FcmServer, fcm_server
from tests.conftest import Environment
from tests.messaging.office import write_files
from tests.support.waiting import until

WORKFLOW = """
steps:
  - ref: push
    channel: push
    template:
      title: Order {{ data.order }}
      body: "{{ recipient.name }}, it is on its way"
      action_url: "https://app.example/orders/{{ data.order }}"
"""


@pytest.fixture
async def fcm(
    pool: Pool, installation: Installation, environment: Environment, worker: None, tmp_path: Path
) -> AsyncIterator[FcmServer]:
    async with fcm_server() as fcm:
        folder = write_files(tmp_path, {"channels/push.yaml": FCM, "workflows/shipped.yaml": WORKFLOW})
        configuration = read_configuration(folder, {"FCM_ACCOUNT": fcm.service_account, "FCM_URL": fcm.url})
        await deploy(pool, Sealer(installation.master_key()), environment.id, configuration, datetime.now(UTC))
        yield fcm


@pytest.fixture
async def channel_id(fcm: FcmServer, pool: Pool, environment: Environment) -> str:
    return str((await channels.by_key(pool, environment.id))["push"].id)


async def notified(knock: Knock, status: str) -> Message:
    knock.workflows.trigger("shipped", recipients=["ada"], data={"order": "17"})

    def found() -> list[Message]:
        return [message for message in knock.users.list_messages("ada") if message.status == status]

    async def is_there() -> bool:
        return bool(found())

    await until(is_there)
    return found()[0]


async def test_a_notification_to_two_devices_is_one_message(knock: Knock, fcm: FcmServer, channel_id: str) -> None:
    knock.users.update("ada", name="Ada")
    knock.users.set_channel_data("ada", channel_id, data={"tokens": ["phone-token", "tablet-token"]})
    message = await notified(knock, "sent")
    assert message.recipient_snapshot is None
    assert sorted(fcm.devices) == ["phone-token", "tablet-token"]
    said: dict[str, Any] = knock.messages.get_content(message.id).to_dict()
    assert said["data"] == {
        "__typename": "MessagePushContent",
        "token": "tablet-token",
        "tokens": ["tablet-token", "phone-token"],
        "title": "Order 17",
        "body": "Ada, it is on its way",
        "data": {"action_url": "https://app.example/orders/17"},
    }
    (batch,) = knock.messages.batch.get_content(message_ids=[message.id])
    assert batch.to_dict() == said
    logs = [log.to_dict() for log in knock.messages.list_delivery_logs(message.id)]
    assert [(log["service_name"], log["response"]["status"]) for log in logs] == [("fcm", 200)] * 2  # type: ignore[index]
    assert "phone-token" not in repr(logs)


async def test_a_device_that_is_gone_is_named_and_not_used_again(knock: Knock, fcm: FcmServer, channel_id: str) -> None:
    fcm.refusals["phone-token"] = UNREGISTERED
    knock.users.update("ada", name="Ada")
    knock.users.set_channel_data("ada", channel_id, data={"tokens": ["phone-token"]})
    message = await notified(knock, "bounced")
    *_, event = knock.messages.list_events(message.id)
    assert (event.type, event.data) == (
        "message.bounced",
        {
            "failure_reason": "fatal_error",
            "failure_details": "fcm 404 UNREGISTERED: Requested entity was not found.",
            "token": "phone-token",
        },
    )
    fcm.refusals.clear()
    knock.users.set_channel_data("ada", channel_id, data={"tokens": ["phone-token", "tablet-token"]})
    await notified(knock, "sent")
    assert fcm.devices == ["tablet-token"]
