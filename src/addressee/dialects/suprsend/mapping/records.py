"""Records: events, triggers and broadcasts, each accepted or refused by itself (suprsend.md §2, §4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypeAlias

import structlog
from msgspec import structs

from addressee.api.answers import Answer
from addressee.api.call import Call
from addressee.api.requests import idempotency
from addressee.api.requests.bodies import MisshapenError
from addressee.dialects.suprsend.shapes import triggers as shapes
from addressee.dialects.suprsend.wire import errors
from addressee.dialects.suprsend.wire.errors import SuprSendError, invalid
from addressee.dialects.suprsend.wire.limits import MAX_KEY_LENGTH
from addressee.dialects.suprsend.wire.places import parse_tenant_id
from addressee.directory.documents import Id, check_text, size_of
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import Document, Place
from addressee.directory.writing.receipts import Earlier
from addressee.messaging.content.attachments import FOR_ALL
from addressee.messaging.recipients.identity import TRANSIENT
from addressee.messaging.triggers.batches import Accepted, Outcome, Record
from addressee.messaging.triggers.events import Event
from addressee.messaging.triggers.trigger import check_data

OK = b"OK"
TEXT = "text/plain"

MAX_RECORDS = 100
MAX_RECORD_BYTES = 819_200

# The property of an event in which SDKs name themselves.
SDK_VERSION = "$ss_sdk_version"

ATTACHMENTS = "$attachments"
NO_FILES = "$attachments: an entry has neither data nor a url; the messages leave without it."

log = structlog.get_logger()

Parser: TypeAlias = Callable[[Call, Document, int], Record]
Refusal: TypeAlias = SuprSendError | MisshapenError | RefusedError
Result: TypeAlias = Outcome | SuprSendError | MisshapenError


async def accept(
    call: Call, entries: Sequence[Any], parse: Parser, render: Callable[[Sequence[Result]], Any] | None = None
) -> list[Result]:
    """Parses entries, carries out those that can be, and returns the result of each.

    With `render`, which makes the answer of the results, a repetition of the request under its key is answered as the
    first was. Raises OverloadedError or UnavailableError.
    """
    parsed = [parse_or_refuse(call, entry, index, parse) for index, entry in enumerate(entries)]
    records = [each for each in parsed if isinstance(each, Record)]

    def results(outcomes: Sequence[Outcome]) -> list[Result]:
        """Returns the outcomes of the records that could be parsed, and between them the refusals of the others."""
        rest = iter(outcomes)
        return [next(rest) if isinstance(each, Record) else each for each in parsed]

    directory = call.services.directory
    planned = await directory.plan({place for record in records for place in record.places})
    outcomes = await call.services.messaging.triggers.accept_all(
        call.environment.id,
        records,
        call.request_id,
        planned,
        receipt=None if render is None else call.receipt(lambda outcomes: render(results(outcomes))),
    )
    carried_out = results(outcomes)
    attachments = [
        (first_reached(call, record), [NO_FILES])
        for entry, record, result in zip(entries, parsed, carried_out, strict=True)
        if isinstance(record, Record) and isinstance(result, Accepted) and lacks_files(entry)
    ]
    await directory.notices.note(call.request_id, [*planned.warnings, *planned.notices, *attachments])
    return carried_out


async def accept_one(call: Call, body: Any, parse: Parser) -> shapes.Accepted:
    """Carries out the record that is the body of a request. Raises what refuses it."""
    return accepted_one(await accept(call, [check_one(body)], parse, accepted_one))


def first_reached(call: Call, record: Record) -> Place:
    """Returns the place that a notice about a record is kept under: that of its first recipient.

    A trigger whose recipients are all transient has a place named after its workflow instead.
    """
    what = record.what
    if isinstance(what, Event):
        return what.recipient
    if what.recipients:
        return what.recipients[0]
    return Place(call.environment.id, TRANSIENT, what.workflow)


def parse_or_refuse(call: Call, entry: Any, index: int, parse: Parser) -> Record | Refusal:
    try:
        return parse(call, check_record(call, entry), index)
    except (SuprSendError, MisshapenError, RefusedError) as refusal:
        return refusal


def lacks_files(record: Document) -> bool:
    """Returns whether a record's data, which an event calls its properties, have attachments without a file."""
    attached = [(record.get(field) or {}).get(ATTACHMENTS) for field in ("data", "properties")]
    return any(not has_file(each) for entries in attached if isinstance(entries, list) for each in entries)


