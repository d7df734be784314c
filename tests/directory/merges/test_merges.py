"""Merging in the database: both rows or none are written, also with concurrent writers."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from addressee.database.paging import PageRequest
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Add, Delete, Edit, Identify, Unset
from addressee.directory.errors import MissingError, RefusedError, UnavailableError
from addressee.directory.merges.merge import Filling, MergeRules
from addressee.directory.merges.merges import Done, MergeMissingError
from addressee.directory.recipient import USERS, Place, Recipient
from addressee.directory.writing.receipts import Receipt, RepeatedError, StoredAnswer
from addressee.directory.writing.writes import Write
from tests.conftest import Environment
from tests.support.clock import MovedClock

Named = Callable[[str], Place]


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def directory(pool: Pool, clock: MovedClock) -> Directory:
    return Directory(pool, clock, sealer=lambda: Sealer(bytes(32)))


@pytest.fixture
def named(environment: Environment) -> Named:
    return lambda id: Place(environment.id, USERS, id)


async def write(directory: Directory, place: Place, *edits: Edit) -> Recipient:
    written = await directory.write(Write(place, edits))
    assert written.recipient is not None
    return written.recipient


async def two(directory: Directory, named: Named) -> tuple[Recipient, Recipient]:
    ada = await write(directory, named("ada"), Identify({"name": "Ada"}, {"plan": {"tier": "pro"}}))
    guest = await write(
        directory,
        named("guest"),
        Identify({"name": "Guest", "email": "ada@example.com"}, {"plan": {"tier": "free", "seats": 3}, "seen": 1}),
    )
    return ada, guest


async def test_a_merge_leaves_the_primary_and_a_tombstone(
    directory: Directory, named: Named, clock: MovedClock
) -> None:
    ada, guest = await two(directory, named)
    done = await directory.merges.merge(named("ada"), named("guest"))
    assert done.primary.attributes == {"name": "Ada", "email": "ada@example.com"}
    assert done.primary.properties == {"plan": {"tier": "pro", "seats": 3}, "seen": 1}
    assert await directory.read_all([named("ada"), named("guest")]) == {named("ada"): done.primary}
    assert (done.merge.primary_uid, done.merge.secondary_uid, done.merge.merged_at) == (ada.uid, guest.uid, clock.now())
    assert await directory.merges.of(done.primary) == [done.merge]
    assert await directory.merges.find(ada.place.environment_id, done.merge.id) == done.merge


async def test_a_preview_is_what_the_merge_does(directory: Directory, named: Named) -> None:
    await two(directory, named)
    preview = (await directory.merges.preview(named("ada"), named("guest"))).merged
    assert (await directory.merges.merge(named("ada"), named("guest"))).primary == preview.primary
    assert await directory.reader.find(named("guest")) == preview.tombstone


@pytest.mark.parametrize(
    ("primary", "secondary", "missing"), [("ada", "nobody", "nobody"), ("nobody", "ada", "nobody")]
)
async def test_both_must_be_there(
    directory: Directory, named: Named, primary: str, secondary: str, missing: str
) -> None:
    ada, _ = await two(directory, named)
    for ask in (directory.merges.merge, directory.merges.preview):
        with pytest.raises(MissingError) as error:
            await ask(named(primary), named(secondary))
        assert error.value.place == named(missing)
    assert await directory.read(named("ada")) == ada


@pytest.mark.parametrize("newer", ["ada", "guest"])
async def test_rows_of_a_newer_format_are_left_alone(
    pool: Pool, directory: Directory, named: Named, newer: str
) -> None:
    await two(directory, named)
    place = named(newer)
    await pool.execute(
        "UPDATE addressee.recipients SET format = 2 WHERE environment_id = $1 AND id = $2", place.environment_id, newer
    )
    before = await directory.read_all([named("ada"), named("guest")])
    with pytest.raises(UnavailableError, match="newer version"):
        await directory.merges.merge(named("ada"), named("guest"))
    assert await directory.read_all([named("ada"), named("guest")]) == before


async def test_nobody_is_merged_with_themselves(directory: Directory, named: Named) -> None:
    with pytest.raises(RefusedError, match="with themselves"):
        await directory.merges.merge(named("ada"), named("ada"))


async def test_undoing_gives_back_both(directory: Directory, named: Named, clock: MovedClock) -> None:
    ada, guest = await two(directory, named)
    done = await directory.merges.merge(named("ada"), named("guest"))
    clock.move(timedelta(days=30) - timedelta(milliseconds=1))
    undone = await directory.merges.undo(ada.place.environment_id, done.merge.id)
    assert (undone.kept, undone.merge.undone_at) == ((), clock.now())
    here = await directory.read_all([named("ada"), named("guest")])
    assert here == {named("ada"): undone.primary, named("guest"): undone.secondary}
    assert (undone.primary.attributes, undone.primary.properties) == (ada.attributes, ada.properties)
    assert (undone.secondary.attributes, undone.secondary.properties) == (guest.attributes, guest.properties)
    assert (undone.primary.uid, undone.secondary.uid) == (ada.uid, guest.uid)


async def test_gaps_are_filled_where_that_is_asked_for_and_undoing_knows(directory: Directory, named: Named) -> None:
    one = Identify({"email": None}, preferences={"default": {"kinds": {"email": True}}})
    other = Identify({"email": "ada@example.com"}, preferences={"default": {"kinds": {"email": False, "sms": False}}})
    ada, guest = await write(directory, named("ada"), one), await write(directory, named("guest"), other)
    done = await directory.merges.merge(named("ada"), named("guest"), rules=MergeRules(Filling.FILL_GAPS))
    assert done.primary.attributes == {"email": "ada@example.com"}
    assert done.primary.preferences == {"default": {"kinds": {"email": True, "sms": False}}}
    undone = await directory.merges.undo(ada.place.environment_id, done.merge.id)
    assert undone.kept == ()
    assert (undone.primary.attributes, undone.primary.preferences) == (ada.attributes, ada.preferences)
    assert (undone.secondary.attributes, undone.secondary.preferences) == (guest.attributes, guest.preferences)


async def test_undoing_leaves_what_was_changed_since(directory: Directory, named: Named) -> None:
    ada, _ = await two(directory, named)
    done = await directory.merges.merge(named("ada"), named("guest"))
    await write(directory, named("ada"), Add({"seen": 1}), Identify({"email": "new@example.com"}))
    undone = await directory.merges.undo(ada.place.environment_id, done.merge.id)
    assert undone.kept == ("attributes.email", "properties.seen")
    assert undone.primary.attributes == {"name": "Ada", "email": "new@example.com"}
    assert undone.primary.properties == {"plan": {"tier": "pro"}, "seen": 2}


async def test_what_cannot_be_undone_says_why_and_changes_nothing(
    directory: Directory, named: Named, clock: MovedClock
) -> None:
    ada, _ = await two(directory, named)
    environment_id = ada.place.environment_id
    with pytest.raises(MergeMissingError, match="no such merge"):
        await directory.merges.undo(environment_id, uuid7())

    done = await directory.merges.merge(named("ada"), named("guest"))
    with pytest.raises(MergeMissingError, match="no such merge"):
        await directory.merges.undo(-environment_id, done.merge.id)
    await write(directory, named("guest"), Identify({"name": "Someone else"}))
    await refused(directory, done, "used again")
    await write(directory, named("guest"), Delete())
    await refused(directory, done, "used again")

    await write(directory, named("late"), Identify())
    late = await directory.merges.merge(named("ada"), named("late"))
    clock.move(timedelta(days=30))
    await refused(directory, late, "within 30 days")

    await write(directory, named("fresh"), Identify())
    fresh = await directory.merges.merge(named("ada"), named("fresh"))
    await directory.merges.undo(environment_id, fresh.merge.id)
    await refused(directory, fresh, "undone already")

    last = await directory.merges.merge(named("ada"), named("fresh"))
    await write(directory, named("ada"), Delete())
    await refused(directory, last, "not there any more")


async def refused(directory: Directory, done: Done, why: str) -> None:
    before = await asyncio.gather(
        directory.reader.find(done.merge.primary), directory.reader.find(done.merge.secondary)
    )
    with pytest.raises(RefusedError, match=why):
        await directory.merges.undo(done.merge.primary.environment_id, done.merge.id)
    after = await asyncio.gather(directory.reader.find(done.merge.primary), directory.reader.find(done.merge.secondary))
    assert after == before


async def test_a_repeated_merge_is_answered_as_the_first_was(directory: Directory, named: Named) -> None:
    ada, _ = await two(directory, named)

    def receipt(request_id: str) -> Receipt:
        return Receipt(
            ada.place.environment_id, "key", b"1", request_id, lambda done: StoredAnswer(200, done.merge.id.bytes)
        )

    done = await directory.merges.merge(named("ada"), named("guest"), receipt=receipt("one"))
    await write(directory, named("guest"), Identify())
    with pytest.raises(RepeatedError) as repeated:
        await directory.merges.merge(named("ada"), named("guest"), receipt=receipt("two"))
    assert repeated.value.earlier.answer.body == done.merge.id.bytes
    assert await directory.read(named("guest")) is not None


async def test_opposite_merges_at_once_leave_one_of_the_two(directory: Directory, named: Named) -> None:
    for _ in range(10):
        await two(directory, named)
        answers = await asyncio.gather(
            directory.merges.merge(named("ada"), named("guest")),
            directory.merges.merge(named("guest"), named("ada")),
            return_exceptions=True,
        )
        assert sorted(type(answer).__name__ for answer in answers) == ["Done", "MissingError"]
        (left,) = (await directory.read_all([named("ada"), named("guest")])).values()
        assert left.properties["seen"] == 1
        await write(directory, left.place, Delete())


async def test_no_write_to_either_is_lost_while_they_are_merged(pool: Pool, named: Named) -> None:
    """Every answered increment is in the primary, or in someone who came to the id after the merge."""
    directories = [Directory(pool, sealer=lambda: Sealer(bytes(32))) for _ in range(3)]
    for _ in range(5):
        for id in ("ada", "guest"):
            await write(directories[0], named(id), Identify())

        async def count(directory: Directory, id: str) -> None:
            for _ in range(10):
                await directory.write(Write(named(id), (Add({f"by-{id}": 1}),)))

        counting = asyncio.gather(*(count(directory, id) for directory in directories for id in ("ada", "guest")))
        merging = await directories[0].merges.merge(named("ada"), named("guest"))
        await counting
        found = await directories[0].read_all([named("ada"), named("guest")])
        assert found[named("ada")].uid == merging.merge.primary_uid
        assert found[named("ada")].properties["by-ada"] == 30
        assert sum(person.properties.get("by-guest", 0) for person in found.values()) == 30
        for place in found:
            await write(directories[0], place, Delete())


async def test_successors_are_followed_through_merges_of_merges(directory: Directory, named: Named) -> None:
    people = {id: await write(directory, named(id), Identify()) for id in "abc"}
    environment_id = people["a"].place.environment_id
    first = await directory.merges.merge(named("b"), named("a"))
    second = await directory.merges.merge(named("c"), named("b"))

    async def successors() -> dict[str, str]:
        found = await directory.reader.successors(environment_id, [person.uid for person in people.values()])
        ids: dict[UUID, str] = {person.uid: id for id, person in people.items()}
        return {ids[uid]: successor.identity.id for uid, successor in found.items()}

    assert await successors() == {"a": "c", "b": "c"}
    with pytest.raises(RefusedError, match="not there any more"):
        await directory.merges.undo(environment_id, first.merge.id)
    await directory.merges.undo(environment_id, second.merge.id)
    assert await successors() == {"a": "b"}
    assert await directory.reader.successors(-environment_id, [people["a"].uid]) == {}


async def test_a_merge_is_part_of_the_history_of_both(pool: Pool, directory: Directory, named: Named) -> None:
    ada, _ = await two(directory, named)
    done = await directory.merges.merge(named("ada"), named("guest"))
    await write(directory, named("ada"), Unset(("seen",)))
    await directory.merges.undo(ada.place.environment_id, done.merge.id)
    rows = await pool.fetch(
        "SELECT id, edit FROM addressee.changes WHERE environment_id = $1 ORDER BY id, version",
        ada.place.environment_id,
    )
    assert [tuple(row) for row in rows] == [
        ("ada", "identify"),
        ("ada", "merge"),
        ("ada", "unset"),
        ("ada", "unmerge"),
        ("guest", "identify"),
        ("guest", "merge"),
        ("guest", "unmerge"),
    ]


class TestSubscriptions:
    """End with a merge, or are united; either way undoing it brings back what was."""

    async def subscribed(self, directory: Directory, recipient: Recipient) -> list[tuple[str, object]]:
        found = await directory.subscriptions.objects(recipient, PageRequest(100))
        return sorted((each.object.place.id, each.properties.get("of")) for each in found.entries)

    async def people(self, directory: Directory, named: Named) -> tuple[Recipient, Recipient]:
        """Both subscribe to `both`, each to one of their own."""
        ada, guest = await two(directory, named)
        for id, subscribers in (("both", (ada, guest)), ("hers", (ada,)), ("theirs", (guest,))):
            object = await write(directory, Place(ada.place.environment_id, "topics", id), Identify())
            for each in subscribers:
                await directory.subscriptions.add(object, [each], {"of": each.place.id})
        return ada, guest

    async def test_end(self, directory: Directory, named: Named) -> None:
        _, guest = await self.people(directory, named)
        done = await directory.merges.merge(named("ada"), named("guest"))
        assert await self.subscribed(directory, done.primary) == [("both", "ada"), ("hers", "ada")]
        undone = await directory.merges.undo(guest.place.environment_id, done.merge.id)
        assert await self.subscribed(directory, undone.secondary) == [("both", "guest"), ("theirs", "guest")]

    async def test_are_united(self, directory: Directory, named: Named) -> None:
        _, guest = await self.people(directory, named)
        environment_id = guest.place.environment_id
        done = await directory.merges.merge(named("ada"), named("guest"), rules=MergeRules(moves_subscriptions=True))
        assert await directory.merges.find(environment_id, done.merge.id) == done.merge
        assert await self.subscribed(directory, done.primary) == [("both", "ada"), ("hers", "ada"), ("theirs", "guest")]
        theirs = await directory.read(Place(environment_id, "topics", "theirs"))
        assert theirs is not None
        assert await directory.subscriptions.count_subscribers(theirs) == 1

        undone = await directory.merges.undo(environment_id, done.merge.id)
        assert await self.subscribed(directory, undone.primary) == [("both", "ada"), ("hers", "ada")]
        assert await self.subscribed(directory, undone.secondary) == [("both", "guest"), ("theirs", "guest")]
        assert await directory.subscriptions.count_subscribers(theirs) == 1

    async def test_go_on_to_whom_the_primary_is_merged_into(self, directory: Directory, named: Named) -> None:
        _, guest = await self.people(directory, named)
        await write(directory, named("third"), Identify())
        first = await directory.merges.merge(named("ada"), named("guest"), rules=MergeRules(moves_subscriptions=True))
        second = await directory.merges.merge(named("third"), named("ada"), rules=MergeRules(moves_subscriptions=True))
        assert await self.subscribed(directory, second.primary) == [
            ("both", "ada"),
            ("hers", "ada"),
            ("theirs", "guest"),
        ]
        for merge in (second.merge, first.merge):
            undone = await directory.merges.undo(guest.place.environment_id, merge.id)
        assert await self.subscribed(directory, undone.secondary) == [("both", "guest"), ("theirs", "guest")]


async def test_merges_into_somebody_are_listed_by_pages(directory: Directory, named: Named, clock: MovedClock) -> None:
    ids = [f"guest-{number}" for number in range(3)]
    for id in ("ada", *ids):
        await write(directory, named(id), Identify({"name": id}))
    done = [await directory.merges.merge(named("ada"), named(id)) for id in ids]  # all at one moment
    ada = done[-1].primary
    merges = sorted((each.merge for each in done), key=lambda merge: merge.position, reverse=True)
    first = await directory.merges.list(ada, PageRequest(2))
    rest = await directory.merges.list(ada, PageRequest(2, after=first.entries[-1].position))
    assert [first.entries, rest.entries] == [merges[:2], merges[2:]]
    assert (first.after is None, rest.after) == (False, None)
