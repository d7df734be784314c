"""What the suites of Notiflows' SDKs take for granted (notiflows.md §4.5): keys, people, a topic, one id for the rest.

All of it is made through the API. Where the service makes up an id, SQL puts the expected one in its place.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from notiflows import Notiflows
from notiflows.types import Delivery, Notification

from addressee.database.installation import Installation
from addressee.database.pool import Connection, open_pool
from addressee.database.queries import load
from addressee.database.sealing import Sealer
from addressee.directory.access.environments import Environments
from addressee.directory.access.keys import Keys
from addressee.messaging.workflows.configuration import read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from conformance.accounts import secrets
from conformance.suites import ENVIRONMENT, NOTIFLOWS
from tests.support.waiting import until

SQL = load(__package__)
SHARED = load("conformance")

PUBLIC_KEY = "My API Key"
SECRET_KEY = "My Secret"
CONFIGURATION = Path(__file__).parent / "configuration"

# What is put in the place of the suites' id, for whatever it names: a notification, a delivery, a channel, a notiflow.
ID = "01893c5e-7a5e-7d4b-9e0a-3f6b1c2d4e5f"

USER = "user_12345"
USERS = (USER, "user_67890", "user_11111", "admin_001")
TOPIC = "order-updates"
NOTIFLOW = "welcome-email"


async def seed(installation: Installation, url: str) -> None:
    """Fills the environment. Needs a worker until it returns."""
    pool = await open_pool(installation.target())
    sealer = Sealer(installation.master_key())
    keys = Keys(pool, sealer)
    environment_id = (await Environments(pool).named(ENVIRONMENT)).id
    await keys.create(ENVIRONMENT, "public", PUBLIC_KEY)
    await keys.create(ENVIRONMENT, "secret", SECRET_KEY)
    await deploy(pool, sealer, environment_id, read_configuration(CONFIGURATION, secrets()), datetime.now(UTC))
    with Notiflows(api_key=PUBLIC_KEY, secret=SECRET_KEY, base_url=url + NOTIFLOWS.path, max_retries=0) as notiflows:
        introduce(notiflows)
        async with pool.acquire() as connection:
            await notify(connection, environment_id, notiflows)
    await pool.close()


def introduce(notiflows: Notiflows) -> None:
    for id in USERS:
        notiflows.users.upsert(id, email=f"{id}@example.com")
    notiflows.users.channel_settings.update(ID, user_external_id=USER, settings={"device_tokens": ["token"]})
    notiflows.topics.subscriptions.subscribe_bulk(TOPIC, user_external_ids=USERS[:3])


async def notify(connection: Connection, environment_id: int, notiflows: Notiflows) -> None:
    notiflows.notiflows.run(NOTIFLOW, recipients=[{"external_id": USER}], actor={"external_id": "admin_001"})

    def notifications() -> list[Notification]:
        return [*notiflows.users.notifications.list(USER)]

    def deliveries() -> list[Delivery]:
        return [*notiflows.users.deliveries.list(USER)]

    async def it_is_sent() -> bool:
        return [each.status for each in notifications()] == ["processed"] and deliveries()[0].status == "sent"

    await until(it_is_sent)
    [notification], [delivery] = notifications(), deliveries()
    await connection.execute(*SHARED["rename_message"](environment_id=environment_id, id=delivery.id, new_id=ID))
    await connection.execute(
        *SQL["rename_recipient_run"](
            environment_id=environment_id,
            id=UUID(notification.id),
            new_id=UUID(ID),
            message_id=delivery.id,
            new_message_id=ID,
        )
    )