def has_file(attachment: Any) -> bool:
    """Returns whether an attachment holds a file, or names the URL of one."""
    return isinstance(attachment, dict) and any(isinstance(attachment.get(name), str) for name in ("data", "url"))


def check_record(call: Call, entry: Any) -> Document:
    """Raises SuprSendError or MisshapenError for an entry that is no object, too large, or of another workspace."""
    if not isinstance(entry, dict):
        raise MisshapenError("", "A record must be a JSON object.")
    if size_of(entry) > MAX_RECORD_BYTES:
        message = f"A record must be at most {MAX_RECORD_BYTES:,} bytes of JSON."
        raise SuprSendError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)
    call.caller.check_body(entry.get("env"))
    return entry


def check_one(body: Any) -> Document:
    """Returns the body of an operation that takes one record. Raises MisshapenError."""
    if not isinstance(body, dict):
        raise MisshapenError("", "The body must be a JSON object.")
    return body


def check_many(body: Any) -> list[Any]:
    """Returns the body of an operation that takes a list of records. Raises SuprSendError or MisshapenError."""
    if not isinstance(body, list):
        raise MisshapenError("", "The body must be a list of JSON objects.")
    if not 1 <= len(body) <= MAX_RECORDS:
        raise invalid("", f"Post 1 to {MAX_RECORDS} records at once.")
    return body


def parse_key(call: Call, own: str | None, made: str | None, index: int) -> str | None:
    """Returns the key under which a record is carried out once in 24 hours.

    It is the record's own key, else the one that an SDK made up for it, else the request's with the record's index.
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


def parse_tenant(tenant_id: Id | None, brand_id: Id | None = None) -> str | None:
    """Returns the tenant of a record; older SDKs call it `brand_id`. An empty id counts as none.

    Raises SuprSendError.
    """
    if tenant_id not in (None, ""):
        return parse_tenant_id(tenant_id)
    return None if brand_id in (None, "") else parse_tenant_id(brand_id, "brand_id")


def parse_data(given: Document | None, field: str) -> Document:
    """Returns what templates see as `data`. Raises RefusedError."""
    data = {name: value for name, value in (given or {}).items() if name != SDK_VERSION}
    check_data(data, field)
    entries = data.pop(ATTACHMENTS, None)
    files = [described(each) for each in entries if has_file(each)] if isinstance(entries, list) else []
    return {**data, FOR_ALL: files} if files else data


def described(attachment: Document) -> Document:
    """Returns an attachment as a trigger's data describe it. SDKs tell the type of a file that they have read."""
    name, content_type = attachment.get("filename"), attachment.get("contentType") or None
    if isinstance(attachment.get("data"), str):
        return {
            "name": name,
            "content_type": content_type or "application/octet-stream",
            "content": attachment["data"],
        }
    return {
        "name": name or None,
        "content_type": content_type,
        "url": attachment["url"],
        "required": not attachment.get("ignore_if_error"),
    }


def accepted_one(results: Sequence[Result]) -> shapes.Accepted:
    """Returns the answer to a request of one record. Raises what refused it."""
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
    """Returns the answer of operations whose SDKs show its text as it is."""
    return Answer(OK, HTTPStatus.ACCEPTED, content_type=TEXT)


def replay(earlier: Earlier) -> Answer:
    """Returns the answer to a repetition. Receipts keep no content type: all stored bodies but this text are JSON."""
    answer = idempotency.replay(earlier)
    return structs.replace(answer, content_type=TEXT) if answer.body == OK else answer


def refusals_in(results: Iterable[tuple[int, object]]) -> dict[int, Exception]:
    """Returns the exceptions among results, by the index of their record in the request."""
    return {index: result for index, result in results if isinstance(result, Exception)}


def log_refusals(call: Call, refusals: Mapping[int, Exception]) -> None:
    """Logs refusals, for answers that have no place for single records. Nothing of a record's content is logged."""
    for index, refusal in refusals.items():
        refused, _ = errors.refused(refusal)
        log.warning("record refused", request_id=call.request_id, index=index, status=refused.code)


def ok_if_any(results: Sequence[Result]) -> Answer:
    """Returns the answer of operations that say nothing of single records. Raises the first refusal if none passed."""
    refusals = [result for result in results if isinstance(result, Exception)]
    if len(refusals) == len(results):
        raise refusals[0]
    return ok()
