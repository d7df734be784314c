"""Batches whose items are cancelled, whose people are merged or deleted, or whose runs end before they close."""

from datetime import timedelta

import msgspec
import pytest

from addressee.messaging.lifecycle.maintenance import delete_expired
from tests.messaging.effects.test_batches import MINUTE, batched, bodies, comment, people, push, statuses
from tests.messaging.office import Office


async def cancel(office: Office, key: str, *ids: str) -> None:
    chosen = [office.user(id) for id in ids] or None
    await office.messaging.runs.cancel(office.environment_id, "batched", key, chosen)


async def rows(office: Office) -> tuple[int, int]:
    """The numbers of batches and items."""
    counts = [
        await office.pool.fetchval(
            f"SELECT count(*) FROM addressee.{table} WHERE environment_id = $1", office.environment_id
        )
        for table in ("batches", "batch_items")
    ]
    return counts[0], counts[1]


@pytest.mark.parametrize(
    ("cancelled", "told", "states"),
    [
        ([2], "2 by 0: =1 =3 last 3, , of", ["completed", "cancelled", "completed"]),
        ([1], "2 by 0: =2 =3 last 3, , of", ["completed", "completed", "completed"]),
        ([1, 3], "1 by 0: =2 last 2, , of", ["completed", "completed", "cancelled"]),
        ([3, 2, 1], None, ["cancelled", "cancelled", "cancelled"]),
        ([1, 2, 3], None, ["completed", "cancelled", "cancelled"]),
        ([1, 2, 3, 1], None, ["cancelled", "cancelled", "cancelled"]),
    ],
)
async def test_a_cancelled_run_leaves_the_batch_and_the_first_one_goes_on_for_the_others(
    office: Office, cancelled: list[int], told: str | None, states: list[str]
) -> None:
    await push(office, batched=batched())
    await people(office, "ada")
    for n in (1, 2, 3):
        await comment(office, n, cancellation_key=f"key-{n}")
    for n in cancelled:
        await cancel(office, f"key-{n}")
    await office.pass_time(5 * MINUTE)
    assert await bodies(office) == ([] if told is None else [told])
    assert await statuses(office) == states


async def test_a_batch_whose_runs_were_all_cancelled_is_not_joined_any_more(office: Office) -> None:
    await push(office, batched=batched())
    await people(office, "ada")
    await comment(office, 1, cancellation_key="key")
    await cancel(office, "key")
    await comment(office, 2)
    await office.pass_time(5 * MINUTE)
    assert await bodies(office) == ["1 by 0: =2 last 2, , of"]


async def test_only_for_those_who_are_named(office: Office) -> None:
    await push(office, batched=batched())
    await people(office, "ada", "bob")
    await comment(office, 1, "ada", "bob")
    await comment(office, 2, "ada", "bob", cancellation_key="key")
    await cancel(office, "key", "bob")
    await office.pass_time(5 * MINUTE)
    assert await bodies(office) == ["2 by 0: =1 =2 last 2, , of"]
    assert await bodies(office, "bob") == ["1 by 0: =1 last 1, , of"]


async def test_once_a_batch_has_closed_only_the_key_of_its_first_run_counts(office: Office) -> None:
    later = """
  - ref: wait
    delay: {hours: 1}
  - ref: later
    channel: in-app
    template: {body: "later {{ total_activities }}"}
"""
    await push(office, batched=batched() + later)
    await people(office, "ada", "bob")
    for n in (1, 2):
        await comment(office, n, "ada", "bob", cancellation_key=f"key-{n}")
    await office.pass_time(5 * MINUTE)
    await cancel(office, "key-2", "ada")
    await cancel(office, "key-1", "bob")
    await office.pass_time(60 * MINUTE)
    assert (await bodies(office))[1:] == ["later 2"]
    assert (await bodies(office, "bob"))[1:] == []


async def test_a_workflow_that_is_deactivated_ends_its_batches_and_later_ones_are_new(office: Office) -> None:
    await push(office, batched=batched())
    await people(office, "ada")
    await comment(office, 1)
    await push(office, batched="active: false\n" + batched())
    await office.pass_time(5 * MINUTE)
    await push(office, batched=batched())
    await comment(office, 2)
    await office.pass_time(5 * MINUTE)
    assert await bodies(office) == ["1 by 0: =2 last 2, , of"]


async def test_open_batches_of_two_people_who_are_merged_become_one(office: Office) -> None:
    await push(office, batched=batched(batch_key="page"))
    await people(office, "ada", "bob")
    await comment(office, 1, "bob", data={"page": 1})
    await comment(office, 2, "ada", data={"page": 1})
    await comment(office, 3, "bob", data={"page": 2})
    await office.merge("ada", "bob")
    await office.work()
    await comment(office, 4, "ada", data={"page": 2})
    await comment(office, 5, "ada", data={"page": 1})
    await office.pass_time(5 * MINUTE)
    assert sorted(await bodies(office)) == ["2 by 0: =3 =4 last 4, , of", "3 by 0: =1 =2 =5 last 5, , of"]
    assert [run["status"] for run in await office.recipient_runs()] == ["completed"] * 5


