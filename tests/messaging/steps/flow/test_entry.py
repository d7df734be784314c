"""Entry checks: what a workflow asks of a run before its first step, in their order."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from addressee.messaging.workflows.configuration import ConfigurationError, read_configuration
from addressee.messaging.workflows.deploying.effects import Deployed, Effect
from tests.messaging.office import FILES, Office, write_files

STEPS = """
steps:
  - ref: feed
    channel: in-app
    template: {body: hello}
"""
CONDITIONS = "conditions: {all: [{variable: data.page, operator: equal_to, argument: 1}]}"


def checked(*checks: str) -> dict[str, str]:
    return {**FILES, "workflows/checked.yaml": "\n".join([*checks, STEPS])}


async def pushed(office: Office, *checks: str) -> None:
    await office.push(checked(*checks))
    await office.identify("ada")


async def told(office: Office, id: str = "ada", **rest: Any) -> list[Any]:
    """Triggers the workflow, and returns what its run says of its end."""
    run_id = await office.trigger(id, workflow="checked", **rest)
    await office.work()
    (run,) = [run for run in await office.recipient_runs() if run["run_id"] == run_id]
    assert run["status"] == "completed"
    return [
        (entry["step_ref"], entry["step_type"], entry["data"]) if "step_ref" in entry else entry["data"]
        for entry in msgspec.json.decode(run["journal"])
        if entry["event"] == "run_stopped"
    ]


async def test_a_trigger_whose_conditions_are_false_ends_with_what_was_compared(office: Office) -> None:
    await pushed(office, CONDITIONS)
    assert await told(office, data={"page": 1}) == []
    compared = {"variable": "data.page", "operator": "equal_to", "argument": 1, "value": 2, "result": False}
    assert await told(office, data={"page": 2}) == [
        ("$trigger", "trigger", {"reason": "conditions", "conditions": [compared]})
    ]
    assert len(await office.messages("ada")) == 1


async def test_explain_names_the_conditions_of_a_trigger(office: Office) -> None:
    await pushed(office, CONDITIONS)
    explained = await office.messaging.runs.explain(office.user("ada"), "checked", data={"page": 2})
    assert explained.obstacle is not None
    assert explained.obstacle["reason"] == "conditions"
    assert (await office.messaging.runs.explain(office.user("ada"), "checked", data={"page": 1})).obstacle is None


async def test_once_per_recipient(office: Office) -> None:
    await pushed(office, "trigger_frequency: once_per_recipient")
    await office.identify("bob")
    assert await told(office) == []
    once = [("$trigger", "trigger", {"reason": "once_per_recipient", "passed": 1, "limit": 1})]
    assert await told(office) == once
    assert await told(office, tenant="acme") == once
    assert await told(office, "bob") == []


async def test_once_per_recipient_and_tenant(office: Office) -> None:
    await pushed(office, "trigger_frequency: once_per_recipient_per_tenant")
    assert [len(await told(office, tenant=tenant)) for tenant in (None, "acme", None, "acme", "other")] == [
        0,
        0,
        1,
        1,
        0,
    ]


async def test_whoever_is_deleted_and_comes_again_is_somebody_else(office: Office) -> None:
    await pushed(office, "trigger_frequency: once_per_recipient")
    assert await told(office) == []
    await office.delete("ada")
    await office.identify("ada")
    assert await told(office) == []


async def test_a_trigger_whose_conditions_are_false_does_not_count(office: Office) -> None:
    await pushed(office, CONDITIONS, "trigger_frequency: once_per_recipient")
    assert len(await told(office, data={"page": 2})) == 1
    assert await told(office, data={"page": 1}) == []


async def test_a_rate_limit_discards_what_is_more(office: Office) -> None:
    await pushed(office, "ratelimit: {count: 2, window: {hours: 1}}")
    assert [len(await told(office)) for _ in range(3)] == [0, 0, 1]
    assert len(await office.messages("ada")) == 2


async def test_a_workflow_without_checks_is_stored_as_before(office: Office) -> None:
    await office.push(checked())
    again = await office.push(checked("trigger_frequency: every_trigger"))
    assert Deployed("workflow checked", Effect.UNCHANGED) in again
    (workflow,) = [
        workflow for workflow in read_configuration(office.folder / "pushed", {}).workflows if workflow.key == "checked"
    ]
    assert [step.ref for step in workflow.workflow.steps] == ["feed"]


async def test_runs_of_a_workflow_that_was_deactivated_end_at_their_next_step(office: Office) -> None:
    waiting = STEPS.replace("steps:", "steps:\n  - ref: wait\n    delay: {hours: 1}")
    await office.push({**FILES, "workflows/checked.yaml": waiting})
    await office.identify("ada")
    await office.trigger("ada", workflow="checked")
    await office.work()
    await office.push({**FILES, "workflows/checked.yaml": f"active: false\n{waiting}"})
    await office.pass_time(timedelta(hours=2))
    (run,) = await office.recipient_runs()
    assert (run["status"], [entry["event"] for entry in await office.journal("ada")]) == (
        "completed",
        ["step_started", "run_stopped", "run_completed"],
    )
    assert (await office.journal("ada"))[1]["data"] == {"reason": "workflow_inactive"}


@pytest.mark.parametrize(
    ("check", "problem"),
    [
        (
            "trigger_frequency: twice",
            "this must be every_trigger or once_per_recipient or once_per_recipient_per_tenant",
        ),
        ("ratelimit: {count: 0, window: {hours: 1}}", "0 is less than the minimum of 1"),
        ("ratelimit: {count: 1, window: {days: 40}}", "this must be at least 1s and at most 31d"),
        ("ratelimit: {count: 1}", "'window' is missing"),
    ],
)
def test_a_mistake_is_told(tmp_path: Path, check: str, problem: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        read_configuration(write_files(tmp_path, checked(check)), {})
    assert [str(each) for each in error.value.problems] == [f"workflows/checked.yaml:1: {problem}"]
