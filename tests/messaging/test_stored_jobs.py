"""Jobs of each kind as they are stored: processes of the version before write it, and read it while both run."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from addressee.channels.callback import EventKind, ProviderEvent
from addressee.channels.requests.exchange import open_client, open_public_client
from addressee.channels.sender import SenderContext
from addressee.database.jobs.queue import Job
from addressee.directory.addresses.push_tokens import ReleaseTokens, TokenTransfer
from addressee.directory.clock import Clock
from addressee.directory.groups.list_members import ChangedMember, EmitListEvents, MemberChange, ReconcileMembers
from addressee.directory.merges.merges import Follow
from addressee.directory.recipient import Identity, Place
from addressee.directory.search.index import IndexRecipients
from addressee.directory.writing.erase import Erase
from addressee.directory.writing.zone_changes import FollowZones
from addressee.messaging.delivery.receipts import CheckReceipts
from addressee.messaging.effects.fetches import Fetch
from addressee.messaging.feedback.engagements import Engagement, RecordEngagements
from addressee.messaging.feedback.provider_events import ApplyProviderEvents
from addressee.messaging.lifecycle.redaction import Redact
from addressee.messaging.messages.marks.bulk import MarkAll
from addressee.messaging.messages.signals import EndWaits, Signal
from addressee.messaging.runs.fan_out import Expand
from addressee.messaging.runs.model import Advance, Begin, BeginLarge, Send, Start
from addressee.messaging.webhooks.delivering.deliverer import DeliverWebhooks
from addressee.messaging.webhooks.endpoints.removal import RemoveDeliveries
from addressee.messaging.worker import WebhookDelivery, job_handlers
from tests.messaging.office import SEALER

A = UUID("01932f6c-0000-7000-8000-00000000000a")
B = UUID("01932f6c-0000-7000-8000-00000000000b")
PAGE = f'{{"environment_id":1,"run_id":"{A}","page":2}}'

STORED: dict[str, tuple[Job, str]] = {
    "start": (Start(1, A, 2), PAGE),
    "begin": (Begin(1, A, 2), PAGE),
    "begin_large": (BeginLarge(1, A, 2), PAGE),
    "advance": (Advance(1, A, 2), PAGE),
    "send": (Send(1, A, 2), PAGE),
    "fetch": (Fetch(1, A, 2), PAGE),
    "end_waits": (
        EndWaits(1, [Signal("ada", A, "event", "paid", datetime(2026, 1, 2, tzinfo=UTC), "acme", {"order": 7})]),
        f'{{"environment_id":1,"signals":[{{"recipient_id":"ada","uid":"{A}","type":"event","name":"paid",'
        '"at":"2026-01-02T00:00:00Z","tenant":"acme","event":{"order":7}}]}',
    ),
    "apply_provider_events": (
        ApplyProviderEvents(
            1,
            A,
            [
                ProviderEvent(
                    kind=EventKind.CLICKED,
                    provider_id="m",
                    send_id="s",
                    at=datetime(2026, 1, 2, tzinfo=UTC),
                    reason="r",
                    address="a",
                    url="u",
                )
            ],
            datetime(2026, 1, 3, tzinfo=UTC),
        ),
        f'{{"environment_id":1,"channel_id":"{A}","events":[{{"kind":"clicked","provider_id":"m","send_id":"s",'
        '"at":"2026-01-02T00:00:00Z","reason":"r","address":"a","url":"u"}],"received_at":"2026-01-03T00:00:00Z",'
        '"tries":0}',
    ),
    "record_engagements": (
        RecordEngagements(1, [Engagement("m"), Engagement("m", "u")]),
        '{"environment_id":1,"engagements":[{"message_id":"m","url":null},{"message_id":"m","url":"u"}]}',
    ),
    "check_receipts": (
        CheckReceipts(1, A, ["m"], datetime(2026, 1, 2, tzinfo=UTC)),
        f'{{"environment_id":1,"channel_id":"{A}","ids":["m"],"sent_at":"2026-01-02T00:00:00Z","tries":0}}',
    ),
    "expand": (
        Expand(1, A, "projects", "p", B),
        f'{{"environment_id":1,"run_id":"{A}","collection":"projects","object_id":"p","cursor":"{B}"}}',
    ),
    "mark_all": (MarkAll(1, A), f'{{"environment_id":1,"operation_id":"{A}"}}'),
    "erase": (Erase([Identity(1, "$users", "ada", A)]), f'{{"people":[[1,"$users","ada","{A}"]],"sweeps":2}}'),
    "redact": (
        Redact(1, [A], B, datetime(2026, 1, 2, tzinfo=UTC), "m"),
        f'{{"environment_id":1,"actors":["{A}"],"run_id":"{B}","inserted_at":"2026-01-02T00:00:00Z","message_id":"m"}}',
    ),
    "follow": (Follow(1, A), f'{{"environment_id":1,"merge_id":"{A}","sweep":0}}'),
    "tell_moves": (
        EmitListEvents(1, A, "vips", MemberChange.ENTERED, [ChangedMember("ada", B)]),
        f'{{"environment_id":1,"id":"{A}","list_id":"vips","move":"entered","movers":[["ada","{B}"]]}}',
    ),
    "settle_list": (
        ReconcileMembers(1, "vips", A, B, [MemberChange.EXITED], ChangedMember("ada", B), 1),
        f'{{"environment_id":1,"list_id":"vips","before":"{A}","after":"{B}","untold":["exited"],'
        f'"cursor":["ada","{B}"],"sweeps":1}}',
    ),
    "follow_zones": (FollowZones([Place(1, "$users", "ada")]), '{"people":[[1,"$users","ada"]]}'),
    "index_recipients": (
        IndexRecipients(1, "$users", "ada"),
        '{"environment_id":1,"collection":"$users","id":"ada"}',
    ),
    "release_tokens": (
        ReleaseTokens([TokenTransfer(1, "$users", "ada", A, ("00ff",))]),
        f'{{"people":[[1,"$users","ada","{A}",["00ff"]]]}}',
    ),
    "deliver_webhooks": (DeliverWebhooks(1, A), f'{{"environment_id":1,"endpoint_id":"{A}"}}'),
    "remove_webhook_deliveries": (RemoveDeliveries(1, A), f'{{"environment_id":1,"endpoint_id":"{A}"}}'),
}


@pytest.mark.parametrize(("name", "job", "arguments"), [(name, *stored) for name, stored in STORED.items()])
def test_names_and_arguments_stay(name: str, job: Job, arguments: str) -> None:
    assert (job.name, msgspec.json.encode(job).decode()) == (name, arguments)
    assert msgspec.json.decode(arguments, type=type(job)) == job


def test_a_worker_handles_every_kind() -> None:
    nothing: Any = None
    client, public_client = open_client(), open_public_client()
    senders = SenderContext(Path(), client, Clock(), public_client)
    handlers = job_handlers(nothing, SEALER, senders, public_client, nothing, WebhookDelivery(public_client, {}))
    assert sorted(handler.job.name for handler in handlers) == sorted(STORED)