async def test_with_flush_leading_the_run_that_waits_goes_on_for_both(office: Office) -> None:
    await push(office, batched=batched(batch_execution_mode="flush_leading"))
    await people(office, "ada", "bob")
    await comment(office, 1, "ada")
    for n in (2, 3):
        await comment(office, n, "bob")
    await office.merge("ada", "bob")
    await office.work()
    await comment(office, 4, "ada")
    await office.pass_time(5 * MINUTE)
    assert sorted(await bodies(office)) == [
        "1 by 0: =1 last 1, , of",
        "1 by 0: =2 last 2, , of",
        "2 by 0: =3 =4 last 4, , of",
    ]


async def test_a_merge_that_is_undone_gives_each_their_own_back(office: Office) -> None:
    await push(office, batched=batched(batch_key="page"))
    await people(office, "ada", "bob")
    await comment(office, 1, "bob", data={"page": 1})
    await comment(office, 2, "ada", data={"page": 1})
    await comment(office, 3, "bob", data={"page": 2})
    merge = await office.merge("ada", "bob")
    await office.work()
    await comment(office, 4, "ada", data={"page": 2})
    await office.undo(merge)
    await office.work()
    await office.pass_time(5 * MINUTE)
    assert sorted(await bodies(office)) == ["1 by 0: =2 last 2, , of", "1 by 0: =4 last 4, , of"]
    assert sorted(await bodies(office, "bob")) == ["1 by 0: =1 last 1, , of", "1 by 0: =3 last 3, , of"]


async def test_deleting_a_recipient_drops_the_batch_and_deleting_an_actor_the_items(office: Office) -> None:
    await push(office, batched=batched())
    await people(office, "ada", "bob", "cyd", "dee")
    await comment(office, 1, "ada", "dee", by="bob")
    await comment(office, 2, "ada", "dee", by="cyd")
    await office.delete("bob")
    await office.delete("dee")
    await office.work()
    assert await rows(office) == (1, 1)
    await office.pass_time(5 * MINUTE)
    assert await bodies(office) == ["1 by 1: Cyd=2 last 2, Cyd, of Cyd"]
    assert [run["status"] for run in await office.recipient_runs()] == ["completed"] * 2


async def test_an_actor_who_is_deleted_in_the_moment_in_which_the_batch_closes_is_left_out(office: Office) -> None:
    await push(office, batched=batched())
    await people(office, "ada", "bob")
    await comment(office, 1, by="bob")
    await comment(office, 2)
    await office.pool.execute(
        "UPDATE addressee.recipients SET deleted_at = now() WHERE environment_id = $1 AND id = 'bob'",
        office.environment_id,
    )
    await office.pass_time(5 * MINUTE)
    assert await bodies(office) == ["1 by 0: =2 last 2, , of"]


async def test_an_actor_who_was_merged_counts_once(office: Office) -> None:
    await push(office, batched=batched())
    await people(office, "ada", "bob", "cyd")
    await comment(office, 1, by="bob")
    await comment(office, 2, by="cyd")
    await office.merge("cyd", "bob")
    await office.work()
    await office.pass_time(5 * MINUTE)
    assert await bodies(office) == ["2 by 1: Cyd=1 Cyd=2 last 2, Cyd, of Cyd"]


async def test_what_is_left_of_batches_is_deleted_after_a_while_and_not_while_a_run_goes_on(office: Office) -> None:
    await push(office, batched=batched(batch_execution_mode="flush_leading"), plain=batched())
    await people(office, "ada", "bob")
    await comment(office, 1)
    await office.trigger("bob", workflow="plain", data={"n": 1})
    await office.work()
    assert await rows(office) == (2, 1)
    office.clock.move(timedelta(days=31))
    await delete_expired(office.pool, office.clock.now())
    assert await rows(office) == (1, 1)
    await office.pass_time(timedelta())
    await delete_expired(office.pool, office.clock.now())
    assert await rows(office) == (0, 0)


async def test_messages_that_told_of_somebody_who_is_deleted_name_them_no_more(office: Office) -> None:
    await push(office, batched=batched())
    await people(office, "ada", "bob", "cyd")
    await comment(office, 1, by="bob")
    await comment(office, 2, by="cyd")
    await office.pass_time(5 * MINUTE)
    assert await bodies(office) == ["2 by 2: Bob=1 Cyd=2 last 2, Cyd, of Cyd+Bob"]
    await office.delete("cyd")
    await office.work()
    assert await bodies(office) == ["2 by 2: Bob=1 =2 last 2, , of Bob"]
    await office.delete("bob")
    await office.work()
    assert await bodies(office) == ["2 by 2: =1 =2 last 2, Missing user, of"]


async def test_the_export_of_a_recipient_holds_their_open_batches(office: Office) -> None:
    await push(office, batched=batched(batch_key="page"))
    await people(office, "ada")
    ada = await office.identify("ada", name="Ada L.")
    await comment(office, 1, data={"page": "a"})
    await comment(office, 2, data={"page": "a"})
    pieces = [piece async for piece in office.messaging.lifecycle.export(ada)]
    (batch,) = msgspec.json.decode(b"".join(pieces))["batches"]
    assert (batch["workflow"], batch["step_ref"], batch["key"], batch["closed_at"]) == ("batched", "collect", "a", None)
    assert [item["data"] for item in batch["items"]] == [{"n": 1, "page": "a"}, {"n": 2, "page": "a"}]
    await office.pass_time(5 * MINUTE)
    pieces = [piece async for piece in office.messaging.lifecycle.export(ada)]
    assert msgspec.json.decode(b"".join(pieces))["batches"] == []
