"""What this dialect stores and what Knock stores are one: messages go to each address once (suprsend.md §4)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from knockapi import DefaultHttpxClient, Knock
from suprsend import Suprsend

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.access.keys import Keys
from addressee.messaging.environment import channels
from addressee.messaging.workflows.configuration import read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from tests.channels.fcm_server import FCM, FcmServer, fcm_server
from tests.channels.mail_server import MailServer, mail_server
from tests.conftest import Environment
from tests.messaging.delivery.test_send_job import MAIL_ONLY, SMTP
from tests.messaging.office import write_files
from tests.support.waiting import until

PUSH_ONLY = """
steps:
  - ref: push
    channel: push
    template: {title: Hello, body: "{{ recipient.name }}"}
"""


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    async with mail_server() as mail:
        yield mail


@pytest.fixture
async def fcm() -> AsyncIterator[FcmServer]:
    async with fcm_server() as fcm:
        yield fcm


@pytest.fixture
async def ids(
    mail: MailServer,
    fcm: FcmServer,
    pool: Pool,
    installation: Installation,
    environment: Environment,
    worker: None,
    tmp_path: Path,
) -> dict[str, str]:
    """The channels' ids by key."""
    files = {
        "channels/email.yaml": SMTP.format(port=mail.port),
        "channels/push.yaml": FCM,
        "workflows/mail.yaml": MAIL_ONLY,
        "workflows/push.yaml": PUSH_ONLY,
    }
    settings = {"FCM_ACCOUNT": fcm.service_account, "FCM_URL": fcm.url}
    configuration = read_configuration(write_files(tmp_path, files), settings)
    await deploy(pool, Sealer(installation.master_key()), environment.id, configuration, datetime.now(UTC))
    return {key: str(channel.id) for key, channel in (await channels.by_key(pool, environment.id)).items()}


@pytest.fixture
async def secret_key(keys: Keys, environment: Environment) -> str:
    return (await keys.create(environment.name, "secret")).key


@pytest.fixture
def knock(api: str, secret_key: str) -> Iterator[Knock]:
    with Knock(
        api_key=secret_key,
        base_url=api,
        max_retries=0,
        http_client=DefaultHttpxClient(verify=False),
        _strict_response_validation=True,
    ) as client:
        yield client


def edit(suprsend: Suprsend, id: str, *calls: tuple[str, str]) -> None:
    user = suprsend.users.get_edit_instance(id)
    for method, value in calls:
        getattr(user, method)(value)
    suprsend.users.edit(user)


async def settled(knock: Knock, workflow: str, *ids: str) -> None:
    """Triggers a workflow, and waits until it has gone wherever it goes."""
    knock.workflows.trigger(workflow, recipients=list(ids))

    async def is_settled() -> bool:
        messages = [message for id in ids for message in knock.users.list_messages(id, source=workflow)]
        return len(messages) == len(ids) and all(message.status in {"sent", "bounced"} for message in messages)

    await until(is_settled)


async def test_a_token_that_both_hold_is_one_device(
    suprsend: Suprsend, knock: Knock, fcm: FcmServer, ids: dict[str, str]
) -> None:
    knock.users.update("ada", name="Ada")
    knock.users.set_channel_data("ada", ids["push"], data={"tokens": ["shared", "of-knock"]})
    edit(suprsend, "ada", ("add_androidpush", "shared"), ("add_androidpush", "of-suprsend"))
    await settled(knock, "push", "ada")
    assert sorted(fcm.devices) == ["of-knock", "of-suprsend", "shared"]
    assert {push["notification"]["body"] for push in fcm.pushes} == {"Ada"}


async def test_a_token_goes_along_with_the_person_who_has_it_now(
    suprsend: Suprsend, knock: Knock, fcm: FcmServer, ids: dict[str, str]
) -> None:
    edit(suprsend, "ada", ("add_androidpush", "phone"), ("add_androidpush", "tablet"))
    edit(suprsend, "bob", ("add_androidpush", "phone"))
    await settled(knock, "push", "ada", "bob")
    assert sorted((push["token"], push["notification"]["body"]) for push in fcm.pushes) == [
        ("phone", ""),
        ("tablet", ""),
    ]


@pytest.mark.parametrize(
    ("email", "expected"), [("second@example.org", "second@example.org"), ("third@example.org", "third@example.org")]
)
async def test_the_address_that_knock_sets_is_the_primary_one(
    suprsend: Suprsend, knock: Knock, mail: MailServer, ids: dict[str, str], email: str, expected: str
) -> None:
    edit(suprsend, "ada", ("add_email", "first@example.org"), ("add_email", "second@example.org"))
    knock.users.update("ada", email=email)
    await settled(knock, "mail", "ada")
    assert mail.recipients == [[expected]]


async def test_when_the_first_address_is_removed_or_dead_the_next_one_counts(
    suprsend: Suprsend, knock: Knock, mail: MailServer, ids: dict[str, str]
) -> None:
    for id in ("ada", "bob"):
        edit(suprsend, id, ("add_email", f"{id}@example.org"), ("add_email", f"{id}@example.net"))
    edit(suprsend, "ada", ("remove_email", "ada@example.org"))
    mail.refused["bob@example.org"] = "550 5.1.1 no such user"
    await settled(knock, "mail", "ada", "bob")
    assert mail.recipients == [["ada@example.net"]]
    (message,) = knock.users.list_messages("bob")
    assert message.status == "bounced"

    async def is_disabled() -> bool:
        return [(address["value"], address["perma_status"]) for address in suprsend.users.get("bob")["$email"]] == [
            ("bob@example.org", "disabled"),
            ("bob@example.net", "active"),
        ]

    await until(is_disabled)
    knock.workflows.trigger("mail", recipients=["bob"])

    async def arrived() -> bool:
        return len(mail.recipients) == 2

    await until(arrived)
    assert mail.recipients[1] == ["bob@example.net"]
