"""Several edits as one: refused ones are skipped with a warning."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from addressee.database.pool import Pool
from addressee.directory.directory import Directory
from addressee.directory.edits.context import Warning
from addressee.directory.edits.recipients import Add, AddAddress, Append, Each, Edit, Identify, Item, Set
from addressee.directory.recipient import USERS, Place
from addressee.directory.writing.receipts import Receipt, RepeatedError, StoredAnswer
from addressee.directory.writing.rounds import Rounds
from addressee.directory.writing.waiting import Group
from addressee.directory.writing.writes import Write, Written
from tests.conftest import Environment
from tests.support.clock import MovedClock

At = Callable[[str], Place]

NOT_A_NUMBER = Warning("$add plan", "properties.plan cannot be added to: what is stored is not a number.")
NO_EMAIL = Warning("$email", "addresses.email must be an e-mail address of 6 to 127 characters.")


@pytest.fixture
def at(environment: Environment) -> At:
    return lambda id: Place(environment.id, USERS, id)


def each(**edits: Edit) -> Each:
    return Each(tuple(Item(label, edit) for label, edit in edits.items()))


LENIENT = Each(
    (
        Item("$set", Set({"plan": "pro"})),
        Item("$add plan", Add({"plan": 1})),
        Item("$email", AddAddress("email", "nobody")),
        Item("$append", Append({"seen": 1})),
    )
)


async def test_what_is_refused_is_passed_over_with_a_warning(directory: Directory, at: At) -> None:
    written = await directory.write(Write(at("ada"), (LENIENT,)))
    assert written.recipient is not None
    assert written.recipient.version == 1
    assert written.recipient.properties == {"plan": "pro", "seen": [1]}
    assert written.warnings == (NOT_A_NUMBER, NO_EMAIL)


async def test_what_the_caller_passed_over_is_said_first(directory: Directory, at: At) -> None:
    edit = Each((Item("$email: ", AddAddress("email", "nobody")),), (Warning("$sms: ", "is no number"),))
    written = await directory.write(Write(at("ada"), (edit,)))
    assert [str(warning) for warning in written.warnings] == ["$sms: is no number", f"$email: {NO_EMAIL.message}"]


async def test_it_is_one_change(directory: Directory, at: At, pool: Pool) -> None:
    await directory.write(Write(at("ada"), (each(one=Set({"a": 1}), two=Set({"a": 2}), three=Add({"b": 1})),)))
    rows = await pool.fetch(
        "SELECT edit, version, ordinal FROM addressee.changes WHERE environment_id = $1", at("ada").environment_id
    )
    assert [tuple(row) for row in rows] == [("each", 1, 0)]


async def test_nothing_in_it_changes_nothing(directory: Directory, at: At) -> None:
    written = await directory.write(Write(at("ada"), (Each(()),)))
    assert (written.recipient, written.warnings) == (None, ())


async def test_warnings_belong_to_their_own_write(directory: Directory, at: At) -> None:
    """Also of writes that wait for the same recipient, and are one round trip."""
    answers = await asyncio.gather(
        directory.write(Write(at("ada"), (LENIENT,))),
        directory.write(Write(at("ada"), (Identify(),))),
        directory.write(Write(at("ada"), (each(count=Add({"seen": 1})),))),
        directory.write(Write(at("bob"), (each(fine=Add({"seen": 1})),))),
    )
    assert [[warning.label for warning in answer.warnings] for answer in answers] == [
        ["$add plan", "$email"],
        [],
        ["count"],
        [],
    ]


async def test_a_repetition_has_no_warnings(directory: Directory, at: At) -> None:
    write = Write(at("ada"), (LENIENT,), receipt="key")
    assert len((await directory.write(write)).warnings) == 2
    assert (await directory.write(write)).warnings == ()


async def test_the_answer_of_a_request_is_worded_with_its_warnings(directory: Directory, at: At) -> None:
    def answer(written: Written) -> StoredAnswer:
        return StoredAnswer(202, " ".join(warning.label for warning in written.warnings).encode())

    write = Write(at("ada"), (LENIENT,), request=Receipt(at("ada").environment_id, "key", b"1", "one", answer))
    await directory.write(write)
    with pytest.raises(RepeatedError) as repeated:
        await directory.write(write)
    assert repeated.value.earlier.answer.body == b"$add plan $email"


async def test_a_write_that_lost_and_was_applied_again_warns_once_and_of_what_it_met_last(
    pool: Pool, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = Directory(pool, MovedClock()), Directory(pool, MovedClock())
    round_ = Rounds._round
    rounds = 0

    async def interrupted(self: Rounds, groups: list[Group]) -> list[Group]:
        nonlocal rounds
        if self is not ours.writer._rounds:
            return await round_(self, groups)
        write = self._write

        async def write_late(*arguments: Any) -> Any:
            nonlocal rounds
            rounds += 1
            if rounds == 1:
                await theirs.write(Write(at("ada"), (Set({"count": "many"}),)))
            return await write(*arguments)

        monkeypatch.setattr(self, "_write", write_late)
        try:
            return await round_(self, groups)
        finally:
            monkeypatch.setattr(self, "_write", write)

    monkeypatch.setattr(Rounds, "_round", interrupted)
    edit = each(email=AddAddress("email", "nobody"), count=Add({"count": 1}), seen=Set({"seen": True}))
    written = await ours.write(Write(at("ada"), (edit,)))
    assert rounds == 2
    assert [warning.label for warning in written.warnings] == ["email", "count"]
    assert written.recipient is not None
    assert written.recipient.properties == {"count": "many", "seen": True}
