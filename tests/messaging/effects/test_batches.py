"""Batches: what many triggers collect within a window arrives as one message."""

from datetime import timedelta
from typing import Any

import msgspec

from addressee.database.paging import PageRequest
from addressee.directory.recipient import Recipient
from addressee.messaging.recipients.people import Missing
from tests.messaging.office import FILES, Office

MINUTE = timedelta(minutes=1)

BATCHED = """
steps:
  - ref: collect
    type: batch
    settings: SETTINGS
  - ref: feed
    channel: in-app
    template:
      body: >-
        {{ total_activities }} by {{ total_actors }}:
        {% for each in activities %}{{ each.actor.name }}={{ each.data.n }} {% endfor %}
        last {{ data.n }}, {{ actor.name }}, of {{ actors | map: "name" | join: "+" }}
"""


def batched(**settings: Any) -> str:
    written = {"batch_window": {"unit": "minutes", "value": 5}, **settings}
    return BATCHED.replace("SETTINGS", msgspec.json.encode(written).decode())


async def push(office: Office, **workflows: str) -> None:
    await office.push({**FILES, **{f"workflows/{key}.yaml": text for key, text in workflows.items()}})


async def comment(office: Office, n: Any, *to: str, by: str | None = None, **rest: Any) -> None:
    """Triggers with a number, at a moment of its own."""
    office.clock.move(timedelta(milliseconds=1))
    actor = None if by is None else office.user(by)
    data = {"n": n, **rest.pop("data", {})}
    await office.trigger(*(to or ("ada",)), workflow="batched", data=data, actor=actor, **rest)
    await office.work()


async def bodies(office: Office, id: str = "ada") -> list[str]:
    """The texts of the messages to somebody, the oldest first."""
    feed = await office.feed(id)
    shown = [item.blocks[0].rendered for item in reversed(feed.items.entries)]
    return [" ".join(text.removeprefix("<p>").removesuffix("</p>").split()) for text in shown]


async def statuses(office: Office, id: str = "ada") -> list[str]:
    runs = [run for run in await office.recipient_runs() if run["recipient_id"] == id]
    return [run["status"] for run in sorted(runs, key=lambda run: run["inserted_at"])]


def people_id(shown: Recipient | Missing) -> str:
    return shown.place.id if isinstance(shown, Recipient) else shown.identity.id


async def people(office: Office, *ids: str) -> None:
    for id in ids:
        await office.identify(id)


async def test_triggers_within_the_window_arrive_as_one_message(office: Office) -> None:
    await push(office, batched=batched())
    await people(office, "ada", "bob", "cyd")
    await comment(office, 1, by="bob")
    await comment(office, 2, by="cyd")
    await comment(office, 3, by="bob")
    assert await bodies(office) == []
    assert await statuses(office) == ["paused", "completed", "completed"]
    await office.pass_time(5 * MINUTE)
    assert await bodies(office) == ["3 by 2: Bob=1 Cyd=2 Bob=3 last 3, Bob, of Bob+Cyd"]
    assert await statuses(office) == ["completed"] * 3


async def test_a_run_without_a_batch_is_its_own_activity(office: Office) -> None:
    plain = BATCHED.replace(
        """  - ref: collect
    type: batch
    settings: SETTINGS
""",
        "",
    )
    await push(office, batched=plain)
    await people(office, "ada", "bob")
    await comment(office, 1, by="bob")
    await comment(office, 2)
    assert await bodies(office) == ["1 by 1: Bob=1 last 1, Bob, of Bob", "1 by 0: =2 last 2, , of"]


async def test_what_comes_after_the_window_opens_another_batch_even_before_the_first_is_closed(office: Office) -> None:
    await push(office, batched=batched())
    await people(office, "ada")
    await comment(office, 1)
    office.clock.move(5 * MINUTE)
    await comment(office, 2)
    await comment(office, 3)
    await office.pass_time(timedelta())
    assert await bodies(office) == ["1 by 0: =1 last 1, , of"]
    await office.pass_time(5 * MINUTE)
    assert await bodies(office) == ["1 by 0: =1 last 1, , of", "2 by 0: =2 =3 last 3, , of"]


