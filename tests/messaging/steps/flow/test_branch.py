"""Branch steps: a run takes the first branch whose conditions are true, and its journal says why."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from addressee.conditions.model import Condition, Conditions
from addressee.directory.edits.recipients import Identify
from addressee.directory.writing.writes import Write
from addressee.messaging.steps.flow.branch import Branch, BranchStep
from addressee.messaging.steps.flow.jumps import EndStep, JumpStep
from addressee.messaging.steps.model import Step
from addressee.messaging.workflows.configuration import ConfigurationError, read_configuration
from tests.messaging.office import FILES, Office, write_files

PLANS = """
steps:
  - ref: plan
    type: branch
    branches:
      - name: Pro
        conditions: {all: [{variable: data.plan, operator: equal_to, argument: pro}]}
        steps:
          - {ref: pro, channel: in-app, template: {body: "for pros"}}
      - name: Trial
        if: data.plan == "trial"
        terminates: true
        steps:
          - {ref: trial, channel: in-app, template: {body: "for triers"}}
      - name: Others
        steps:
          - {ref: others, channel: in-app, template: {body: "for others"}}
  - {ref: all, channel: in-app, template: {body: "for all"}}
"""


def is_plan(plan: str) -> Conditions:
    return Conditions(((Condition("data.plan", "equal_to", plan),),))


def compared(plan: str, value: str, *, result: bool) -> dict[str, Any]:
    return {"variable": "data.plan", "operator": "equal_to", "argument": plan, "value": value, "result": result}


def compiled(folder: Path, steps: str) -> tuple[Step, ...]:
    read = read_configuration(write_files(folder / "read", {**FILES, "workflows/welcome.yaml": steps}), {})
    (workflow,) = read.workflows
    return workflow.workflow.steps


def problems(folder: Path, steps: str) -> list[str]:
    with pytest.raises(ConfigurationError) as error:
        compiled(folder, steps)
    return [str(problem).removeprefix("workflows/welcome.yaml") for problem in error.value.problems]


async def sent(office: Office, id: str, **data: Any) -> list[str]:
    """Triggers the workflow for someone new, and returns the steps that made messages, in their order."""
    await office.identify(id)
    await office.trigger(id, data=data)
    await office.work()
    return [entry["step_ref"] for entry in await office.journal(id) if entry["event"] == "message_enqueued"]


async def taken(office: Office, id: str) -> Any:
    (entry,) = [entry for entry in await office.journal(id) if entry["event"] == "branch_taken"]
    assert entry["step_type"] == "branch"
    return entry["data"]


def test_branches_are_stored_as_a_flat_program(tmp_path: Path) -> None:
    plan, pro, past_others, trial, end, others, every = compiled(tmp_path, PLANS)
    assert plan == BranchStep(
        ref="plan",
        branches=(
            Branch(name="Pro", target=1, conditions=is_plan("pro")),
            Branch(name="Trial", target=3, conditions=is_plan("trial")),
            Branch(name="Others", target=5),
        ),
        after=6,
    )
    assert [pro.ref, trial.ref, others.ref, every.ref] == ["pro", "trial", "others", "all"]
    assert past_others == JumpStep(ref="plan", target=6)
    assert end == EndStep(ref="plan")


async def test_the_first_branch_that_is_true_is_taken(office: Office) -> None:
    await office.push({**FILES, "workflows/welcome.yaml": PLANS})
    assert await sent(office, "ada", plan="pro") == ["pro", "all"]
    assert await sent(office, "bob", plan="trial") == ["trial"]
    assert await sent(office, "cyd") == ["others", "all"]


async def test_the_journal_says_which_branch_was_taken_and_why(office: Office) -> None:
    await office.push({**FILES, "workflows/welcome.yaml": PLANS})
    await sent(office, "ada", plan="trial")
    pro, trial = compared("pro", "trial", result=False), compared("trial", "trial", result=True)
    assert await taken(office, "ada") == {
        "branch": "Trial",
        "evaluated": [
            {"branch": "Pro", "result": False, "conditions": [pro]},
            {"branch": "Trial", "result": True, "conditions": [trial]},
        ],
    }
    assert [entry["event"] for entry in await office.journal("ada")][-2:] == ["branch_terminated", "run_completed"]


async def test_later_conditions_and_templates_see_the_branch(office: Office) -> None:
    steps = PLANS.replace("for all", "for {{ refs.plan.branch }}")
    steps += "  - {ref: last, if: refs.plan.branch == Pro, channel: in-app, template: {body: last}}\n"
    await office.push({**FILES, "workflows/welcome.yaml": steps})
    assert await sent(office, "ada", plan="pro") == ["pro", "all", "last"]
    assert await sent(office, "bob") == ["others", "all"]
    items = (await office.feed("bob")).items.entries
    assert sorted(item.blocks[0].rendered for item in items) == ["<p>for Others</p>", "<p>for others</p>"]


async def test_a_branch_step_that_is_skipped_leaves_out_all_of_its_branches(office: Office) -> None:
    steps = PLANS.replace("    type: branch\n", "    type: branch\n    if: data.split\n")
    await office.push({**FILES, "workflows/welcome.yaml": steps})
    assert await sent(office, "ada", plan="pro") == ["all"]
    assert await sent(office, "bob", plan="pro", split=True) == ["pro", "all"]


async def test_a_run_that_waits_in_a_branch_goes_on_in_it(office: Office) -> None:
    steps = PLANS.replace(
        "          - {ref: pro,",
        "          - {ref: pause, delay: {minutes: 5}}\n          - {ref: pro,",
    )
    await office.push({**FILES, "workflows/welcome.yaml": steps})
    assert await sent(office, "ada", plan="pro") == []
    await office.directory.write(Write(office.user("ada"), (Identify(properties={"x": 1}),)))
    await office.pass_time(timedelta(minutes=6))
    refs = [entry["step_ref"] for entry in await office.journal("ada") if entry["event"] == "message_enqueued"]
    assert refs == ["pro", "all"]


async def test_branches_stand_in_branches_up_to_five_deep(office: Office, tmp_path: Path) -> None:
    await office.push({**FILES, "workflows/welcome.yaml": f"steps:{nested(5)}"})
    assert await sent(office, "ada", n=5) == ["leaf"]
    assert problems(tmp_path, f"steps:{nested(6)}") == [":31: branches are nested at most 5 deep"]


def nested(depth: int, indent: str = "\n") -> str:
    if not depth:
        return f"{indent}- {{ref: leaf, channel: in-app, template: {{body: deep}}}}"
    return (
        f"{indent}- ref: level-{depth}"
        f"{indent}  type: branch"
        f"{indent}  branches:"
        f"{indent}    - if: data.n == 5"
        f"{indent}      steps:{nested(depth - 1, indent + '        ')}"
        f"{indent}    - {{}}"
    )


def test_mistakes_in_branches_have_their_lines(tmp_path: Path) -> None:
    steps = """steps:
  - ref: plan
    type: branch
    branches:
      - name: A
        if: refs.later.seen
      - name: A
        steps:
          - ref: later
            channel: in-app
            template: {body: x}
            conditions:
              - {variable: data.plan, operator: equals, argument: pro}
      - if: data.x
