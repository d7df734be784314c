"""Accepting a trigger: its receipt, the run and one job in one transaction. The rest happens in workers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import uuid_utils.compat

from addressee.database.jobs import enqueue
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.reader import Reader
from addressee.directory.receipts import RECEIPT_LIFE
from addressee.directory.recipient import Document
from addressee.messaging.errors import (
    ActorMissingError,
    DataInvalidError,
    ReceiptMismatchError,
    WorkflowInactiveError,
    WorkflowMissingError,
)
from addressee.messaging.reference import Reference
from addressee.messaging.runs import Identity, RunPage, WaitingRecipient
from addressee.messaging.schemas import failures
from addressee.messaging.workflow import Workflow

SQL = load(__package__)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a caller chose as its key, and a hash of everything that its request says."""

    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Trigger:
    """`overrides` are laid over `data`, key by key, for one recipient. Recipients named twice count once."""

    workflow: str
    recipients: Sequence[Reference]
    data: Document = field(default_factory=dict)
    actor: Reference | None = None
    tenant: str | None = None
    overrides: Mapping[Reference, Document] = field(default_factory=dict)
    cancellation_key: str | None = None
    sandbox: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """`original_request_id` names the first request when this one repeats it and started nothing."""

    run_id: UUID
    original_request_id: str | None = None

    @property
    def replayed(self) -> bool:
        return self.original_request_id is not None


async def trigger(
    pool: Pool,
    reader: Reader,
    environment_id: int,
    trigger: Trigger,
    *,
    request_id: str,
    receipt: Receipt | None,
    now: datetime,
) -> Accepted:
    run_id: UUID = uuid_utils.compat.uuid7()
    recipients = sorted(set(trigger.recipients))
    actors = [trigger.actor] if trigger.actor else []
    people = await reader.read_all(reference.at(environment_id) for reference in {*recipients, *actors})

    def identified(reference: Reference) -> Identity:
        person = people.get(reference.at(environment_id))
        return Identity(*reference, None if person is None else person.uid)

    async with pool.acquire() as connection, connection.transaction():
        if receipt is not None:
            earlier = await keep_receipt(connection, environment_id, receipt, request_id, run_id, now)
            if earlier is not None:
                return earlier
        version_id = await check_workflow(connection, environment_id, trigger)
        actor = None if trigger.actor is None else identified(trigger.actor)
        if actor is not None and actor.uid is None:
            raise ActorMissingError(actor.reference)
        waiting = [
            WaitingRecipient(*recipient, identified(recipient).uid, trigger.overrides.get(recipient, {}))
            for recipient in recipients
        ]
        await connection.execute(
            SQL["insert_run"],
            environment_id,
            run_id,
            trigger.workflow,
            version_id,
            trigger.tenant,
            actor and msgspec.json.encode(actor),
            msgspec.json.encode(trigger.data),
            trigger.cancellation_key,
            trigger.sandbox,
            msgspec.json.encode(waiting),
            now,
        )
        await enqueue(connection, [RunPage(environment_id, run_id, 0).job("start")])
    return Accepted(run_id)


async def keep_receipt(
    connection: Connection,
    environment_id: int,
    receipt: Receipt,
    request_id: str,
    run_id: UUID,
    now: datetime,
) -> Accepted | None:
    """What the first request under this key was answered, None for the first one. Raises ReceiptMismatchError.

    Waits while another request under the key is being accepted.
    """
    kept = await connection.fetchval(
        SQL["insert_receipt"],
        environment_id,
        receipt.key,
        receipt.fingerprint,
        request_id,
        run_id,
        now,
        now - RECEIPT_LIFE,
    )
    if kept is not None:
        return None
    earlier = await read_receipt(connection, environment_id, receipt, now)
    assert earlier is not None
    return earlier


async def foresee(
    pool: Pool, environment_id: int, trigger: Trigger, receipt: Receipt | None, now: datetime
) -> Accepted | None:
    """What the first request under this receipt was answered; without one, raises what `trigger` would."""
    async with pool.acquire() as connection:
        earlier = await read_receipt(connection, environment_id, receipt, now) if receipt else None
        if earlier is None:
            await check_workflow(connection, environment_id, trigger)
    return earlier


async def read_receipt(connection: Connection, environment_id: int, receipt: Receipt, now: datetime) -> Accepted | None:
    """Raises ReceiptMismatchError when the key was used for another request."""
    earlier = await connection.fetchrow(SQL["receipt"], environment_id, receipt.key, now - RECEIPT_LIFE)
    if earlier is None:
        return None
    if earlier["fingerprint"] != receipt.fingerprint:
        raise ReceiptMismatchError
    return Accepted(earlier["run_id"], earlier["request_id"])


async def check_workflow(connection: Connection, environment_id: int, trigger: Trigger) -> UUID:
    """The version to run. Raises WorkflowMissingError, WorkflowInactiveError or DataInvalidError."""
    found = await connection.fetchrow(SQL["workflow"], environment_id, trigger.workflow)
    if found is None:
        raise WorkflowMissingError(trigger.workflow)
    if not found["active"]:
        raise WorkflowInactiveError(trigger.workflow)
    schema: dict[str, Any] | None = msgspec.json.decode(found["content"], type=Workflow).trigger_data_schema
    if schema is not None:
        for data in distinct_data(trigger):
            if unfit := failures(schema, data):
                raise DataInvalidError(unfit)
    version_id: UUID = found["version_id"]
    return version_id


def distinct_data(trigger: Trigger) -> list[Document]:
    """The data of every recipient's run, once where it is the same."""
    own = [trigger.overrides[recipient] for recipient in trigger.recipients if recipient in trigger.overrides]
    shared = [trigger.data] if len(own) < len(trigger.recipients) else []
    return shared + [{**trigger.data, **override} for override in own]