async def test_each_recipient_and_each_key_has_a_batch(office: Office) -> None:
    await push(office, batched=batched(batch_key="page"))
    await people(office, "ada", "bob")
    await comment(office, 1, "ada", "bob", data={"page": "a"})
    await comment(office, 2, "ada", data={"page": "b"})
    await comment(office, 3, "bob", "ada", data={"page": "a"})
    await office.pass_time(5 * MINUTE)
    assert await bodies(office) == ["2 by 0: =1 =3 last 3, , of", "1 by 0: =2 last 2, , of"]
    assert await bodies(office, "bob") == ["2 by 0: =1 =3 last 3, , of"]


async def test_a_key_may_be_liquid_and_a_missing_one_is_the_empty_key_with_a_word_in_the_journal(
    office: Office,
) -> None:
    await push(office, batched=batched(batch_key="{{ data.page.id }}"))
    await people(office, "ada", "bob")
    await comment(office, 1, data={"page": {"id": 7}})
    await comment(office, 2)
    await comment(office, 3, data={"page": {"id": 7}})
    await comment(office, 4, "bob")
    await office.pass_time(5 * MINUTE)
    assert sorted(await bodies(office)) == ["1 by 0: =2 last 2, , of", "2 by 0: =1 =3 last 3, , of"]
    (entry,) = [entry for entry in await office.journal("bob") if entry["event"] == "batch_key_empty"]
    assert (entry["step_ref"], entry["data"]) == ("collect", {"batch_key": "{{ data.page.id }}"})


async def test_the_data_is_the_newest_of_each_name_without_what_is_nested_or_long(office: Office) -> None:
    template = """template:
      body: >-
        {{ data.page.id }}/{{ data.only }}/{{ data.long }}/{{ data.short | size }}
        {{ activities[0].data.page.id }}
"""
    text = batched(batch_key="k")
    await push(office, batched=text[: text.index("template:")] + template)
    await people(office, "ada")
    await comment(office, 1, data={"k": "x", "only": True, "page": {"id": 1}, "long": "x" * 257, "short": "x" * 256})
    await comment(office, 2, data={"k": "x", "list": [1], "none": None})
    await office.pass_time(5 * MINUTE)
    assert await bodies(office) == ["/true//256 1"]


async def test_templates_see_so_many_items_the_first_or_the_newest(office: Office) -> None:
    await push(office, batched=batched(batch_items_render_limit=2))
    await people(office, "ada")
    for n in range(1, 6):
        await comment(office, n)
    await office.pass_time(5 * MINUTE)
    await push(office, batched=batched(batch_items_render_limit=2, batch_order="desc"))
    for n in range(1, 6):
        await comment(office, n)
    await office.pass_time(5 * MINUTE)
    assert await bodies(office) == ["5 by 0: =1 =2 last 5, , of", "5 by 0: =4 =5 last 5, , of"]


async def test_a_sliding_window_is_prolonged_by_each_item_up_to_its_limit(office: Office) -> None:
    sliding = {"batch_window_type": "sliding", "batch_window_extension_limit": {"unit": "minutes", "value": 12}}
    await push(office, batched=batched(**sliding))
    await people(office, "ada")
    await comment(office, 1)
    for n in (2, 3, 4):
        assert await bodies(office) == []
        await office.pass_time(4 * MINUTE)
        await comment(office, n)
    assert await bodies(office) == ["3 by 0: =1 =2 =3 last 3, , of"]
    await office.pass_time(5 * MINUTE)
    assert (await bodies(office))[1:] == ["1 by 0: =4 last 4, , of"]


async def test_a_full_batch_closes_at_once(office: Office) -> None:
    await push(office, batched=batched(batch_items_max_limit=2))
    await people(office, "ada")
    for n in range(1, 6):
        await comment(office, n)
    assert await bodies(office) == ["2 by 0: =1 =2 last 2, , of", "2 by 0: =3 =4 last 4, , of"]
    await office.pass_time(5 * MINUTE)
    assert (await bodies(office))[2:] == ["1 by 0: =5 last 5, , of"]


async def test_with_flush_leading_the_first_passes_and_the_next_ones_are_collected(office: Office) -> None:
    await push(office, batched=batched(batch_execution_mode="flush_leading"))
    await people(office, "ada")
    await comment(office, 1)
    assert await bodies(office) == ["1 by 0: =1 last 1, , of"]
    await comment(office, 2)
    await comment(office, 3)
    await office.pass_time(5 * MINUTE)
    assert (await bodies(office))[1:] == ["2 by 0: =2 =3 last 3, , of"]
    await comment(office, 4)
    await office.pass_time(5 * MINUTE)
    assert (await bodies(office))[2:] == ["1 by 0: =4 last 4, , of"]
    await comment(office, 5)
    assert (await bodies(office))[3:] == ["1 by 0: =5 last 5, , of"]


