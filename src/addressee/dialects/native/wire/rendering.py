"""Renders recipients, merges and explanations in the native API's shapes."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, structs

from addressee.dialects.native.wire import shapes
from addressee.directory.addresses import entries
from addressee.directory.merges.merges import Merge
from addressee.directory.reading.history import RecordedChange
from addressee.directory.recipient import Recipient
from addressee.messaging.preview.model import PreviewedEvent, PreviewedMessage
from addressee.messaging.preview.printing import fields_of
from addressee.messaging.preview.simulations import Simulated
from addressee.messaging.runs.explanations.explanation import Explanation
from addressee.messaging.suppressions.model import Suppression
from addressee.operators.acts import Act


def recipient(stored: Recipient) -> shapes.StoredRecipient:
    return shapes.StoredRecipient(
        collection=stored.place.collection,
        id=stored.place.id,
        uid=stored.uid,
        version=stored.version,
        attributes=stored.attributes,
        properties=stored.properties,
        addresses=[entries.shown(address) for address in stored.addresses],
        channel_data=stored.channel_data,
        preferences=stored.preferences,
        updated_at=stored.updated_at,
    )


def past(then: Recipient) -> shapes.StoredRecipient:
    """Returns a recipient as it was: its addresses and channel data of then are not known."""
    return structs.replace(recipient(then), addresses=UNSET, channel_data=UNSET)


def change(made: RecordedChange, act: Act | None) -> shapes.Change:
    return shapes.Change(
        version=made.version,
        at=made.recorded_at,
        edit=made.edit,
        key_id=made.key_id,
        request_id=made.request_id,
        operator=None if act is None else shapes.Operator(name=act.operator_name, email=act.operator_email),
        before=made.before,
        after=made.after,
    )


def merge(made: Merge) -> shapes.Merge:
    return shapes.Merge(
        id=made.id,
        collection=made.primary.collection,
        into_id=made.primary.id,
        from_id=made.secondary.id,
        merged_at=made.merged_at,
        settled_at=made.settled_at,
        undone_at=made.undone_at,
    )


def suppression(entry: Suppression) -> shapes.Suppression:
    return shapes.Suppression(
        kind=entry.kind,
        address=entry.address,
        reason=entry.reason.value,
        details=entry.details,
        channel_id=entry.channel_id,
        message_id=entry.message_id,
        created_at=entry.created_at,
    )


def simulated(found: Simulated) -> shapes.Simulated:
    return shapes.Simulated(obstacle=found.obstacle, events=[simulated_event(each) for each in found.happened])


def simulated_event(happened: PreviewedMessage | PreviewedEvent) -> shapes.SimulatedEvent:
    if isinstance(happened, PreviewedEvent):
        return shapes.SimulatedEvent(
            at=happened.at, event=happened.event, step_ref=happened.ref, data=dict(happened.data), message=None
        )
    message = shapes.SimulatedMessage(
        channel=happened.channel,
        channel_type=happened.type.value,
        content=None if happened.content is None else fields_of(happened.content),
        obstacle=happened.obstacle,
    )
    return shapes.SimulatedEvent(
        at=happened.at, event="message_enqueued", step_ref=happened.ref, data={}, message=message
    )


def explanation(explained: Explanation) -> shapes.Explanation:
    steps = [
        shapes.ExplainedStep(
            ref=step.ref,
            channel=step.channel.key,
            channel_type=step.channel.type.value,
            reached=step.reached,
            addresses=[address.shown for address in step.addresses],
            obstacle=step.obstacle,
            suppressed=[suppression(each) for each in step.suppressed],
            after=list(step.after) or UNSET,
            held=UNSET if step.hold is None else msgspec.to_builtins(step.hold.shown),
            failover=list(step.channel.failover) or UNSET,
        )
        for step in explained.steps
    ]
    decisions = [shapes.Decision(ref=each.ref, type=each.kind, **each.details) for each in explained.decisions]
    return shapes.Explanation(
        reached=any(step.reached for step in steps),
        obstacle=explained.obstacle,
        steps=steps,
        branches=decisions or UNSET,
    )
