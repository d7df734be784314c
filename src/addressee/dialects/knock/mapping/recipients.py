"""Recipients as a request names them: by id, or described inline (knock.md §3.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from msgspec import structs

from addressee.api.answers import Answer, json_answer
from addressee.api.call import Call
from addressee.dialects.knock.mapping.inline_channel_data import check_channel_data
from addressee.dialects.knock.mapping.profiles import flat, identify_edit
from addressee.dialects.knock.mapping.tenant_settings import setting_edits
from addressee.directory.access.environments import Settings
from addressee.directory.collections import check_collection
from addressee.directory.documents import Id, check_id
from addressee.directory.edits.context import Revives
from addressee.directory.edits.recipients import Edit, Identify
from addressee.directory.errors import refused_below
from addressee.directory.recipient import TENANTS, USERS, Document, Place, Recipient
from addressee.directory.writing.planned_writes import PlannedWrites
from addressee.directory.writing.writes import Write, Written
from addressee.messaging.recipients.identity import Reference

Given: TypeAlias = Id | dict[str, Any]


def reference(field: str, given: Given, collection: str = USERS) -> Reference:
    """Whom an entry names: a user by its id, or a recipient given inline, where a `collection` makes it an object.

    Raises RefusedError.
    """
    if not isinstance(given, dict):
        return Reference(collection, check_id(given, field))
    named = check_collection(given.get("collection", collection), f"{field}.collection")
    return Reference(named, check_id(given.get("id"), f"{field}.id"))


def references(field: str, given: Iterable[Given]) -> list[Reference]:
    return [reference(f"{field}[{index}]", entry) for index, entry in enumerate(given)]


def inline_writes(call: Call, field: str, given: Iterable[Given]) -> list[Write]:
    """Returns the writes that identify the recipients described in a list; a bare id has none. Raises RefusedError."""
    return [write for index, entry in enumerate(given) for write in described_writes(call, f"{field}[{index}]", entry)]


def described_writes(call: Call, field: str, given: Given | None) -> list[Write]:
    """Returns the write that identifies a recipient, if it is described and not only named. Raises RefusedError."""
    return [mentioned(inline_write(call, reference(field, given), given, field))] if isinstance(given, dict) else []


def mentioned(write: Write) -> Write:
    """The same for somebody who is described in the middle of something else (DESIGN §3).

    Who was deleted comes back if more than the id is said, and no history of theirs is kept.
    """
    return structs.replace(write, edits=tuple(map(mentioning, write.edits)))


def mentioning(edit: Edit) -> Edit:
    if not isinstance(edit, Identify):
        return edit
    return replace(edit, revives=Revives.ERASED if edit.says_anything else Revives.NOBODY)


def tenant_write(call: Call, given: Given, field: str = "tenant") -> Write:
    """Unlike any other recipient, a tenant named by its bare id is created when it is not known."""
    described = given if isinstance(given, dict) else {}
    return inline_write(call, Reference(TENANTS, reference(field, given, TENANTS).id), described, field)


def inline_write(call: Call, recipient: Reference, given: dict[str, Any], path: str = "") -> Write:
    """`path` is where the request describes the recipient. Raises RefusedError."""
    place = Place(call.environment.id, *recipient)
    with refused_below(path):
        return Write(place, edits(place.collection, given, call.environment.settings), call.origin, path=path)


def edits(collection: str, given: Mapping[str, Any], settings: Settings) -> tuple[Edit, ...]:
    """What a recipient of a collection stands for as a client describes it: `settings` is no trait of a tenant."""
    if collection != USERS and "__typename" in given:  # as it was read
        given = flat(given)
    if collection != TENANTS:
        return (identify_edit(given, settings),)
    traits = {name: value for name, value in given.items() if name != "settings"}
    return (identify_edit(traits, settings), *setting_edits(given.get("settings")))


async def describe(call: Call, place: Place, given: dict[str, Any], render: Callable[[Recipient], Document]) -> Answer:
    """Creates or changes one recipient, and answers with it. Raises RefusedError."""

    def answer(written: Written) -> Answer:
        assert written.recipient is not None
        return json_answer(render(written.recipient))

    write = inline_write(call, Reference(place.collection, place.id), given)
    [checked] = await check_channel_data(call, [structs.replace(write, request=call.receipt(answer))])
    return answer(await write_one(call, checked))


async def write_one(call: Call, write: Write) -> Written:
    """Carries out a write, and notes its warnings, for which the answer has no place. Raises RefusedError."""
    written = await call.services.directory.write(write)
    if written.warnings:
        messages = [warning.message for warning in written.warnings]
        await call.services.directory.note(call.request_id, [(write.place, messages)])
    return written


async def plan(call: Call, named: Iterable[Reference], writes: Sequence[Write]) -> PlannedWrites:
    """Plans the writes that identify the recipients a request describes, among those that it names; writes nothing yet.

    Raises RefusedError.
    """
    places = [reference.at(call.environment.id) for reference in named]
    return await call.services.directory.plan(places, await check_channel_data(call, writes))


async def note(call: Call, planned: PlannedWrites) -> None:
    """Keeps what the answer cannot say of those whom a request describes."""
    await call.services.directory.note(call.request_id, [*planned.notices, *planned.warnings])
