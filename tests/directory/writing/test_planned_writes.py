"""Planned writes: their effect in memory, and that nothing is stored until they are carried out."""

from __future__ import annotations

import pytest

from addressee.directory.directory import Directory
from addressee.directory.edits.context import Revives
from addressee.directory.edits.recipients import ChangePreferences, Delete, Identify
from addressee.directory.errors import DELETED, RefusedError
from addressee.directory.recipient import USERS, Document, Place
from addressee.directory.writing.writes import Write, Written
from tests.conftest import Environment


def identify(place: Place, *, revives: Revives = Revives.ANYBODY, **properties: object) -> Write:
    return Write(place, (Identify(properties=properties, revives=revives),))


def too_large(place: Place) -> Write:
    return identify(place, notes="x" * 256_000)


@pytest.fixture
async def places(directory: Directory, environment: Environment) -> dict[str, Place]:
    """Ada lives, Gone was deleted, Bob was never there."""
    places = {id: Place(environment.id, USERS, id) for id in ("ada", "bob", "gone")}
    for id in ("ada", "gone"):
        await directory.write(identify(places[id], a=1))
    await directory.write(Write(places["gone"], (Delete(),)))
    return places


async def stored(directory: Directory, places: dict[str, Place]) -> dict[str, object]:
    found = await directory.read_all(places.values())
    return {place.id: recipient.properties for place, recipient in found.items()}


async def test_whom_they_would_leave_is_known_before_anything_is_written(
    directory: Directory, places: dict[str, Place]
) -> None:
    writes = [identify(places["bob"], b=1), identify(places["ada"], b=2), identify(places["bob"], c=3)]
    planned = await directory.plan([places["ada"], places["gone"]], writes)
    assert {place.id: who.properties for place, who in planned.people.items()} == {
        "ada": {"a": 1, "b": 2},
        "bob": {"b": 1, "c": 3},
    }
    assert await stored(directory, places) == {"ada": {"a": 1}}
    await planned.carry_out()
    assert await stored(directory, places) == {"ada": {"a": 1, "b": 2}, "bob": {"b": 1, "c": 3}}
    assert planned.people == await directory.read_all(places.values())


async def test_a_write_that_would_be_refused_is_refused_before_others_are_written(
    directory: Directory, places: dict[str, Place]
) -> None:
    with pytest.raises(RefusedError, match="at most 256,000 bytes"):
        await directory.plan([], [identify(places["bob"]), too_large(places["ada"])])
    assert await stored(directory, places) == {"ada": {"a": 1}}


async def test_writes_are_taken_back_by_what_is_raised_around_them(
    directory: Directory, places: dict[str, Place]
) -> None:
    planned = await directory.plan(places.values())
    planned.add([identify(places["ada"], b=2)])
    for writes in ([identify(places["bob"]), too_large(places["ada"])], [Write(places["ada"], (Delete(),))]):
        with pytest.raises(RefusedError), planned.adding(writes):
            raise RefusedError("other", "workflow", "Something else is wrong.")
    await planned.carry_out()
    assert await stored(directory, places) == {"ada": {"a": 1, "b": 2}}


async def test_who_was_deleted_and_is_not_brought_back_is_left_out(
    directory: Directory, places: dict[str, Place]
) -> None:
    writes = [identify(places["gone"], revives=Revives.NOBODY), identify(places["bob"], b=1)]
    planned = await directory.plan([], writes)
    assert (planned.left_out, set(planned.people)) == ([places["gone"]], {places["bob"]})
    await planned.carry_out()
    assert [write.place for write, _ in planned.results] == [places["bob"]]
    assert await stored(directory, places) == {"ada": {"a": 1}, "bob": {"b": 1}}


async def test_what_others_do_meanwhile_is_told(directory: Directory, places: dict[str, Place]) -> None:
    writes = [identify(places["ada"], revives=Revives.NOBODY, b=2), identify(places["bob"], c="x" * 200_000)]
    planned = await directory.plan([], writes)
    await directory.write(Write(places["ada"], (Delete(),)))
    await directory.write(identify(places["bob"], b="x" * 100_000))
    [(write, result)] = await planned.carry_out_each()
    assert (write, isinstance(result, RefusedError)) == (writes[1], True)
    assert (planned.left_out, dict(planned.people)) == ([places["ada"]], {})


@pytest.mark.parametrize("others_write", [False, True])
async def test_edits_are_applied_again_only_if_others_wrote_meanwhile(
    directory: Directory, places: dict[str, Place], others_write: bool
) -> None:
    applied: list[str] = []

    def adding(channel: str) -> ChangePreferences:
        def add(stored: Document) -> Document:
            applied.append(channel)
            return {**stored, "kinds": {**stored.get("kinds", {}), channel: True}}

        return ChangePreferences("default", add)

    writes = [Write(places["ada"], (adding(channel),)) for channel in ("email", "sms")]
    planned = await directory.plan([], writes)
    if others_write:
        await directory.write(identify(places["ada"], b=2))
    await planned.carry_out()
    ada = await directory.read(places["ada"])
    assert ada is not None
    assert ada.preferences == {"default": {"kinds": {"email": True, "sms": True}}}
    assert ada.properties == ({"a": 1, "b": 2} if others_write else {"a": 1})
    assert applied == ["email", "sms"] * (2 if others_write else 1)
    assert planned.people[places["ada"]] == ada


async def test_a_write_without_effect_writes_nothing(directory: Directory, places: dict[str, Place]) -> None:
    before = await directory.read(places["ada"])
    planned = await directory.plan([], [identify(places["ada"]), identify(places["ada"], a=1)])
    await planned.carry_out()
    assert planned.people[places["ada"]] == await directory.read(places["ada"]) == before


async def test_they_are_carried_out_once(directory: Directory, places: dict[str, Place]) -> None:
    planned = await directory.plan([], [identify(places["bob"], b=1)])
    [(_, first)] = await planned.carry_out_each()
    assert isinstance(first, Written)
    assert await planned.carry_out_each() == []
    assert DELETED not in {each.id for each in planned.left_out}