async def test_tenants_share_a_batch_unless_each_is_to_have_its_own(office: Office) -> None:
    await push(office, batched=batched(), apart=batched(batch_per_tenant=True))
    await people(office, "ada")
    for workflow in ("batched", "apart"):
        for tenant in ("acme", "emca", "acme"):
            await office.trigger("ada", workflow=workflow, tenant=tenant)
    await office.work()
    await office.pass_time(5 * MINUTE)
    assert sorted(body[:1] for body in await bodies(office)) == ["1", "2", "3"]


async def test_a_second_batch_collects_what_the_first_ones_did(office: Office) -> None:
    second = """
  - ref: more
    type: batch
    settings: {batch_window: {unit: hours, value: 1}}
  - ref: later
    channel: in-app
    template: {body: "{{ total_activities }}: {{ activities | map: 'data' | map: 'n' | join: ' ' }}"}
"""
    await push(office, batched=batched() + second)
    await people(office, "ada")
    for n in (1, 3):
        await comment(office, n)
        await comment(office, n + 1)
        await office.pass_time(5 * MINUTE)
    await office.pass_time(60 * MINUTE)
    assert (await bodies(office))[2:] == ["4: 1 2 3 4"]
    assert (await bodies(office))[:2] == ["2 by 0: =1 =2 last 2, , of", "2 by 0: =3 =4 last 4, , of"]


async def test_a_batch_may_go_on_with_the_newest_version_of_its_workflow(office: Office) -> None:
    newest = batched(workflow_version_mode="latest").replace("last {{", "at last {{")
    before = """
  - ref: first
    channel: in-app
    template: {body: first}
"""
    newer = newest.replace("steps:\n", f"steps:{before}")
    gone = newest.replace("ref: collect", "ref: other")
    for later, told in (
        (newer, "2 by 0: =1 =2 at last 2, , of"),
        (gone, "2 by 0: =1 =2 last 2, , of"),
    ):
        await push(office, batched=batched(workflow_version_mode="latest"))
        id = f"ada-{len(told)}"
        await people(office, id)
        await comment(office, 1, id)
        await push(office, batched=batched(workflow_version_mode="latest", batch_window="6m"))
        await comment(office, 2, id)
        await push(office, batched=later)
        await office.pass_time(5 * MINUTE)
        assert await bodies(office, id) == [told]


async def test_runs_of_another_version_have_a_batch_of_their_own_where_they_are_pinned(office: Office) -> None:
    await push(office, batched=batched())
    await people(office, "ada")
    await comment(office, 1)
    await push(office, batched=batched().replace("last {{", "at last {{"))
    await comment(office, 2)
    await office.pass_time(5 * MINUTE)
    assert sorted(await bodies(office)) == ["1 by 0: =1 last 1, , of", "1 by 0: =2 at last 2, , of"]


async def test_a_batch_step_is_skipped_where_its_conditions_are_not_true(office: Office) -> None:
    condition = "conditions: {all: [{variable: data.n, operator: greater_than, argument: 1}]}"
    await push(office, batched=batched().replace("type: batch", f"type: batch\n    {condition}"))
    await people(office, "ada")
    await comment(office, 1)
    assert await bodies(office) == ["1 by 0: =1 last 1, , of"]


async def test_the_message_says_how_much_it_tells_of_and_who_acted(office: Office) -> None:
    await push(office, batched=batched(batch_items_render_limit=1))
    await people(office, "ada", *(f"actor-{number}" for number in range(12)))
    for number in range(12):
        await comment(office, number, by=f"actor-{number}", data={"page": {"id": number}})
    await office.pass_time(5 * MINUTE)
    (message,) = await office.messages("ada")
    assert (message.total_activities, message.total_actors) == (12, 12)
    assert [actor.id for actor in message.actors] == [f"actor-{number}" for number in range(11, 1, -1)]
    assert dict(message.data) == {"n": 11}
    (item,) = (await office.feed("ada")).items.entries
    assert [each.data["page"]["id"] for each in item.activities] == list(range(10))
    assert [each.actor and people_id(each.actor) for each in item.activities] == [f"actor-{n}" for n in range(10)]
    found = await office.messaging.messages.activities(office.environment_id, message.id, {}, PageRequest(50))
    assert found is not None
    assert {each.data["n"] for each in found.entries} == set(range(10))
