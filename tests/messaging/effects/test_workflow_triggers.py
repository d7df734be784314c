"""Steps that trigger workflows: for the run's recipient or for others, once, whatever is repeated."""

from datetime import timedelta
from typing import Any

import asyncpg
import msgspec
import pytest

from addressee.directory.edits.recipients import Identify
from addressee.directory.recipient import TENANTS, Place
from addressee.directory.writing.writes import Write
from addressee.messaging.workflows.configuration import ConfigurationError
from tests.messaging.office import FILES, Office

CHILD = """
steps:
- ref: feed
  channel: in-app
  template: {body: "{{ data.text }} by {{ actor.name }} in {{ tenant.id }}"}
"""


def parent(**settings: Any) -> str:
    written = msgspec.json.encode({"workflow_key": "child", **settings}).decode()
    return f"steps:\n- ref: next\n  type: trigger_workflow\n  settings: {written}\n- ref: end\n  channel: in-app\n" + (
        '  template: {body: "started {{ refs.next.run_id | size }}"}\n'
    )


async def push(office: Office, parent: str, child: str = CHILD) -> None:
    await office.push({**FILES, "workflows/parent.yaml": parent, "workflows/child.yaml": child})


async def run(office: Office, *ids: str, **rest: Any) -> None:
    for id in ids:
        await office.identify(id)
    await office.trigger(*ids, workflow="parent", **rest)
    await office.work()


async def child_runs(office: Office) -> list[asyncpg.Record]:
    return await office.pool.fetch(
        """SELECT source, tenant
             FROM addressee.workflow_runs
            WHERE workflow = 'child' AND environment_id = $1
            ORDER BY id""",
        office.environment_id,
    )


async def test_a_workflow_is_triggered_for_the_recipient_of_the_run(office: Office) -> None:
    await push(office, parent(data={"text": "{{ data.n }}"}))
    await run(office, "ada", "bob", data={"n": 7}, tenant="acme")
    assert sorted(await office.bodies()) == ["<p>7 by  in</p>", "<p>started 36</p>"]
    assert sorted(await office.bodies("bob")) == ["<p>7 by  in</p>", "<p>started 36</p>"]
    sources = await child_runs(office)
    assert [msgspec.json.decode(row["source"])["type"] for row in sources] == ["workflow_step", "workflow_step"]
    assert [row["tenant"] for row in sources] == ["acme", "acme"]


async def test_others_are_named_by_the_data(office: Office) -> None:
    await push(office, parent(recipients="{{ data.reviewers }}", actor="{{ recipient }}", data={"text": "review"}))
    await office.identify("bob")
    await office.identify("cy")
    await run(office, "ada", data={"reviewers": ["bob", {"id": "cy", "collection": "$users"}, "bob"]})
    assert sorted(await office.bodies()) == ["<p>started 36</p>"]
    assert sorted(await office.bodies("bob")) == sorted(await office.bodies("cy")) == ["<p>review by Ada in</p>"]
    assert len(await child_runs(office)) == 1


@pytest.mark.parametrize(
    "named", ["data.reviewers", "{{ data.reviewers | json }}", '["{{ data.reviewers[0] }}", "{{ data.reviewers[1] }}"]']
)
async def test_others_are_named_by_a_path_or_in_json(office: Office, named: str) -> None:
    await push(office, parent(recipients=named, data='{"text": "{{ data.n }}"}'))
    await office.identify("bob")
    await office.identify("cy")
    await run(office, "ada", data={"reviewers": ["bob", "cy"], "n": 7})
    assert sorted(await office.bodies("bob")) == sorted(await office.bodies("cy")) == ["<p>7 by  in</p>"]


async def test_what_knock_fills_in_by_itself(office: Office) -> None:
    """Without an actor, a tenant or a key, there is none in the other run either."""
    filled = {
        "recipients": "{{ recipient.id }}",
        "actor": "{{ actor.id }}",
        "tenant": "{{ tenant.id }}",
        "data": "{{ data | json }}",
        "cancellation_key": "{{ workflow.cancellation_key }}",
    }
    await push(office, parent(**filled))
    await run(office, "ada", data={"text": "as it was"})
    assert sorted(await office.bodies()) == ["<p>as it was by  in</p>", "<p>started 36</p>"]
    await office.identify("bob")
    await office.directory.write(Write(Place(office.environment_id, TENANTS, "acme"), (Identify(),)))
    await office.trigger("bob", workflow="parent", actor=office.user("ada"), tenant="acme", data={"text": "as it was"})
    await office.work()
    assert sorted(await office.bodies("bob")) == ["<p>as it was by Ada in acme</p>", "<p>started 36</p>"]
    assert [row["tenant"] for row in await child_runs(office)] == [None, "acme"]


async def test_the_data_of_the_run_may_go_along(office: Office) -> None:
    await push(office, parent(append_current_run_data=True))
    await run(office, "ada", data={"text": "as it was"})
    assert sorted(await office.bodies()) == ["<p>as it was by  in</p>", "<p>started 36</p>"]


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (
            {"workflow_key": "chidl"},
            "There is no workflow 'chidl' in this environment; `addressee push` adds workflows.",
        ),
        ({"recipients": []}, "template: there are no recipients"),
        (
            {"recipients": "{{ data.nobody }}"},
            "template: a recipient is an id, or an object with an id and a collection",
        ),
        ({"tenant": "x" * 257}, "tenant must be a string of 1 to 256 characters."),
        (
            {"cancellation_key": "{{ '%00' | url_decode }}"},
            "cancellation_key contains a NUL character, which cannot be stored.",
        ),
    ],
)
async def test_what_cannot_be_triggered_is_told(office: Office, settings: dict[str, Any], reason: str) -> None:
    await push(office, parent(**settings))
    await run(office, "ada")
    assert sorted(await office.bodies()) == ["<p>started 0</p>"]
    [entry] = [entry for entry in await office.journal("ada") if entry["status"] == "error"]
    assert (entry["step_ref"], entry["data"]) == ("next", {"reason": reason})


async def test_a_failure_may_end_the_run(office: Office) -> None:
    await push(office, parent(workflow_key="chidl", on_error="halt"))
    await run(office, "ada")
    assert sorted(await office.bodies()) == []


async def test_a_job_that_runs_twice_triggers_once(office: Office) -> None:
    await push(office, parent(data={"text": "x"}))
    await office.identify("ada")
    await office.trigger("ada", workflow="parent")
    [begin] = await office.jobs()
    await office.run(begin)
    await office.run(begin)
    assert len(await child_runs(office)) == 1


async def test_workflows_that_trigger_each_other_end(office: Office) -> None:
    await push(office, parent(workflow_key="parent"))
    await run(office, "ada")
    office.clock.move(timedelta(seconds=1))
    runs = await office.recipient_runs()
    assert len(runs) == 9
    reasons = [
        entry["data"]["reason"]
        for each in runs
        for entry in msgspec.json.decode(each["journal"])
        if entry["status"] == "error"
    ]
    assert reasons == ["workflows trigger each other at most 8 deep"]


async def test_mistakes(office: Office) -> None:
    with pytest.raises(ConfigurationError, match="this is not Liquid"):
        await push(office, parent(recipients="{{ data.x"))
