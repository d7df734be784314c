"""Parses recipients that a request names by id or describes inline, and identifies them (knock.md §3.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from addressee.api.call import Call
from addressee.dialects.knock.mapping.preference_sets import named_sets, stored_sets
from addressee.dialects.knock.mapping.profiles import ALWAYS_SHOWN, flat, says_anything, told_apart
from addressee.dialects.knock.mapping.tenant_settings import setting_edits
from addressee.directory.collections import check_collection
from addressee.directory.documents import Id, Merge, check_id
from addressee.directory.edits.context import Revives
from addressee.directory.edits.recipients import Edit, Identify
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import TENANTS, USERS, Document, Place, Recipient
from addressee.directory.writing.history import Origin
from addressee.directory.writing.planned_writes import PlannedWrites
from addressee.directory.writing.receipts import Receipt
from addressee.directory.writing.writes import Write, Written
from addressee.messaging.environment.channels import Channel

T = TypeVar("T")

Given: TypeAlias = Id | dict[str, Any]

EMPTY: Document = {}


def place_of(call: Call, field: str, given: Given, collection: str = USERS) -> Place:
    """Returns the recipient that an entry names: a user by its id, or by the `id` and `collection` of an object.

    Raises RefusedError.
    """
    if not isinstance(given, dict):
        return Place(call.environment.id, collection, check_id(given, field))
    named = check_collection(given.get("collection", collection), f"{field}.collection")
    return Place(call.environment.id, named, check_id(given.get("id"), f"{field}.id"))


def places_of(call: Call, field: str, given: Iterable[Given]) -> list[Place]:
    return [place_of(call, f"{field}[{index}]", entry) for index, entry in enumerate(given)]


@dataclass(frozen=True, slots=True)
class RecipientParser:
    """Parses the recipients that a request describes into writes.

    `merge` says how properties are merged into stored ones. `channels` are those of the environment by id, `set_keys`
    the keys under which preference sets are stored by the ids that clients know: edits hold channel data and preference
    sets as they are stored. All methods raise RefusedError.
    """

    call: Call
    origin: Origin
    merge: Merge
    channels: Mapping[str, Channel]
    set_keys: Mapping[str, str]

    def write(
        self,
        place: Place,
        given: dict[str, Any],
        path: str = "",
        *,
        is_mention: bool = False,
        request: Receipt | None = None,
    ) -> Write:
        """Returns the write that identifies a recipient; `path` is where the request describes it.

        A mention is a description within another request: it revives a deleted recipient only if it has more than the
        id and the recipient's history was not kept.
        """
        try:
            edits = self._edits(place.collection, given, is_mention=is_mention)
        except RefusedError as refusal:
            raise refusal.below(path) from None
        return Write(place, edits, self.origin, request=request, path=path)

    def mention(self, field: str, given: Given | None) -> list[Write]:
        """Returns the write that identifies a recipient if it is described and not only named by its id."""
        if not isinstance(given, dict):
            return []
        place = place_of(self.call, field, given)
        return [self.write(place, given, field, is_mention=True)]

    def mentions(self, field: str, given: Iterable[Given]) -> list[Write]:
        return [write for index, entry in enumerate(given) for write in self.mention(f"{field}[{index}]", entry)]

    def tenant(self, given: Given | None) -> list[Write]:
        """Returns the write that identifies a request's `tenant`, which its bare id creates when it is not known."""
        if given is None:
            return []
        place = place_of(self.call, "tenant", given, TENANTS)._replace(collection=TENANTS)
        return [self.write(place, given if isinstance(given, dict) else {}, "tenant")]

    def _edits(self, collection: str, given: Document, *, is_mention: bool) -> tuple[Edit, ...]:
        if collection != USERS and "__typename" in given:  # as it was read
            given = flat(given)
        revives = Revives.ANYBODY
        if is_mention:
            revives = Revives.ERASED if says_anything(given) else Revives.NOBODY
        if collection != TENANTS:
            return (self._identify(given, revives),)
        traits = {name: value for name, value in given.items() if name != "settings"}
        return (self._identify(traits, revives), *setting_edits(given.get("settings"), revives))

    def _identify(self, given: Mapping[str, Any], revives: Revives) -> Identify:
        attributes, traits = told_apart(given)
        return Identify(
            attributes=attributes,
            properties=traits,
            merge=self.merge,
            properties_field="",
            channel_data=self._channel_data(given.get("channel_data")),
            preferences=self._preferences(given.get("preferences")),
            revives=revives,
            always_shown=ALWAYS_SHOWN,
        )

    def _channel_data(self, given: Any) -> Document:
        """Returns inline channel data as they are stored, by the id of the channel. Null changes nothing."""
        if given is None:
            return EMPTY
        return dict(self._channel_entry(id, data) for id, data in require_map("channel_data", given).items())

    def _preferences(self, given: Any) -> Document:
        """Returns inline preference sets as they are stored, by the keys of the sets. Null changes nothing."""
        if given is None:
            return EMPTY
        return {self.set_keys[id]: each for id, each in stored_sets(given).items()}

    def _channel_entry(self, id: str, data: Any) -> tuple[str, Document]:
        field = f"channel_data.{id}"
        require_map(field, data)
        channel = self.channels.get(id.lower())
        if channel is None:
            raise RefusedError("channel", field, f"{field}: there is no such channel in this environment.")
        return str(channel.id), channel.served_by.data.checked(data, field)


def require_map(field: str, given: Any) -> Document:
    if not isinstance(given, dict):
        raise RefusedError("type", field, f"{field} must be an object.")
    return given


async def recipient_parser(call: Call, given: Iterable[Given | None]) -> RecipientParser:
    """Returns a parser for these recipients, after reading what their channel data and preference sets refer to."""
    described = [each for each in given if isinstance(each, dict)]
    services, environment_id = call.services, call.environment.id
    says_channels = any(each.get("channel_data") for each in described)
    channels = await services.messaging.channels.list(environment_id) if says_channels else []
    set_ids = {set_id for each in described if "preferences" in each for set_id in named_sets(each["preferences"])}
    set_keys = await services.preferences.keys(environment_id, set_ids)
    merge = call.environment.settings.property_merge
    return RecipientParser(call, call.origin, merge, {str(channel.id): channel for channel in channels}, set_keys)


async def identify(call: Call, place: Place, given: dict[str, Any], render: Callable[[Recipient], T]) -> T:
    """Creates or changes one recipient, and returns it as `render` shows it. Raises RefusedError.

    Warnings, for which the answer has no place, are kept as notices.
    """

    def answer(written: Written) -> T:
        assert written.recipient is not None
        return render(written.recipient)

    parser = await recipient_parser(call, [given])
    written = await call.services.directory.write(parser.write(place, given, request=call.receipt(answer)))
    if written.warnings:
        messages = [warning.message for warning in written.warnings]
        await call.services.directory.notices.note(call.request_id, [(place, messages)])
    return answer(written)


async def plan(call: Call, named: Iterable[Place], writes: Sequence[Write]) -> PlannedWrites:
    """Plans writes of a request that names other recipients too; writes nothing yet. Raises RefusedError."""
    return await call.services.directory.plan(named, writes)


async def note(call: Call, planned: PlannedWrites) -> None:
    """Keeps as notices what the answer cannot say of the recipients that a request describes."""
    await call.services.directory.notices.note(call.request_id, [*planned.notices, *planned.warnings])
