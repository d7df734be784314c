"""Purges: what was kept of people who were deleted is erased."""

import asyncio
from typing import Any

import pytest

from addressee.directory.edits.recipients import Add
from addressee.directory.writing.receipts import RepeatedError
from addressee.directory.writing.writes import Write
from addressee.messaging.lifecycle import lifecycle
from tests.messaging.lifecycle.test_erasure import NOTHING, notified
from tests.messaging.lifecycle.test_retained import depart, departed, everybodys, forgotten, place, settle
from tests.messaging.office import Office
from tests.support.receipts import receipt


async def test_forgetting_takes_all_who_departed_from_a_place_and_nobody_else(office: Office) -> None:
    assert not await office.messaging.lifecycle.forget(office.directory, place(office, "ada"))
    await notified(office, "ada", "bob")
    await depart(office, "ada")
    await notified(office, "ada")
    await depart(office, "ada")
    await notified(office, "ada")
    await depart(office, "bob")
    assert [id for id, _ in await departed(office)] == ["ada", "ada", "bob"]
    living = await office.messages("ada")
    assert await forgotten(office, "ada") == 2
    # Nothing of it is found from the moment that it is forgotten.
    assert {message.recipient.id for message in await everybodys(office)} == {"ada", "bob"}
    assert [message for message in await everybodys(office) if message.recipient.id == "ada"] == living
    await settle(office)
    assert await office.messages("ada") == living
    assert len(await everybodys(office)) == 4
    assert len(await office.recipient_runs()) == 2


async def test_forgetting_deletes_who_lives_there_too(office: Office) -> None:
    await notified(office, "ada")
    await depart(office, "ada")
    await notified(office, "ada")
    assert await office.messaging.lifecycle.forget(office.directory, place(office, "ada"))
    assert await everybodys(office) == []
    assert await office.directory.read(place(office, "ada")) is None
    await settle(office)
    assert await office.counts() == NOTHING
    assert not await office.messaging.lifecycle.forget(office.directory, place(office, "ada"))


@pytest.mark.parametrize("lives", [False, True])
async def test_a_purge_takes_what_was_kept(office: Office, lives: bool) -> None:
    await notified(office, "ada", "bob")
    await depart(office, "ada")
    await office.work()
    if lives:
        await office.identify("ada")
    await office.messaging.lifecycle.purge(office.directory, place(office, "ada"))
    assert [message.recipient.id for message in await everybodys(office)] == ["bob", "bob"]
    assert [run["recipient_id"] for run in await office.recipient_runs()] == ["bob"]
    assert await departed(office) == []
    await settle(office)
    assert (await office.counts())["messages"] == 2


async def test_repeating_a_request_forgets_once(office: Office) -> None:
    await notified(office, "ada")
    await depart(office, "ada")
    first = receipt(office.environment_id, "key")
    assert await office.messaging.lifecycle.forget(office.directory, place(office, "ada"), receipt=first)
    await office.identify("bob")
    with pytest.raises(RepeatedError):
        await office.messaging.lifecycle.forget(office.directory, place(office, "bob"), receipt=first)


class DiedError(Exception):
    """Stands for the end of the process."""


async def die(*_: Any) -> Any:
    raise DiedError


async def test_forgetting_is_kept_with_its_receipt_or_not_at_all(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await notified(office, "ada")
    first = receipt(office.environment_id, "key")
    ada = place(office, "ada")
    with monkeypatch.context() as dying:
        dying.setattr(lifecycle, "forget_retained", die)
        with pytest.raises(DiedError):
            await office.messaging.lifecycle.forget(office.directory, ada, receipt=first)
    assert await office.directory.read(ada) is not None
    assert await office.messaging.lifecycle.forget(office.directory, ada, receipt=first)
    with pytest.raises(RepeatedError):
        await office.messaging.lifecycle.forget(office.directory, ada, receipt=first)


async def test_a_purge_that_dies_on_the_way_is_answered_and_finished(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await notified(office, "ada")
    first = receipt(office.environment_id, "key")
    ada = place(office, "ada")
    with monkeypatch.context() as dying:
        dying.setattr(lifecycle, "erase_people", die)
        with pytest.raises(DiedError):
            await office.messaging.lifecycle.purge(office.directory, ada, receipt=first)
    assert await everybodys(office) == []
    again = await office.identify("ada")
    with pytest.raises(RepeatedError):
        await office.messaging.lifecycle.purge(office.directory, ada, receipt=first)
    await settle(office)
    assert await office.counts() == NOTHING
    assert await office.directory.read(ada) == again


async def test_who_is_written_meanwhile_is_forgotten_or_lives_as_a_whole(office: Office) -> None:
    ada = place(office, "ada")
    for _ in range(10):
        await office.identify("ada")
        forgot, *_ = await asyncio.gather(
            office.messaging.lifecycle.forget(office.directory, ada),
            *(office.directory.write(Write(ada, (Add({"visits": 1}),))) for _ in range(5)),
        )
        assert forgot
        left = await office.directory.read(ada)
        assert left is None or left.attributes == {}


async def test_forgetting_is_finished_by_whoever_comes_next(office: Office) -> None:
    """A purge that dies right after it began leaves a job."""
    await notified(office, "ada")
    await depart(office, "ada")
    await settle(office)
    assert await forgotten(office, "ada") == 1
    assert await everybodys(office) == []
    await settle(office)
    assert await office.counts() == NOTHING
