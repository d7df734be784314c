"""What the SDK's suite takes for granted (knock.md §5.5): a key, and people and things under fixed ids.

All of it is made through the API. Where the service makes up an id, SQL puts the expected one in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from knockapi import Knock
from knockapi.types import Message
from knockapi.types.recipients import PreferenceSetChannelTypesParam, PushChannelDataTokensOnlyParam

from addressee.channels.provider import ChannelType
from addressee.database.installation import Installation
from addressee.database.pool import Connection, open_pool
from addressee.database.queries import load
from addressee.database.sealing import Sealer
from addressee.directory.access.environments import Environments
from addressee.directory.access.keys import Keys
from addressee.messaging.workflows.configuration import read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from conformance.accounts import secrets
from conformance.restoring import change_channel
from conformance.suites import ENVIRONMENT, KNOCK_CHANNEL
from tests.support.waiting import until

SQL = load(__package__)
SHARED = load("conformance")

KEY = "My API Key"
CONFIGURATION = Path(__file__).parent / "configuration"

USER = "user_id"
ACTOR = "user_1"
USERS = (
    *(USER, ACTOR, "user_2", "user_123", "user-123"),
    *("dr_grant", "dr_sattler", "dr_malcolm", "mr_dna", "jhammond", "string"),
    *("subscriber-user-1", "subscriber-user-2"),
)
OBJECT = ("collection", "object_id")
OBJECTS = (
    OBJECT,
    ("collection", "id"),
    *(("projects", id) for id in ("project-1", "project-123", "subscribed-to-object-1", "subscribed-to-object-2")),
)
TENANT = "id"
AUDIENCE = "key"
WORKFLOW = "workflow"

# What each workflow has sent to the user: an e-mail, and items of the feed.
SENT = {
    "key": ("message_id",),
    WORKFLOW: ("1jNaXzB2RZX3LY8wVQnfCKyPnv7", "2w3YUpTTOxuDvZFji8OMsKrG176", "2w3YVRbPXMIh8Zq6oBFcVDA5xes"),
}
FINISHED = {"sent", "delivered"}

BULK_OPERATION = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
SCHEDULE = "123e4567-e89b-12d3-a456-426614174000"


async def seed(installation: Installation, url: str) -> None:
    """Fills the environment. Needs a worker until it returns."""
    pool = await open_pool(installation.target())
    sealer = Sealer(installation.master_key())
    environment_id = (await Environments(pool).named(ENVIRONMENT)).id
    await Keys(pool, sealer).create(ENVIRONMENT, "secret", KEY)
    await deploy(pool, sealer, environment_id, read_configuration(CONFIGURATION, secrets()), datetime.now(UTC))
    async with pool.acquire() as connection:
        with Knock(api_key=KEY, base_url=url, max_retries=0) as knock:
            introduce(knock)
            for workflow, ids in SENT.items():
                await send_messages(connection, environment_id, knock, workflow, ids)
            await make_the_rest(connection, environment_id, knock)
    await pool.close()


def introduce(knock: Knock) -> None:
    knock.users.bulk.identify(users=[{"id": id, "name": id, "email": f"{id}@example.com"} for id in USERS])
    for collection, id in OBJECTS:
        knock.objects.set(collection, id)
    knock.tenants.set(TENANT, name="Tenant")


async def send_messages(
    connection: Connection, environment_id: int, knock: Knock, workflow: str, ids: Sequence[str]
) -> None:
    for _ in ids:
        knock.workflows.trigger(workflow, recipients=[USER], actor=ACTOR, data={"thread": 1})

    def messages() -> list[Message]:
        return [*knock.users.list_messages(USER, source=workflow)]

    async def all_are_sent() -> bool:
        return [message.status in FINISHED for message in messages()] == [True] * len(ids)

    await until(all_are_sent)
    for made, wanted in zip(messages(), ids, strict=True):
        await connection.execute(*SHARED["rename_message"](environment_id=environment_id, id=made.id, new_id=wanted))


async def make_the_rest(connection: Connection, environment_id: int, knock: Knock) -> None:
    await change_channel(connection, environment_id, KNOCK_CHANNEL, ChannelType.PUSH, "fcm")
    tokens: PushChannelDataTokensOnlyParam = {"tokens": ["token"]}
    knock.users.set_channel_data(USER, KNOCK_CHANNEL, data=tokens)
    knock.objects.set_channel_data(*OBJECT, KNOCK_CHANNEL, data=tokens)
    choice: PreferenceSetChannelTypesParam = {"email": False}
    knock.users.set_preferences(USER, "default", channel_types=choice)
    knock.objects.set_preferences(*OBJECT, "default", channel_types=choice)
    knock.objects.add_subscriptions(*OBJECT, recipients=[USER, "user_123"])
    knock.audiences.add_members(AUDIENCE, members=[{"user": {"id": USER}}])
    [schedule] = knock.schedules.create(
        recipients=[USER], workflow=WORKFLOW, repeats=[{"frequency": "daily", "_typename": "ScheduleRepeat"}]
    )
    await connection.execute(*SQL["rename_schedule"](environment_id=environment_id, id=schedule.id, new_id=SCHEDULE))
    operation = knock.users.bulk.identify(users=[{"id": ACTOR}])
    await connection.execute(
        *SQL["rename_bulk_operation"](environment_id=environment_id, id=operation.id, new_id=BULK_OPERATION)
    )
