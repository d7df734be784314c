"""Examples of what webhooks of the standard form are sent, one for each type of event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from addressee.channels.provider import ChannelType
from addressee.dialects.native.wire.webhook_events import StandardForm
from addressee.directory.recipient import USERS, Document, Identity, Place, Recipient
from addressee.messaging.environment.channels import Channel
from addressee.messaging.messages.model import Message
from addressee.messaging.messages.status import Status
from addressee.messaging.runs.listing import RunDetails
from addressee.messaging.steps.run import RunStatus
from addressee.messaging.webhooks.delivering.events import Event, ToldEnd, ToldMessage, ToldRecipient, ToldRun

AT = datetime(2026, 11, 29, 12, 0, 2, tzinfo=UTC)
BEFORE = AT - timedelta(seconds=2)

UID = UUID("01939e5a-0c00-7000-8000-0000000000ad")
RUN, RECIPIENT_RUN = UUID("01939e5a-0c00-7000-8000-00000000a001"), UUID("01939e5a-0c00-7000-8000-00000000a002")
ADA = Identity(1, USERS, "ada", UID)
GRACE = Identity(1, USERS, "grace", UUID("01939e5a-0c00-7000-8000-0000000000ae"))

CHANNEL = Channel(UUID(int=0), "email", "E-mail", ChannelType.EMAIL, "postmark", {}, BEFORE, BEFORE)

MESSAGE = Message(
    id="2yPpX1sK7mRw3dQbT5uNcVhJzLa",
    channel=CHANNEL,
    recipient=ADA,
    actors=(GRACE,),
    tenant="acme",
    topic=None,
    status=Status.SENT,
    workflow="comments",
    version_id=UUID(int=0),
    categories=(),
    step_ref="mail",
    run_id=RUN,
    recipient_run_id=RECIPIENT_RUN,
    data={"comment": "Looks good!"},
    total_activities=1,
    total_actors=1,
    is_of_batch=False,
    source={"type": "api"},
    email="ada@example.com",
    seen_at=None,
    read_at=None,
    interacted_at=None,
    link_clicked_at=None,
    archived_at=None,
    dismissed_at=None,
    inserted_at=BEFORE,
    updated_at=AT,
)

# The status and the marks of a message that was told of by an event of each type, and what else the event says.
MESSAGES: Mapping[str, tuple[Mapping[str, Any], Document | None]] = {
    "message.created": ({"status": Status.QUEUED}, None),
    "message.queued": ({"status": Status.QUEUED}, None),
    "message.delivery_attempted": ({"status": Status.DELIVERY_ATTEMPTED}, None),
    "message.sent": ({"status": Status.SENT}, None),
    "message.delivered": ({"status": Status.DELIVERED}, None),
    "message.not_sent": ({"status": Status.NOT_SENT}, None),
    "message.undelivered": ({"status": Status.UNDELIVERED}, None),
    "message.bounced": ({"status": Status.BOUNCED}, None),
    "message.seen": ({"seen_at": AT}, None),
    "message.unseen": ({}, None),
    "message.read": ({"seen_at": AT, "read_at": AT}, None),
    "message.unread": ({"seen_at": BEFORE}, None),
    "message.interacted": ({"seen_at": BEFORE, "read_at": BEFORE, "interacted_at": AT}, None),
    "message.archived": ({"seen_at": BEFORE, "archived_at": AT}, None),
    "message.unarchived": ({"seen_at": BEFORE}, None),
    "message.dismissed": ({"seen_at": BEFORE, "dismissed_at": AT}, None),
    "message.link_clicked": ({"seen_at": BEFORE, "read_at": BEFORE, "link_clicked_at": AT}, None),
}

RUN_STATUSES = {
    "workflow_recipient_run.started": RunStatus.PROCESSING,
    "workflow_recipient_run.completed": RunStatus.COMPLETED,
}

RECIPIENT = Recipient(
    place=Place(1, USERS, "ada"),
    uid=UID,
    version=4,
    updated_at=AT,
    attributes={"name": "Ada Lovelace", "email": "ada@example.com", "locale": "en"},
    properties={"plan": "pro"},
    addresses=[{"kind": "email", "key": "ada@example.com", "value": "ada@example.com", "status": "active"}],
)

RECIPIENTS: Mapping[str, Mapping[str, Any]] = {
    "recipient.created": {},
    "recipient.updated": {},
    "recipient.preferences_updated": {},
    "recipient.address_disabled": {"kinds": ["email"]},
}


def events() -> Iterator[Event]:
    """Yields an event of each type."""
    for type, (fields, said) in MESSAGES.items():
        yield ToldMessage(type, AT, replace(MESSAGE, **fields), said)
    for type, status in RUN_STATUSES.items():
        yield ToldRun(type, AT, run_with(status))
    for type, subject in RECIPIENTS.items():
        yield ToldRecipient(type, AT, RECIPIENT, subject)
    yield ToldEnd("recipient.merged", AT, ADA, GRACE)
    yield ToldEnd("recipient.deleted", AT, ADA, None)


def run_with(status: RunStatus) -> RunDetails:
    return RunDetails(
        id=RECIPIENT_RUN,
        run_id=RUN,
        workflow=MESSAGE.workflow,
        status=status,
        recipient=ADA,
        actor=GRACE,
        tenant=MESSAGE.tenant,
        topic=None,
        data=MESSAGE.data,
        error_count=0,
        source=MESSAGE.source,
        cancellation_key=None,
        events=(),
        inserted_at=BEFORE,
        updated_at=AT,
    )


EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    event.type: msgspec.json.decode(StandardForm().body(event)) for event in events()
}
