"""Explaining workflows with branches, conditions and waits: the way of a run as of now, and what is not known yet."""

from __future__ import annotations

from typing import Any

from addressee.messaging.runs.explanations.explanation import Explanation
from tests.messaging.office import FILES, Office

STEPS = """
steps:
  - {ref: feed, channel: in-app, template: {body: "x"}, if: data.shown != false}
  - ref: plan
    type: branch
    branches:
      - name: Pro
        if: data.plan == pro
        steps:
          - {ref: pro, channel: in-app, template: {body: "x"}}
      - name: Trial
        if: data.plan == trial
        terminates: true
        steps:
          - {ref: trial, channel: in-app, template: {body: "x"}}
      - name: Others
        steps:
          - {ref: others, channel: in-app, template: {body: "x"}}
  - {ref: pause, delay: {minutes: 5}}
  - {ref: mail, channel: email, template: {subject: "x", text: "x"}, if: not refs.feed.seen}
"""


async def explain(office: Office, steps: str = STEPS, **data: Any) -> Explanation:
    await office.push({**FILES, "workflows/welcome.yaml": steps})
    await office.identify("ada", email="ada@example.com")
    return await office.messaging.runs.explain(office.user("ada"), "welcome", data=data)


def obstacles(explanation: Explanation) -> dict[str, Any]:
    return {step.ref: step.obstacle for step in explanation.steps if step.obstacle is not None}


def compared(argument: str, value: str, *, result: bool) -> dict[str, Any]:
    return {"variable": "data.plan", "operator": "equal_to", "argument": argument, "value": value, "result": result}


async def test_the_branch_that_would_be_taken_and_why(office: Office) -> None:
    explanation = await explain(office, plan="pro")
    (decision,) = explanation.decisions
    assert (decision.ref, decision.kind) == ("plan", "branch")
    assert decision.details == {
        "branch": "Pro",
        "evaluated": [{"branch": "Pro", "result": True, "conditions": [compared("pro", "pro", result=True)]}],
    }
    assert [step.ref for step in explanation.steps if step.reached] == ["feed", "pro", "mail"]
    not_taken = {"reason": "branch_not_taken", "branch": "Pro", "step": "plan"}
    assert obstacles(explanation) == {"trial": not_taken, "others": not_taken}


async def test_the_default_is_a_branch_too(office: Office) -> None:
    explanation = await explain(office)
    assert [step.ref for step in explanation.steps if step.reached] == ["feed", "others", "mail"]


async def test_what_follows_a_branch_that_terminates_is_not_reached(office: Office) -> None:
    explanation = await explain(office, plan="trial")
    assert obstacles(explanation) == {
        "pro": {"reason": "branch_not_taken", "branch": "Trial", "step": "plan"},
        "others": {"reason": "run_ended", "step": "plan"},
        "mail": {"reason": "run_ended", "step": "plan"},
    }


async def test_a_step_whose_conditions_are_false_says_what_they_compared(office: Office) -> None:
    shown = {"variable": "data.shown", "operator": "not_equal_to", "argument": False, "value": False, "result": False}
    explanation = await explain(office, shown=False)
    assert obstacles(explanation)["feed"] == {"reason": "conditions", "conditions": [shown]}


async def test_what_follows_a_step_that_waits_is_said_to(office: Office) -> None:
    explanation = await explain(office)
    assert {step.ref: step.after for step in explanation.steps if step.after} == {"mail": ("pause",)}


async def test_both_ways_out_of_a_wait_are_shown(office: Office) -> None:
    steps = """
steps:
  - ref: wait
    type: wait_for_event
    settings: {event: paid}
    branches:
      matched: [{ref: thanks, channel: in-app, template: {body: "x"}}]
      timeout: [{ref: reminder, channel: in-app, template: {body: "x"}}]
  - {ref: last, channel: in-app, template: {body: "x"}}
"""
    explanation = await explain(office, steps)
    assert [(step.ref, step.reached, step.after) for step in explanation.steps] == [
        ("thanks", True, ("wait",)),
        ("reminder", True, ("wait",)),
        ("last", True, ("wait",)),
    ]


async def test_messages_that_would_be_made_count_for_later_conditions(office: Office) -> None:
    steps = STEPS.replace("not refs.feed.seen", "refs.feed.skipped")
    assert obstacles(await explain(office, steps))["mail"]["reason"] == "conditions"
    assert "mail" not in obstacles(await explain(office, steps, shown=False))


async def test_a_branch_step_that_is_skipped_hides_its_steps(office: Office) -> None:
    steps = STEPS.replace("    type: branch\n", "    type: branch\n    if: data.split\n")
    explanation = await explain(office, steps, plan="pro")
    assert explanation.decisions == ()
    assert obstacles(explanation)["pro"]["reason"] == "conditions"
    assert obstacles(explanation)["pro"]["step"] == "plan"
    assert [step.ref for step in explanation.steps if step.reached] == ["feed", "mail"]


async def test_data_that_steps_add_counts_for_later_conditions(office: Office) -> None:
    first = "steps:\n  - {ref: one, type: update_data, settings: {data: {plan: pro}}}\n"
    first += "  - {ref: two, type: update_data, settings: {data: {x: 1}}}\n"
    explanation = await explain(office, STEPS.replace("steps:\n", first, 1))
    assert [step.ref for step in explanation.steps if step.reached] == ["feed", "pro", "mail"]


async def test_a_branch_on_one_of_the_ways_out_of_a_wait(office: Office) -> None:
    steps = """
steps:
  - ref: wait
    type: wait_for_event
    settings: {event: paid}
    branches:
      matched: [{ref: thanks, channel: in-app, template: {body: "x"}}]
      timeout:
        - ref: plan
          type: branch
          branches:
            - name: Pro
              if: data.plan == pro
              steps: [{ref: call, channel: in-app, template: {body: "x"}}]
            - name: Others
              steps: [{ref: reminder, channel: in-app, template: {body: "x"}}]
"""
    explanation = await explain(office, steps)
    assert [step.ref for step in explanation.steps if step.reached] == ["thanks", "reminder"]
    assert obstacles(explanation) == {"call": {"reason": "branch_not_taken", "branch": "Others", "step": "plan"}}
