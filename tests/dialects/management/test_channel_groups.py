"""Channel groups by the management API: live at once, in all environments that the key opens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.access.keys import Keys
from addressee.messaging.workflows.available import read_available
from addressee.messaging.workflows.configuration import read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from addressee.messaging.workflows.listing import Workflows
from tests.conftest import Environment
from tests.messaging.office import OUTBOX, write_files

FIRST = {
    "channel_key": "first",
    "rule_type": "unless",
    "variable": "recipient.region",
    "operator": "equal_to",
    "argument": "eu",
}
SECOND = {"channel_key": "second", "rule_type": "always"}
GROUP: dict[str, Any] = {"name": "Mail", "channel_type": "email", "operator": "any", "channel_rules": [FIRST, SECOND]}
PATH = "/v1/channel_groups/mail"
WORKFLOW = "steps: [{ref: note, channel_group_key: mail, template: {subject: x, text: x}}]"


@pytest.fixture
async def client(
    api: str, keys: Keys, pool: Pool, environment: Environment, tmp_path: Path
) -> AsyncIterator[httpx.Client]:
    """A client with a service key for an environment that has two channels for e-mail."""
    await push(pool, environment, tmp_path, {"channels/first.yaml": OUTBOX, "channels/second.yaml": OUTBOX})
    key = (await keys.create(environment.name, "service")).key
    with httpx.Client(base_url=api, headers={"authorization": f"Bearer {key}"}, timeout=30) as client:
        yield client


async def push(pool: Pool, environment: Environment, folder: Path, files: dict[str, str]) -> None:
    async with pool.acquire() as connection:
        available = await read_available(connection, environment.id)
    configuration = read_configuration(write_files(folder, files), {}, available)
    await deploy(pool, Sealer(bytes(32)), environment.id, configuration, datetime.now(UTC))


def put(client: httpx.Client, **changed: Any) -> httpx.Response:
    return client.put(PATH, json={"channel_group": {**GROUP, **changed}})


def test_a_group_is_created_listed_and_archived(client: httpx.Client) -> None:
    created = put(client).raise_for_status().json()["channel_group"]
    rules = created.pop("channel_rules")
    times = {created.pop("created_at"), created.pop("updated_at")}
    assert created == {
        "key": "mail",
        "name": "Mail",
        "channel_type": "email",
        "operator": "any",
        "source": "user",
    }
    assert [(rule["index"], rule["rule_type"], rule["channel"]["key"], rule["variable"]) for rule in rules] == [
        (0, "unless", "first", "recipient.region"),
        (1, "always", "second", None),
    ]
    assert len({*times, *(rule["created_at"] for rule in rules)}) == 1
    listed = client.get("/v1/channel_groups").raise_for_status().json()
    assert [group["key"] for group in listed["entries"]] == ["mail"]
    assert client.get(PATH).json() == listed["entries"][0]
    assert client.delete(PATH).status_code == 204
    assert [client.request(method, PATH).status_code for method in ("GET", "DELETE")] == [404, 404]


async def test_workflows_that_name_it_change_with_it(
    client: httpx.Client, pool: Pool, environment: Environment, tmp_path: Path
) -> None:
    put(client).raise_for_status()
    await push(pool, environment, tmp_path, {"workflows/note.yaml": WORKFLOW})
    put(client, channel_rules=[SECOND]).raise_for_status()
    (step,) = (await Workflows(pool).overview(environment.id, "note")).workflow.steps
    assert step.ref == "note-second"


def test_what_is_wrong_is_told_by_its_field(client: httpx.Client) -> None:
    answer = put(client, channel_rules=[{**FIRST, "operator": "equals"}, {**SECOND, "channel_key": "thrid"}])
    assert answer.status_code == 422
    assert answer.json() == {
        "code": "invalid_params",
        "message": "The channel group 'mail' has 2 problems, and nothing was changed.",
        "errors": [
            {
                "field": "channel_rules[1].channel_key",
                "message": "there is no channel 'thrid'; there are first, second",
            },
            {
                "field": "channel_rules[0].operator",
                "message": "there is no operator 'equals'; did you mean 'equal_to'?",
            },
        ],
    }
    assert client.get(PATH).status_code == 404


def test_a_key_that_no_group_can_have(client: httpx.Client) -> None:
    answer = client.put("/v1/channel_groups/no%20key", json={"channel_group": GROUP})
    assert (answer.status_code, answer.json()["code"]) == (404, "resource_missing")
