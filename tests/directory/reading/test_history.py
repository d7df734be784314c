"""The history of a recipient, and what it was like at any moment that the history knows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from addressee.database.paging import PageRequest
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.directory import Directory
from addressee.directory.edits.properties import Set, Unset
from addressee.directory.edits.recipients import Delete, Edit, Identify, SetPreferences
from addressee.directory.errors import RefusedError
from addressee.directory.reading.history import HistoryPosition
from addressee.directory.recipient import USERS, Place, Recipient
from addressee.directory.writing.history import Origin
from addressee.directory.writing.writes import Write
from tests.conftest import Environment
from tests.support.clock import MovedClock

HOUR = timedelta(hours=1)

names = st.sampled_from("abc")
values = st.none() | st.integers(0, 2) | st.lists(st.integers(0, 1), max_size=2)
edits = st.one_of(
    st.builds(lambda name, value: Identify({"name": name}, properties={name: value}), names, values),
    st.builds(lambda name, value: Set({name: value}), names, values),
    st.builds(lambda name: Unset((name,)), names),
    st.builds(lambda enabled: SetPreferences("default", {"enabled": enabled}), st.booleans()),
)


@pytest.fixture
def clock() -> MovedClock:
    """A clock ahead of this machine's, by which identities are made."""
    return MovedClock(datetime.now(UTC).replace(microsecond=0) + HOUR)


@pytest.fixture
def directory(pool: Pool, clock: MovedClock) -> Directory:
    return Directory(pool, clock, sealer=lambda: Sealer(bytes(32)))


@pytest.fixture
def ada(environment: Environment) -> Place:
    return Place(environment.id, USERS, "ada")


async def write(directory: Directory, place: Place, *edits: Edit, origin: Origin = Origin()) -> Recipient:  # noqa: B008
    written = await directory.write(Write(place, edits, origin))
    assert written.recipient is not None
    return written.recipient


async def at(directory: Directory, place: Place, moment: datetime) -> Recipient | None:
    recipient = await directory.read(place)
    assert recipient is not None
    return await directory.history.at(recipient, moment, directory.clock.now())


def known(recipient: Recipient) -> tuple[Any, ...]:
    """What the history knows of a recipient."""
    return recipient.attributes, recipient.properties, recipient.preferences, recipient.version, recipient.updated_at


async def test_changes_are_listed_newest_first(directory: Directory, ada: Place, clock: MovedClock) -> None:
    await write(directory, ada, Identify({"name": "Ada"}), origin=Origin(request_id="r-1"))
    clock.move(HOUR)
    recipient = await write(directory, ada, Identify({"name": "Ada L."}, properties={"plan": "pro"}))
    first = await directory.history.list(recipient, PageRequest(1))
    (newest,) = first.entries
    assert (newest.version, newest.recorded_at, newest.edit) == (2, clock.now(), "identify")
    assert newest.before == {"attributes": {"name": "Ada"}}
    assert newest.after == {"attributes": {"name": "Ada L."}, "properties": {"plan": "pro"}}
    page: PageRequest[HistoryPosition] = PageRequest(1, after=newest.position)
    second = await directory.history.list(recipient, page)
    (oldest,) = second.entries
    assert (oldest.version, oldest.request_id, oldest.before) == (1, "r-1", None)
    assert second.after is None


async def test_each_moment_shows_what_was_stored_then(directory: Directory, ada: Place, clock: MovedClock) -> None:
    before = clock.now()
    first = await write(directory, ada, Identify({"name": "Ada"}, properties={"plan": "free", "seats": 1}))
    clock.move(HOUR)
    second = await write(directory, ada, Identify(properties={"plan": "pro"}), Unset(("seats",)))
    clock.move(HOUR)
    assert known(await then(directory, ada, before)) == known(first)
    assert known(await then(directory, ada, before + HOUR - timedelta(microseconds=1))) == known(first)
    assert known(await then(directory, ada, before + HOUR)) == known(second)
    assert known(await then(directory, ada, clock.now())) == known(second)


async def then(directory: Directory, place: Place, moment: datetime) -> Recipient:
    found = await at(directory, place, moment)
    assert found is not None
    return found


async def test_nobody_was_there_before_the_beginning(directory: Directory, ada: Place) -> None:
    await write(directory, ada, Identify({"name": "Ada"}))
    assert await at(directory, ada, datetime.now(UTC) - HOUR) is None


async def test_who_had_the_id_before_is_not_shown(directory: Directory, ada: Place, clock: MovedClock) -> None:
    await write(directory, ada, Identify({"name": "Ada"}))
    clock.move(HOUR)
    await write(directory, ada, Delete())
    recipient = await write(directory, ada, Identify({"name": "Another"}))
    listed = await directory.history.list(recipient, PageRequest(10))
    assert [change.after for change in listed.entries] == [{"attributes": {"name": "Another"}}]


async def test_a_merge_is_taken_back_too(directory: Directory, ada: Place, clock: MovedClock) -> None:
    before = clock.now()
    stored = await write(directory, ada, Identify({"name": "Ada"}))
    guest = ada._replace(id="guest")
    await write(directory, guest, Identify({"email": "ada@example.org"}))
    clock.move(HOUR)
    done = await directory.merges.merge(ada, guest)
    assert done.primary.attributes["email"] == "ada@example.org"
    assert known(await then(directory, ada, before)) == known(stored)


async def test_what_the_history_does_not_know_any_more_is_refused(
    directory: Directory, ada: Place, clock: MovedClock
) -> None:
    await write(directory, ada, Identify({"name": "Ada"}))
    with pytest.raises(RefusedError, match="The history goes back to .*-01; give a later time."):
        await at(directory, ada, clock.now() - timedelta(days=400))


async def test_changes_without_their_beginning_are_taken_back(
    directory: Directory, ada: Place, clock: MovedClock, pool: Pool
) -> None:
    """The first months of an old recipient's history are deleted."""
    before = clock.now()
    await write(directory, ada, Identify({"name": "Ada"}))
    clock.move(HOUR)
    await write(directory, ada, Identify({"name": "Ada L."}))
    await pool.execute("DELETE FROM addressee.changes WHERE environment_id = $1 AND version = 1", ada.environment_id)
    shown = await then(directory, ada, before)
    assert (shown.attributes, shown.version) == ({"name": "Ada"}, 1)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_whatever_was_written_every_moment_is_known(
    directory: Directory, environment: Environment, clock: MovedClock, data: st.DataObject
) -> None:
    place = Place(environment.id, USERS, f"u-{clock.now():%m%d%H}")
    stored = [(clock.now(), await write(directory, place, Identify()))]
    for several in data.draw(st.lists(st.lists(edits, min_size=1, max_size=3), max_size=6)):
        clock.move(HOUR)
        stored.append((clock.now(), await write(directory, place, *several)))
    for moment, recipient in stored:
        assert known(await then(directory, place, moment)) == known(recipient)
    clock.move(HOUR)
