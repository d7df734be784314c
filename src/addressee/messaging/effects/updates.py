"""Writes to the directory that steps ask for, for the runs of a page together, before they move.

Each write has a key that is derived from its runs and their step: a page that is carried out again changes nothing.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import ClassVar, NamedTuple
from uuid import UUID

import msgspec

from addressee.database.pool import Pool
from addressee.directory.edits.context import Revives
from addressee.directory.edits.lists import Define, list_from
from addressee.directory.edits.recipients import Identify
from addressee.directory.errors import RefusedError
from addressee.directory.groups.lists import Lists
from addressee.directory.groups.subscriptions import Subscriptions
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import Place, Recipient
from addressee.directory.writing.history import Origin
from addressee.directory.writing.receipts import Receipt, RepeatedError, StoredAnswer
from addressee.directory.writing.writer import Writer
from addressee.directory.writing.writes import Write
from addressee.messaging.runs.effects import Asked, AskingPage
from addressee.messaging.runs.model import MAX_DEPTH
from addressee.messaging.steps.data.update_list import ListUpdate
from addressee.messaging.steps.data.update_recipient import RecipientUpdate
from addressee.messaging.steps.data.update_subscription import SubscriptionUpdate
from addressee.messaging.steps.data.updates import Updated, UpdateRefused
from addressee.messaging.steps.model import Request
from addressee.messaging.workflows.audiences.store import read_dynamic
from addressee.preferences.audiences import AUDIENCES

# Receipts of steps stand beside those of requests, whose keys hold no such character.
KEY_PREFIX = "step\n"

Outcome = Updated | UpdateRefused


class RecipientUpdates:
    """The effect of `RecipientUpdate`: the page's writes go through the writer together."""

    request: ClassVar[type[Request]] = RecipientUpdate

    def __init__(self, reader: Reader, writer: Writer) -> None:
        self._reader = reader
        self._writer = writer

    async def carry_out(self, page: AskingPage, asked: Sequence[Asked]) -> Mapping[UUID, Outcome]:
        requests: dict[UUID, RecipientUpdate] = {each.run.id: each.request for each in asked}
        needed = {request.place for request in requests.values() if not request.creates}
        found = await self._reader.read_all(needed)
        answers: dict[UUID, Outcome] = {
            id: UpdateRefused(f"{request.place.id!r} is not known in {request.place.collection}")
            for id, request in requests.items()
            if request.place in needed and not lives(found.get(request.place))
        }
        writing = [each for each in asked if each.run.id not in answers]
        writes = [
            Write(each.request.place, (each.request.edit,), origin_of(each), receipt=key_of([each])) for each in writing
        ]
        for each, result in zip(writing, await self._writer.write_all(writes), strict=True):
            place = each.request.place
            shown = {"collection": place.collection, "id": place.id}
            answers[each.run.id] = UpdateRefused(result.message) if isinstance(result, RefusedError) else Updated(shown)
        return answers


class ListChange(NamedTuple):
    """The change of a list that several runs ask for."""

    list: Place
    adds: bool
    title: str | None


class ListUpdates:
    """The effect of `ListUpdate`: one change of each list for all runs that ask for the same."""

    request: ClassVar[type[Request]] = ListUpdate

    def __init__(self, reader: Reader, lists: Lists) -> None:
        self._reader = reader
        self._lists = lists

    async def carry_out(self, page: AskingPage, asked: Sequence[Asked]) -> Mapping[UUID, Outcome]:
        groups: dict[ListChange, list[Asked]] = defaultdict(list)
        for each in asked:
            request: ListUpdate = each.request
            groups[ListChange(request.list, request.adds, request.title)].append(each)
        found = await self._reader.read_all({change.list for change in groups})
        answers: dict[UUID, Outcome] = {}
        for change, group in groups.items():
            outcome = await self._change(page, change, group, found.get(change.list))
            answers |= {each.run.id: outcome for each in group}
        return answers

    async def _change(
        self, page: AskingPage, change: ListChange, group: Sequence[Asked], found: Recipient | None
    ) -> Outcome:
        depth = page.run.terms.depth + 1
        if depth > MAX_DEPTH:
            return UpdateRefused(f"workflows cause each other's events at most {MAX_DEPTH} deep")
        origin, receipt = origin_of(group[0]), receipt_of(page, group)
        users = sorted({id for each in group for id in each.request.users})
        try:
            if found is not None and found.lives:
                list = list_from(found)
            elif change.adds and change.title is not None:
                list = (await self._lists.define(change.list, Define(change.title), origin=origin)).list
            else:
                return UpdateRefused(f"there is no list {change.list.id!r}")
            with suppress(RepeatedError):
                if change.adds:
                    await self._lists.add(list, list.uid, users, origin=origin, receipt=receipt, depth=depth)
                else:
                    await self._lists.remove(list, list.uid, users, receipt=receipt, depth=depth)
        except RefusedError as refusal:
            return UpdateRefused(refusal.message)
        return Updated({"list_id": change.list.id, "action": "add" if change.adds else "remove"})


