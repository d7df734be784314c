"""`/event/`, where SDKs post edits of users and events, one or a list of both (suprsend.md §2.9, §3.1, §4).

Each entry is accepted or refused by itself. The answer says nothing of single entries: notices keep what was passed
over of an edit, and the log names the entries that were refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from addressee.api.answers import Answer
from addressee.api.call import Call, json_body
from addressee.api.requests.bodies import MisshapenError
from addressee.api.routes import Routes
from addressee.dialects.suprsend.mapping.event_records import parse_event
from addressee.dialects.suprsend.mapping.profile_edits import OPERATORS, parse_operations
from addressee.dialects.suprsend.mapping.profile_rendering import warnings_of
from addressee.dialects.suprsend.mapping.records import accept, log_refusals, ok, refusals_in
from addressee.dialects.suprsend.routes import memberships
from addressee.dialects.suprsend.shapes import users as shapes
from addressee.dialects.suprsend.wire.authentication import SERVER
from addressee.dialects.suprsend.wire.errors import SuprSendError, invalid
from addressee.dialects.suprsend.wire.limits import MAX_BODY_BYTES, MAX_KEY_LENGTH
from addressee.dialects.suprsend.wire.places import parse_tenant_id, user_at
from addressee.directory.documents import check_text, size_of
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import Document
from addressee.directory.writing.writes import Write, Written

routes = Routes(keys=SERVER, max_body_bytes=MAX_BODY_BYTES)

MAX_ENTRIES = 400
MAX_EDIT_BYTES = 10_240

OPERATIONS_KEY = "$user_operations"


@dataclass(frozen=True, slots=True)
class UserEdit:
    """An entry that edits a user, or what the user is within a `tenant`; `index` is its place in the request."""

    index: int
    write: Write
    tenant: str | None


@routes.post(
    "/event/",
    "event.post",
    request=shapes.EditEnvelope | list[shapes.EditEnvelope],
    status=202,
    not_idempotent=True,
)
async def post(call: Call) -> Answer:
    """Edit users, or tell of events: one, or a list of up to 400."""
    body = json_body(call)
    entries = body if isinstance(body, list) else [body]
    if not 1 <= len(entries) <= MAX_ENTRIES:
        raise invalid("", f"Post an object, or a list of 1 to {MAX_ENTRIES} of them.")
    edits, refusals = parse_edits(call, {index: entry for index, entry in enumerate(entries) if not is_event(entry)})
    refusals |= await write(call, edits)
    refusals |= await track(call, {index: entry for index, entry in enumerate(entries) if is_event(entry)})
    if len(refusals) == len(entries):
        raise refusals[min(refusals)]
    log_refusals(call, refusals)
    await call.services.directory.keep(call.receipt(lambda _: ok()), None)
    return ok()


def is_event(entry: Any) -> bool:
    return isinstance(entry, dict) and "event" in entry


def parse_edits(call: Call, entries: Mapping[int, Any]) -> tuple[list[UserEdit], dict[int, Exception]]:
    """Returns the edits among entries, and the refusals of those that are none, by index."""
    edits: list[UserEdit] = []
    refusals: dict[int, Exception] = {}
    for index, entry in entries.items():
        try:
            edits.append(parse_edit(call, entry, index))
        except (SuprSendError, RefusedError, MisshapenError) as refusal:
            refusals[index] = refusal
    return edits, refusals


def parse_edit(call: Call, entry: Any, index: int) -> UserEdit:
    """Raises SuprSendError, MisshapenError or RefusedError."""
    if not isinstance(entry, dict):
        raise MisshapenError("", "The body must be a JSON object, or a list of them.")
    if size_of(entry) > MAX_EDIT_BYTES:
        message = f"An edit must be at most {MAX_EDIT_BYTES:,} bytes of JSON."
        raise SuprSendError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)
    call.caller.check_body(entry.get("env"))
    place = user_at(call, entry.get("distinct_id"))
    edit = parse_operations(operations_of(entry), OPERATIONS_KEY)
    write = Write(place, (edit,), call.origin, parse_key(call, entry, index))
    tenant_id = entry.get("tenant_id")
    tenant = None if tenant_id is None else parse_tenant_id(tenant_id)
    call.caller.check_subscriber(place.id, tenant)
    return UserEdit(index, write, tenant)


def operations_of(entry: Document) -> Any:
    """Returns the operations of an edit; browsers send one operation without a list around it."""
    if OPERATIONS_KEY in entry:
        return entry[OPERATIONS_KEY]
    operation = {name: value for name, value in entry.items() if name in OPERATORS}
    if not operation:
        raise invalid(OPERATIONS_KEY, f"An edit has {OPERATIONS_KEY}, an event has a name under event.")
    return [operation]


def parse_key(call: Call, entry: Document, index: int) -> str | None:
    """Returns the key under which an edit is applied once in 24 hours: its own, else the request's with its index."""
    own = entry.get("$insert_id")
    if own is None:
        return None if call.idempotency_key is None else f"{call.idempotency_key}#{index}"
    if not isinstance(own, str) or not 1 <= len(own) <= MAX_KEY_LENGTH:
        raise invalid("$insert_id", f"$insert_id must be a text of 1 to {MAX_KEY_LENGTH} characters.")
    check_text(own, "$insert_id")
    return own


async def write(call: Call, edits: Sequence[UserEdit]) -> dict[int, Exception]:
    """Applies edits, keeps notices of what was passed over, and returns the refusals by index."""
    directory = call.services.directory
    own = [edit for edit in edits if edit.tenant is None]
    within = [(edit, edit.tenant) for edit in edits if edit.tenant is not None]
    results = [
        *zip(own, await directory.write_all([edit.write for edit in own]), strict=True),
        *zip(
            [edit for edit, _ in within],
            await memberships.write_all(call, [(edit.write, tenant) for edit, tenant in within]),
            strict=True,
        ),
    ]
    passed_over = [
        (edit.write.place, warnings)
        for edit, result in results
        if isinstance(result, Written) and (warnings := warnings_of(result))
    ]
    await directory.notices.note(call.request_id, passed_over)
    return refusals_in((edit.index, result) for edit, result in results)


async def track(call: Call, entries: Mapping[int, Any]) -> dict[int, Exception]:
    """Carries out events, and returns the refusals by index."""
    if not entries:
        return {}
    return refusals_in(zip(entries, await accept(call, list(entries.values()), parse_event), strict=True))
