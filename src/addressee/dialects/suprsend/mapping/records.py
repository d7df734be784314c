"""Records: events, triggers and broadcasts as they are posted, each with an outcome of its own (suprsend.md §2, §4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypeAlias

import structlog
from msgspec import structs

from addressee.api import idempotency
from addressee.api.answers import Answer
from addressee.api.bodies import MisshapenError
from addressee.api.call import Call, json_body
from addressee.dialects.suprsend.shapes import triggers as shapes
from addressee.dialects.suprsend.wire import errors
from addressee.dialects.suprsend.wire.errors import SuprSendError, invalid
from addressee.dialects.suprsend.wire.limits import MAX_KEY_LENGTH
from addressee.dialects.suprsend.wire.places import parse_tenant_id
from addressee.directory.documents import Id, check_text, size_of
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import Document, Place
from addressee.directory.writing.receipts import Earlier
from addressee.messaging.recipients.identity import TRANSIENT
from addressee.messaging.triggers.batches import Accepted, Outcome, Record
from addressee.messaging.triggers.events import Event
from addressee.messaging.triggers.trigger import check_data

OK = b"OK"
TEXT = "text/plain"

MAX_RECORDS = 100
MAX_RECORD_BYTES = 819_200

# How SDKs name themselves among an event's properties.
SDK_VERSION = "$ss_sdk_version"

ATTACHMENTS = "$attachments"
NO_ATTACHMENTS = "$attachments: attachments are not sent yet; the messages leave without them."

log = structlog.get_logger()


Reader: TypeAlias = Callable[[Call, Document, int], Record]
Refusal: TypeAlias = SuprSendError | MisshapenError | RefusedError
Result: TypeAlias = Outcome | SuprSendError | MisshapenError


async def accept(
    call: Call, entries: Sequence[Any], read: Reader, render: Callable[[Sequence[Result]], Any] | None = None
) -> list[Result]:
    """Carries out what can be, and says of each entry what became of it.

    With `render`, a repetition of the request as a whole is answered by what it makes of the results. Raises
    OverloadedError or UnavailableError.
    """
    asked = [read_or_refuse(call, entry, index, read) for index, entry in enumerate(entries)]
    records = [each for each in asked if isinstance(each, Record)]

    def results(outcomes: Sequence[Outcome]) -> list[Result]:
        """Returns the outcomes of the records that could be read, and the refusals of the others between them."""
        rest = iter(outcomes)
        return [next(rest) if isinstance(each, Record) else each for each in asked]

    directory = call.services.directory
    planned = await directory.plan({place for record in records for place in record.places})
    outcomes = await call.services.messaging.accept_all(
        call.environment.id,
        records,
        call.request_id,
        planned,
        receipt=None if render is None else call.receipt(lambda outcomes: render(results(outcomes))),
    )
    carried_out = results(outcomes)
    attachments = [
        (first_reached(call, record), [NO_ATTACHMENTS])
        for entry, record, result in zip(entries, asked, carried_out, strict=True)
        if isinstance(record, Record) and isinstance(result, Accepted) and has_attachments(entry)
    ]
    await directory.note(call.request_id, [*planned.warnings, *planned.notices, *attachments])
    return carried_out


def first_reached(call: Call, record: Record) -> Place:
    """A trigger may describe all its recipients, without naming any: then it is told by its workflow."""
    what = record.what
    if isinstance(what, Event):
        return what.recipient
    if what.recipients:
        return what.recipients[0]
    return Place(call.environment.id, TRANSIENT, what.workflow)


def read_or_refuse(call: Call, entry: Any, index: int, read: Reader) -> Record | Refusal:
    try:
        return read(call, checked_record(call, entry), index)
    except (SuprSendError, MisshapenError, RefusedError) as refusal:
        return refusal


def has_attachments(record: Document) -> bool:
    """Whether a record that could be read has any among its data, which an event calls its properties."""
    return any((record.get(field) or {}).get(ATTACHMENTS) for field in ("data", "properties"))


def checked_record(call: Call, entry: Any) -> Document:
    if not isinstance(entry, dict):
        raise MisshapenError("", "A record must be a JSON object.")
    if size_of(entry) > MAX_RECORD_BYTES:
        message = f"A record must be at most {MAX_RECORD_BYTES:,} bytes of JSON."
        raise SuprSendError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)
    call.caller.check_body(entry.get("env"))
    return entry


def one_record(call: Call) -> Any:
    """The body of an operation that takes one. Raises MisshapenError or MalformedError."""
    body = json_body(call)
    if not isinstance(body, dict):
        raise MisshapenError("", "The body must be a JSON object.")
    return body


def many_records(call: Call) -> list[Any]:
    """The body of an operation that takes many. Raises SuprSendError, MisshapenError or MalformedError."""
    body = json_body(call)
    if not isinstance(body, list):
        raise MisshapenError("", "The body must be a list of JSON objects.")
    if not 1 <= len(body) <= MAX_RECORDS:
        raise invalid("", f"Post 1 to {MAX_RECORDS} records at once.")
    return body


def key_of(call: Call, own: str | None, made: str | None, index: int) -> str | None:
    """What a record's repetition within a day is recognised by: its own key, what its SDK made up, or the request's.

    Raises SuprSendError or RefusedError.
    """
    for field, given in (("$idempotency_key", own), ("$insert_id", made)):
        key = (given or "").strip()
        if len(key) > MAX_KEY_LENGTH:
            raise invalid(field, f"{field} must be at most {MAX_KEY_LENGTH} characters.")
        check_text(key, field)
        if key:
            return key
    return None if call.idempotency_key is None else f"{call.idempotency_key}#{index}"


def tenant_of(tenant_id: Id | None, brand_id: Id | None = None) -> str | None:
    """`brand_id` is what tenants were called; an empty id is none. Raises SuprSendError."""
    if tenant_id not in (None, ""):
        return parse_tenant_id(tenant_id)
    return None if brand_id in (None, "") else parse_tenant_id(brand_id, "brand_id")


def data_of(given: Document | None, field: str) -> Document:
    """What templates see as `data`. Raises RefusedError."""
    data = {name: value for name, value in (given or {}).items() if name != SDK_VERSION}
    check_data(data, field)
    return data


def accepted_one(results: Sequence[Result]) -> shapes.Accepted:
    """The answer to one record. Raises what refused it."""
    (result,) = results
    if isinstance(result, Exception):
        raise result
    return shapes.Accepted("success", str(result.id))


def accepted_many(results: Sequence[Result]) -> shapes.Outcomes:
    return shapes.Outcomes("success", [outcome(each) for each in results])


def outcome(result: Result) -> shapes.Outcome:
    if isinstance(result, Accepted):
        return shapes.Outcome("success", HTTPStatus.ACCEPTED, message_id=str(result.id))
    refused, _ = errors.refused(result)
    return shapes.Outcome("error", refused.code, error=refused.error)


def ok() -> Answer:
    """SDKs show this text as it is."""
    return Answer(OK, HTTPStatus.ACCEPTED, content_type=TEXT)


def replay(earlier: Earlier) -> Answer:
    """The answer to a repetition; of what is stored, this text alone is not JSON."""
    answer = idempotency.replay(earlier)
    return structs.replace(answer, content_type=TEXT) if answer.body == OK else answer


def refusals_in(results: Iterable[tuple[int, object]]) -> dict[int, Exception]:
    """What refused records, by the places of these in the request."""
    return {index: result for index, result in results if isinstance(result, Exception)}


def log_refusals(call: Call, refusals: Mapping[int, Exception]) -> None:
    """For the operator, where an answer has no place for single records; without anything that they say."""
    for index, refusal in refusals.items():
        refused, _ = errors.refused(refusal)
        log.warning("record refused", request_id=call.request_id, index=index, status=refused.code)


def ok_if_any(results: Sequence[Result]) -> Answer:
    """Where an answer has no place for single records. Raises what refused the first when all are refused."""
    refusals = [result for result in results if isinstance(result, Exception)]
    if len(refusals) == len(results):
        raise refusals[0]
    return ok()