class SubscriptionChange(NamedTuple):
    """The change of an object's subscriptions that several runs ask for; the properties are encoded."""

    object: Place
    subscribes: bool
    properties: bytes
    creates: bool


class SubscriptionUpdates:
    """The effect of `SubscriptionUpdate`: one change of each object for all runs that ask for the same."""

    request: ClassVar[type[Request]] = SubscriptionUpdate

    def __init__(self, pool: Pool, reader: Reader, writer: Writer, subscriptions: Subscriptions) -> None:
        self._pool = pool
        self._reader = reader
        self._writer = writer
        self._subscriptions = subscriptions

    async def carry_out(self, page: AskingPage, asked: Sequence[Asked]) -> Mapping[UUID, Outcome]:
        groups: dict[SubscriptionChange, list[Asked]] = defaultdict(list)
        for each in asked:
            request: SubscriptionUpdate = each.request
            properties = msgspec.json.encode(request.properties, order="sorted")
            groups[SubscriptionChange(request.object, request.subscribes, properties, request.creates)].append(each)
        answers: dict[UUID, Outcome] = {}
        for change in await self._dynamic(page, groups):
            following = UpdateRefused(f"the members of the audience {change.object.id!r} follow its conditions")
            answers |= {each.run.id: following for each in groups.pop(change)}
        await self._create([(change.object, group[0]) for change, group in groups.items() if change.creates])
        named = {change.object for change in groups} | {place for each in asked for place in each.request.subscribers}
        people = {place: found for place, found in (await self._reader.read_all(named)).items() if found.lives}
        for change, group in groups.items():
            answers |= await self._change(page, change, group, people)
        return answers

    async def _dynamic(self, page: AskingPage, changes: Iterable[SubscriptionChange]) -> list[SubscriptionChange]:
        """Returns the changes of dynamic audiences, which nobody is added to."""
        of_audiences = [change for change in changes if change.object.collection == AUDIENCES]
        dynamic = await read_dynamic(self._pool, page.environment_id) if of_audiences else {}
        return [change for change in of_audiences if change.object.id in dynamic]

    async def _create(self, objects: Sequence[tuple[Place, Asked]]) -> None:
        """Creates the objects that do not exist; a deleted one whose history was kept stays deleted."""
        if objects:
            edit = Identify(revives=Revives.ERASED)
            await self._writer.write_all([Write(object, (edit,), origin_of(asked)) for object, asked in objects])

    async def _change(
        self, page: AskingPage, change: SubscriptionChange, group: Sequence[Asked], people: Mapping[Place, Recipient]
    ) -> dict[UUID, Outcome]:
        object = people.get(change.object)
        if object is None:
            missing = UpdateRefused(f"{change.object.id!r} is not known in {change.object.collection}")
            return {each.run.id: missing for each in group}
        subscribers = {place: people[place] for each in group for place in each.request.subscribers if place in people}
        properties = msgspec.json.decode(change.properties)
        receipt = receipt_of(page, group)
        shown = {"collection": change.object.collection, "id": change.object.id}
        try:
            with suppress(RepeatedError):
                if change.subscribes:
                    await self._subscriptions.add(object, subscribers.values(), properties, receipt=receipt)
                else:
                    await self._subscriptions.delete(object, subscribers.values(), receipt=receipt)
        except RefusedError as refusal:
            return {each.run.id: UpdateRefused(refusal.message) for each in group}
        return {each.run.id: outcome_for(each.request, people, shown) for each in group}


def outcome_for(request: SubscriptionUpdate, people: Mapping[Place, Recipient], shown: Mapping[str, str]) -> Outcome:
    """Returns what became of one run's request: whoever is not known cannot subscribe."""
    if missing := [place for place in request.subscribers if place not in people]:
        return UpdateRefused(f"{missing[0].id!r} is not known in {missing[0].collection}")
    return Updated({**shown, "action": "subscribe" if request.subscribes else "unsubscribe"})


def lives(recipient: Recipient | None) -> bool:
    return recipient is not None and recipient.lives


def origin_of(asked: Asked) -> Origin:
    """Returns the origin that the history names: the run, where requests are named."""
    return Origin(request_id=f"run {asked.run.id}")


def key_of(group: Sequence[Asked]) -> str:
    """Returns the key of a write: the same when the same runs ask for it again at the same step."""
    runs = "\n".join(sorted(str(each.run.id) for each in group))
    return f"{KEY_PREFIX}{group[0].step.ref}\n{hashlib.sha256(runs.encode()).hexdigest()}"


def receipt_of(page: AskingPage, group: Sequence[Asked]) -> Receipt:
    nothing = StoredAnswer(HTTPStatus.NO_CONTENT, b"")
    return Receipt(page.environment_id, key_of(group), b"", "", lambda _: nothing)
