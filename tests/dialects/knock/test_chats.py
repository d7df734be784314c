"""Chat messages through the official SDK, strict: connections, what was said, and where it went (knock.md §3.8)."""

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
from tests.channels.provider_server import ProviderServer, Reply, provider_server
from tests.conftest import Environment
from tests.messaging.office import write_files
from tests.support.waiting import until

SLACK = "type: chat\nprovider: slack\nsettings: {endpoint: '${SLACK_URL}'}"
WORKFLOW = """
steps:
  - ref: chat
    channel: chat
    template:
      text: "{{ recipient.name }}: order {{ data.order }}"
      blocks:
        - type: section
          text: {type: mrkdwn, text: "*Order {{ data.order }}* is on its way"}
"""
HOOK = "https://hooks.slack.com/services/T01/B01/abcdefgh1234"
TEXT = "*Order 17* is on its way"


@pytest.fixture
async def slack(
    pool: Pool, installation: Installation, environment: Environment, worker: None, tmp_path: Path
) -> AsyncIterator[ProviderServer]:
    async with provider_server() as server:
        server.answer = lambda request: Reply(200, {"ok": True, "channel": "C1", "ts": "1.2"})
        folder = write_files(tmp_path, {"channels/chat.yaml": SLACK, "workflows/shipped.yaml": WORKFLOW})
        configuration = read_configuration(folder, {"SLACK_URL": server.url})
        await deploy(pool, Sealer(installation.master_key()), environment.id, configuration, datetime.now(UTC))
        yield server


@pytest.fixture
async def channel_id(slack: ProviderServer, pool: Pool, environment: Environment) -> str:
    return str((await channels.by_key(pool, environment.id))["chat"].id)


async def notified(knock: Knock, **rest: Any) -> Message:
    knock.workflows.trigger("shipped", recipients=["ada"], data={"order": "17"}, **rest)

    def found() -> list[Message]:
        return [message for message in knock.users.list_messages("ada") if message.status == "sent"]

    async def is_there() -> bool:
        return bool(found())

    await until(is_there)
    return found()[0]


async def test_a_channel_of_slack_with_the_token_of_the_tenant(
    knock: Knock, slack: ProviderServer, channel_id: str
) -> None:
    knock.users.update("ada", name="Ada")
    knock.tenants.set("acme")
    of_acme: Any = {"token": {"access_token": "xoxb-acme"}}
    knock.objects.set_channel_data(collection="$tenants", object_id="acme", channel_id=channel_id, data=of_acme)
    knock.users.set_channel_data("ada", channel_id, data={"connections": [{"channel_id": "C1"}]})
    message = await notified(knock, tenant="acme")
    (request,) = slack.received
    assert request.headers["authorization"] == "Bearer xoxb-acme"
    assert (request.json["channel"], request.json["text"]) == ("C1", "Ada: order 17")
    assert message.recipient_snapshot is None
    said: dict[str, Any] = knock.messages.get_content(message.id).to_dict()
    assert said["data"] == {
        "__typename": "MessageChatContent",
        "connection": {"channel_id": "C1"},
        "template": {
            "blocks": [{"name": "body", "type": "text", "content": "Ada: order 17"}],
            "json_content": {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": TEXT}}]},
        },
    }
    (log,) = knock.messages.list_delivery_logs(message.id)
    assert (log.service_name, log.request.path) == ("slack", "/api/chat.postMessage")
    assert "xoxb" not in repr(log)


async def test_a_webhook_of_slack_stays_a_secret(knock: Knock, slack: ProviderServer, channel_id: str) -> None:
    knock.users.set_channel_data("ada", channel_id, data={"connections": [{"incoming_webhook": {"url": HOOK}}]})
    message = await notified(knock)
    (request,) = slack.received
    assert request.path == "/services/T01/B01/abcdefgh1234"
    content = knock.messages.get_content(message.id).to_dict()
    assert content["data"]["connection"] == {"incoming_webhook": {"url": "********1234"}}  # type: ignore[index]
    told = [content, *knock.messages.list_delivery_logs(message.id), *knock.messages.list_events(message.id)]
    assert "abcdefgh1234" not in repr(told)
