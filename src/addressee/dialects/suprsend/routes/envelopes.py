"""`/event/`: what SDKs post there, edits of users and events, one or many (suprsend.md §2.9, §3.1, §4).

Each entry of a list stands for itself. The answer has no place for what is wrong with one: notices keep what was passed
over of an edit, and the log says which entries were refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from addressee.api.answers import Answer
from addressee.api.bodies import MisshapenError
from addressee.api.call import Call, json_body
from addressee.api.routes import Routes
from addressee.dialects.suprsend.mapping.operators import OPERATORS, parse_operations
from addressee.dialects.suprsend.mapping.profiles import warnings_of
from addressee.dialects.suprsend.mapping.records import log_refusals, ok, refusals_in
from addressee.dialects.suprsend.routes import events, memberships
from addressee.dialects.suprsend.shapes import users as shapes
from addressee.dialects.suprsend.wire.authentication import SERVER
from addressee.dialects.suprsend.wire.errors import SuprSendError, invalid
from addressee.dialects.suprsend.wire.limits import MAX_BODY_BYTES, MAX_KEY_LENGTH
from addressee.dialects.suprsend.wire.places import parse_tenant_id, user_at
from addressee.directory.documents import check_text, size_of
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import Document, Place
from addressee.directory.writing.writes import Write, Written

routes = Routes(keys=SERVER)

MAX_ENTRIES = 400
MAX_EDIT_BYTES = 10_240

OPERATIONS_KEY = "$user_operations"


@dataclass(frozen=True, slots=True)
class Edit:
    """An entry that can be written, and its place in the request.

    With a `tenant` it is about what the user is within that tenant.
    """

    index: int
    write: Write
    tenant: str | None

    @property
    def place(self) -> Place:
        return self.write.place


@routes.post(
    "/event/",
    "event.post",
    request=shapes.EditEnvelope | list[shapes.EditEnvelope],
    status=202,
    max_body_bytes=MAX_BODY_BYTES,
    not_idempotent=True,
)
async def post(call: Call) -> Answer:
    """Edit users, or tell of events: one, or a list of up to 400."""
    body = json_body(call)
    entries = body if isinstance(body, list) else [body]
    if not 1 <= len(entries) <= MAX_ENTRIES:
        raise invalid("", f"Post an object, or a list of 1 to {MAX_ENTRIES} of them.")
    edits, refusals = read_all(call, {index: entry for index, entry in enumerate(entries) if not is_event(entry)})
    refusals |= await write(call, edits)
    refusals |= await tell(call, {index: entry for index, entry in enumerate(entries) if is_event(entry)})
    if len(refusals) == len(entries):
        raise refusals[min(refusals)]
    log_refusals(call, refusals)
    await call.services.directory.keep(call.receipt(lambda _: ok()), None)
    return ok()


def is_event(entry: Any) -> bool:
    return isinstance(entry, dict) and "event" in entry


def read_all(call: Call, entries: Mapping[int, Any]) -> tuple[list[Edit], dict[int, Exception]]:
    """What can be read of the entries, and what is wrong with the others, by their places."""
    edits: list[Edit] = []
    refusals: dict[int, Exception] = {}
    for index, entry in entries.items():
        try:
            edits.append(read(call, entry, index))
        except (SuprSendError, RefusedError, MisshapenError) as refusal:
            refusals[index] = refusal
    return edits, refusals


def read(call: Call, entry: Any, index: int) -> Edit:
    """Raises SuprSendError, MisshapenError or RefusedError."""
    if not isinstance(entry, dict):
        raise MisshapenError("", "The body must be a JSON object, or a list of them.")
    if size_of(entry) > MAX_EDIT_BYTES:
        message = f"An edit must be at most {MAX_EDIT_BYTES:,} bytes of JSON."
        raise SuprSendError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)
    call.caller.check_body(entry.get("env"))
    place = user_at(call, entry.get("distinct_id"))
    edit = parse_operations(operations_of(entry), OPERATIONS_KEY)
    write = Write(place, (edit,), call.origin, key_of(call, entry, index))
    tenant = entry.get("tenant_id")
    return Edit(index, write, None if tenant is None else parse_tenant_id(tenant))


def operations_of(entry: Document) -> Any:
    """The operations of an edit; browsers write one operation, without a list around it."""
    if OPERATIONS_KEY in entry:
        return entry[OPERATIONS_KEY]
    operation = {name: value for name, value in entry.items() if name in OPERATORS}
    if not operation:
        raise invalid(OPERATIONS_KEY, f"An edit has {OPERATIONS_KEY}, an event has a name under event.")
    return [operation]


def key_of(call: Call, entry: Document, index: int) -> str | None:
    """What the entry's repetition within a day is recognised by: its own key, else the request's."""
    own = entry.get("$insert_id")
    if own is None:
        return None if call.idempotency_key is None else f"{call.idempotency_key}#{index}"
    if not isinstance(own, str) or not 1 <= len(own) <= MAX_KEY_LENGTH:
        raise invalid("$insert_id", f"$insert_id must be a text of 1 to {MAX_KEY_LENGTH} characters.")
    check_text(own, "$insert_id")
    return own


async def write(call: Call, edits: Sequence[Edit]) -> dict[int, Exception]:
    """Writes what can be written, notes what was passed over, and returns the refusals by their places."""
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
        (edit.place, warnings)
        for edit, result in results
        if isinstance(result, Written) and (warnings := warnings_of(result))
    ]
    await directory.note(call.request_id, passed_over)
    return refusals_in((edit.index, result) for edit, result in results)


async def tell(call: Call, entries: Mapping[int, Any]) -> dict[int, Exception]:
    """Carries out the events among the entries, and returns the refusals by their places."""
    if not entries:
        return {}
    return refusals_in(zip(entries, await events.accept(call, list(entries.values())), strict=True))
