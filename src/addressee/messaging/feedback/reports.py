"""Reports of providers about sends, and how these change by them. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from addressee.channels.callback import EventKind, ProviderEvent
from addressee.directory.emails import email_key
from addressee.messaging.delivery.sends import StoredSend, with_token
from addressee.messaging.messages.delivery_logs import NewDeliveryLog
from addressee.messaging.messages.marks.mark import Mark
from addressee.messaging.messages.status import NEXT, OPTED_OUT, Status, StatusChange, undelivered
from addressee.messaging.recipients.identifiers import log_id
from addressee.messaging.tracking.urls import shown_url

# What an event makes of a send that was sent. Who reads a message has it, though nobody may have said so before.
STATUSES: Mapping[EventKind, Status] = {
    EventKind.DELIVERED: Status.DELIVERED,
    EventKind.OPENED: Status.DELIVERED,
    EventKind.READ: Status.DELIVERED,
    EventKind.CLICKED: Status.DELIVERED,
    EventKind.DISMISSED: Status.DELIVERED,
    EventKind.UNDELIVERED: Status.UNDELIVERED,
    EventKind.BOUNCED: Status.BOUNCED,
}

# How a send gets to `sent` of which the provider tells, though its answer was lost.
TAKEN: Mapping[Status, Sequence[Status]] = {
    Status.QUEUED: (Status.SENT,),
    Status.DELIVERY_ATTEMPTED: (Status.QUEUED, Status.SENT),
}

MARKS: Mapping[EventKind, Sequence[Mark]] = {
    EventKind.OPENED: (Mark.SEEN,),
    EventKind.READ: (Mark.SEEN, Mark.READ),
    EventKind.CLICKED: (Mark.SEEN, Mark.CLICKED),
    EventKind.DISMISSED: (Mark.SEEN, Mark.DISMISSED),
}

EMAIL = "email"

# A time further from that of the callback is not believed.
BELIEVED = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class ReportedSend:
    """A send, and the events that its provider tells of it, in their order."""

    send: StoredSend
    events: Sequence[ProviderEvent]
    provider: str

    @property
    def is_confirmed(self) -> bool:
        """Returns whether it is known by this only that the provider has taken the send."""
        return self.send.status in TAKEN

    @property
    def provider_id(self) -> str | None:
        return self.events[0].provider_id

    @property
    def changes(self) -> tuple[StatusChange, ...]:
        """The changes that follow: what cannot come after what is known already changes nothing.

        A send that was to be tried again was taken.
        """
        changes = [StatusChange(status) for status in TAKEN.get(self.send.status, ())]
        status = changes[-1].status if changes else self.send.status
        for event in self.events:
            after = STATUSES.get(event.kind)
            if status is Status.SENT and after in NEXT[status]:
                status = after
                change = change_to(
                    after, f"{self.provider}: {event.reason}".rstrip(": "), self.tells(EventKind.OPTED_OUT)
                )
                changes.append(with_token(change, self.send))
        return tuple(changes)

    def tells(self, kind: EventKind) -> bool:
        return any(event.kind is kind for event in self.events)

    def bounced_at(self, received_at: datetime) -> datetime:
        """Returns when the provider learnt, at the latest, that the address is dead."""
        times = [time_of(event, received_at) for event in self.events if event.kind is EventKind.BOUNCED]
        return max(times, default=received_at)

    @property
    def status(self) -> Status:
        return self.changes[-1].status if self.changes else self.send.status


def change_to(status: Status, reason: str, opted_out: bool) -> StatusChange:
    match status:
        case Status.UNDELIVERED:
            return undelivered(OPTED_OUT if opted_out else "fatal_error", reason)
        case Status.BOUNCED:
            return StatusChange(status, {"failure_reason": "fatal_error", "failure_details": reason})
        case _:
            return StatusChange(status)


def reported(
    sends: Mapping[str, Sequence[StoredSend]], events: Iterable[ProviderEvent], provider: str
) -> list[ReportedSend]:
    """Returns the sends that events are about; `sends` are those that the provider calls by an id."""
    of_sends: dict[str, list[ProviderEvent]] = defaultdict(list)
    found: dict[str, StoredSend] = {}
    for event in events:
        for send in sends.get(event.provider_id or "", ()):
            if not is_of_copy(event, send):
                found[send.id] = send
                of_sends[send.id].append(event)
    return [ReportedSend(send, of_sends[id], provider) for id, send in found.items()]


def is_of_copy(event: ProviderEvent, send: StoredSend) -> bool:
    """Returns whether an event is about the copy of an e-mail that another address got: it says nothing of the send."""
    if event.address is None or send.address.kind != EMAIL:
        return False
    keys = [email_key(address) for address in (event.address, send.address.value)]
    return None not in keys and keys[0] != keys[1]


def marks_of(reports: Iterable[ReportedSend]) -> Mapping[tuple[Mark, str | None], list[str]]:
    """Returns the messages to mark, by the mark and, for clicks, the link."""
    found: dict[tuple[Mark, str | None], list[str]] = defaultdict(list)
    for report in reports:
        for event in report.events:
            for mark in MARKS.get(event.kind, ()):
                url = shown_url(event.url) if mark is Mark.CLICKED and event.url else None
                found[mark, url].append(report.send.message_id)
    return found


def logs_of(reports: Iterable[ReportedSend], channel_id: UUID, received_at: datetime) -> list[NewDeliveryLog]:
    """Returns what providers told of sends as delivery logs, without what says how somebody read a message."""
    return [
        NewDeliveryLog(
            id=log_id(time_of(event, received_at), report.send.id, event.kind),
            message_id=report.send.message_id,
            recipient=report.send.recipient,
            service=report.provider,
            request=msgspec.json.encode(
                {
                    "method": "POST",
                    "host": "",
                    "path": f"/providers/{channel_id}",
                    "body": {"event": event.kind, "id": event.provider_id, "at": event.at, "reason": event.reason},
                }
            ),
            response=msgspec.json.encode({"status": 200, "body": ""}),
        )
        for report in reports
        for event in report.events
        if event.kind not in MARKS
    ]


def time_of(event: ProviderEvent, received_at: datetime) -> datetime:
    """Returns when an event happened; repeated, it has the same time, as far as the provider tells."""
    return event.at if event.at is not None and abs(event.at - received_at) < BELIEVED else received_at
