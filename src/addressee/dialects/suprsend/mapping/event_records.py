"""Parses events into records (suprsend.md §2.3)."""

from __future__ import annotations

from addressee.api.call import Call
from addressee.api.requests.bodies import typed
from addressee.dialects.suprsend.mapping import records
from addressee.dialects.suprsend.mapping.profile_edits import parse_profile
from addressee.dialects.suprsend.shapes import triggers as shapes
from addressee.dialects.suprsend.wire.errors import invalid
from addressee.dialects.suprsend.wire.places import user_at
from addressee.directory.documents import check_text
from addressee.directory.recipient import Document, Place
from addressee.directory.writing.writes import Write
from addressee.messaging.triggers.batches import Record
from addressee.messaging.triggers.events import Event

MAX_NAME_LENGTH = 200

# The event that older SDKs send before they edit a user, and the property in which they name the user.
IDENTIFY = "$identify"
IDENTIFIED_ID = "$identified_id"

# Names of events with these prefixes are the service's own, except those that SDKs send.
RESERVED_PREFIXES = ("$", "ss_")
SENT_BY_SDKS = frozenset(
    {
        IDENTIFY,
        "$notification_delivered",
        "$notification_dismiss",
        "$notification_clicked",
        "$app_launched",
        "$user_login",
        "$user_logout",
    }
)


def parse_event(call: Call, entry: Document, index: int) -> Record:
    """Returns an event as a record; one that is called `$identify` creates its user.

    The user of another event need not exist: the journals of the runs that it starts say so then. Clients tell of their
    own user, and attach no files. Raises SuprSendError, MisshapenError or RefusedError.
    """
    given = typed(entry, shapes.Event)
    name = parse_name(given.event)
    place = identified(call, given) if name == IDENTIFY else user_at(call, given.distinct_id)
    tenant = records.parse_tenant(given.tenant_id, given.brand_id)
    call.caller.check_subscriber(place.id, tenant)
    is_client = call.credential.kind == "public"
    if is_client and records.ATTACHMENTS in (given.properties or {}):
        raise invalid(f"properties.{records.ATTACHMENTS}", "Files are attached by servers only.")
    event = Event(name, place, records.parse_data(given.properties, "properties"), tenant)
    user = place.id if is_client else None
    key = records.parse_key(call, given.idempotency_key, given.insert_id, index)
    writes = [Write(place, (parse_profile({}),), call.origin)] if name == IDENTIFY else ()
    return Record(event, key, writes, user)


def identified(call: Call, given: shapes.Event) -> Place:
    """Returns the place of the user that `$identify` creates; older SDKs name the user in a property.

    Raises SuprSendError.
    """
    if given.distinct_id is not None:
        return user_at(call, given.distinct_id)
    return user_at(call, (given.properties or {}).get(IDENTIFIED_ID), f"properties.{IDENTIFIED_ID}")


def parse_name(given: str) -> str:
    """Returns the name of an event without spaces around it. Raises SuprSendError or RefusedError."""
    name = given.strip()
    if not 1 <= len(name) <= MAX_NAME_LENGTH:
        raise invalid("event", f"event must be a name of 1 to {MAX_NAME_LENGTH} characters.")
    if name.lower().startswith(RESERVED_PREFIXES) and name not in SENT_BY_SDKS:
        raise invalid("event", "Names of events that start with $ or ss_ are reserved; choose another.")
    check_text(name, "event")
    return name
