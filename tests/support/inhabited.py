"""An environment in which there is one of everything, and every route of every dialect pointed at it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
import pytest

from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.dialects.knock import KNOCK
from addressee.dialects.native import NATIVE
from addressee.dialects.operation import Operation
from addressee.directory.keys import Keys
from addressee.messaging import channels
from addressee.messaging.configuration import read_configuration
from addressee.messaging.example import FOLDER
from addressee.messaging.pushing import push
from tests.support.waiting import until

USER = "ada"
OBJECT = "lisbon"
TENANT = "acme"
AUDIENCE = "beta"
UNKNOWN_ID = "01a2010c-772e-768f-a1b3-9d15e032df44"

FINISHED = {"delivered", "sent"}


def title(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


DIALECTS = (KNOCK, NATIVE)
OPERATIONS = [operation for dialect in DIALECTS for operation in dialect.operations]

every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=title)


@dataclass(frozen=True, slots=True)
class Inhabited:
    id: int
    name: str
    secret_key: str
    public_key: str
    message_ids: tuple[str, ...]
    bulk_operation_id: str
    feed_id: str
    run_id: str
    recipient_run_id: str
    schedule_id: str

    @property
    def user_name(self) -> str:
        return name_of_the_user(self.name)

    def path(self, operation: Operation, **instead: str) -> str:
        """The operation's path with the things of this environment in it, or with others `instead`."""
        return operation.path.format_map({**self.things(operation), **instead})

    def things(self, operation: Operation) -> Mapping[str, str]:
        ids = {
            "/v1/bulk_operations/{id}": self.bulk_operation_id,
            "/v1/workflow_recipient_runs/{id}": self.recipient_run_id,
            "/v1/tenants/{id}": TENANT,
        }
        return {
            "user_id": USER,
            "message_id": self.message_ids[0],
            "key": "welcome",
            "audience_key": AUDIENCE,
            "id": ids.get(operation.path, self.feed_id),
            "collection": "projects",
            "object_id": OBJECT,
            "channel_id": self.feed_id,
            "action": "seen",
            "type": "email",
            "merge_id": UNKNOWN_ID,
        }

    def body(self, operation: Operation) -> dict[str, Any]:
        """What the operation takes, about the things of this environment."""
        examples = {
            "id": USER,
            "name": "Changed",
            "properties": {"name": "Changed"},
            "batch": [{"id": USER, "properties": {"name": "Changed"}}],
            "users": [{"id": USER, "name": "Changed"}],
            "user_ids": [USER],
            "from_user_id": "guest",
            "from": "guest",
            "recipients": [USER],
            "objects": [{"id": OBJECT, "name": "Changed"}],
            "object_ids": [OBJECT],
            "subscriptions": [{"id": OBJECT, "recipients": [USER], "properties": {"name": "Changed"}}],
            "tenants": [{"id": TENANT, "name": "Changed"}],
            "members": [{"user": {"id": USER, "name": "Changed"}}],
            "message_ids": list(self.message_ids),
            "cancellation_key": "cancel",
            "metadata": {"button": "Start"},
            "data": {"any": "thing"},
            "preferences": {},
            "subscribed": False,
            "workflow": "welcome",
            "schedule_ids": [self.schedule_id],
            "schedules": [{"workflow": "welcome", "recipient": USER}],
        }
        if operation.path.startswith("/v1/channels/"):
            examples["tenants"] = [TENANT]
        if operation.path.startswith("/v1/notify"):
            examples |= {"name": "welcome", "actor": USER}
        fields = msgspec.structs.fields(operation.takes) if operation.takes else ()
        return {
            field.encode_name: examples[field.encode_name]
            for field in fields
            if field.required or field.encode_name in examples
        }

    def body_bytes(self, operation: Operation) -> bytes | None:
        return json.dumps(self.body(operation)).encode() if operation.takes else None


async def inhabit(api: str, pool: Pool, keys: Keys, sealer: Sealer, environment_id: int, name: str) -> Inhabited:
    """Has a user, with a message of each channel, and what made them. Needs a worker."""
    await push(pool, sealer, environment_id, read_configuration(FOLDER, {}), datetime.now(UTC))
    secret = (await keys.create(name, "secret")).key
    async with httpx.AsyncClient(base_url=api, headers={"authorization": f"Bearer {secret}"}) as client:
        user = {"id": USER, "name": name_of_the_user(name), "email": "ada@example.com", "plan": "pro"}
        identified = (await client.post("/v1/users/bulk/identify", json={"users": [user]})).raise_for_status().json()
        (await client.put(f"/v1/objects/projects/{OBJECT}", json={"name": "Lisbon"})).raise_for_status()
        subscription = {"recipients": [USER]}
        (await client.post(f"/v1/objects/projects/{OBJECT}/subscriptions", json=subscription)).raise_for_status()
        (await client.put(f"/v1/tenants/{TENANT}", json={"name": "Acme"})).raise_for_status()
        members = {"members": [{"user": {"id": USER}}]}
        (await client.post(f"/v1/audiences/{AUDIENCE}/members", json=members)).raise_for_status()
        trigger = {"recipients": [USER], "cancellation_key": "cancel"}
        run = (await client.post("/v1/workflows/welcome/trigger", json=trigger)).raise_for_status().json()

        wanted = {"recipients": [USER], "workflow": "welcome", "scheduled_at": "2999-01-01T00:00:00Z"}
        schedules = (await client.post("/v1/schedules", json=wanted)).raise_for_status().json()

        async def messages() -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = (await client.get(f"/v1/users/{USER}/messages")).json()["items"]
            return found

        async def are_finished() -> bool:
            found = await messages()
            return len(found) == 2 and all(message["status"] in FINISHED for message in found)

        await until(are_finished)
        made = await messages()
    by_key = {channel.key: channel.id for channel in await channels.all_channels(pool, environment_id)}
    return Inhabited(
        id=environment_id,
        name=name,
        secret_key=secret,
        public_key=(await keys.create(name, "public")).key,
        message_ids=tuple(message["id"] for message in made),
        bulk_operation_id=identified["id"],
        feed_id=str(by_key["in-app"]),
        run_id=run["workflow_run_id"],
        recipient_run_id=made[0]["source"]["workflow_recipient_run_id"],
        schedule_id=schedules[0]["id"],
    )


def name_of_the_user(environment: str) -> str:
    """No other environment's answers hold this."""
    return f"Ada of {environment}"


async def everything_stored(pool: Pool, environment_id: int) -> list[tuple[str, str]]:
    """Each row of the environment in any table, as text: two of these are equal when nothing changed between them."""
    tables = await pool.fetch("""
        SELECT relname
        FROM pg_class
        JOIN pg_attribute ON attrelid = pg_class.oid
        WHERE relnamespace = 'addressee'::regnamespace
          AND relkind IN ('r', 'p')
          AND NOT relispartition
          AND attname = 'environment_id'
        ORDER BY relname
    """)
    each = (f"SELECT '{row[0]}', t::text FROM addressee.{row[0]} AS t WHERE environment_id = $1" for row in tables)
    return [(row[0], row[1]) for row in await pool.fetch(" UNION ALL ".join(each) + " ORDER BY 1, 2", environment_id)]