"""
    assert problems(tmp_path, steps) == [
        ":4: each branch has a name of its own",
        ":6: the step 'later' comes later: conditions see results of the steps before",
        ":7: only the last branch, the default, has no conditions",
        ":13: there is no operator 'equals'; did you mean 'equal_to'?",
        ":14: the last branch is the default, which has no conditions",
    ]


def test_a_batch_in_a_branch_is_warned_of(tmp_path: Path) -> None:
    batch = "          - {ref: batch, type: batch, if: data.x, settings: {batch_window: 10m}}\n          - {ref: pro,"
    files = {**FILES, "workflows/welcome.yaml": PLANS.replace("          - {ref: pro,", batch)}
    read = read_configuration(write_files(tmp_path, files), {})
    assert [str(warning).removeprefix("workflows/welcome.yaml") for warning in read.warnings] == [
        ":9: Knock takes no conditions on steps of the type batch; here they are heeded",
        ":9: this step stands in a branch: only runs that take the branch are collected in it",
    ]


def test_conditions_that_knock_does_not_take_are_warned_of(tmp_path: Path) -> None:
    steps = PLANS.replace("    type: branch\n", "    type: branch\n    if: data.split\n")
    read = read_configuration(write_files(tmp_path, {**FILES, "workflows/welcome.yaml": steps}), {})
    assert [str(warning) for warning in read.warnings] == [
        "workflows/welcome.yaml:3: Knock takes no conditions on steps of the type branch; here they are heeded"
    ]


@pytest.mark.parametrize("field", ["if", "conditions"])
@pytest.mark.parametrize(
    "form", ["{any: [data.plan == pro, data.x]}", "data.plan == pro or data.x", "[{any: [data.plan == pro, data.x]}]"]
)
def test_steps_have_conditions_in_any_form(tmp_path: Path, field: str, form: str) -> None:
    steps = f"steps:\n  - {{ref: a, channel: in-app, template: {{body: x}}, {field}: {form}}}\n"
    (step,) = compiled(tmp_path, steps.replace("data.plan == pro or data.x", '"data.plan == pro or data.x"'))
    assert step.conditions == Conditions(
        ((Condition("data.plan", "equal_to", "pro"),), (Condition("data.x", "equal_to", True),))
    )


def test_conditions_and_if_must_both_be_true(tmp_path: Path) -> None:
    steps = "steps:\n  - {ref: a, channel: in-app, template: {body: x}, if: data.a, conditions: [data.b]}\n"
    (step,) = compiled(tmp_path, steps)
    assert step.conditions == Conditions(
        ((Condition("data.b", "equal_to", True), Condition("data.a", "equal_to", True)),)
    )


def test_conditions_are_no_numbers(tmp_path: Path) -> None:
    steps = "steps:\n  - {ref: a, channel: in-app, template: {body: x}, if: 5}\n"
    assert problems(tmp_path, steps) == [":2: this must be text or a list or a mapping or nothing"]
