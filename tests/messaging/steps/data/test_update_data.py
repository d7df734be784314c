"""Steps that change the data of their run."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs

from addressee.directory.recipient import USERS, Identity, Place, Recipient
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.data.update_data import UpdateDataStep
from addressee.messaging.steps.machine import run_through
from addressee.messaging.steps.model import ContinueOrHalt
from addressee.messaging.steps.run import RecipientRun, RunStatus
from addressee.messaging.workflows.configuration import ConfigurationError
from tests.messaging.office import FILES, Office

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
ADA = Recipient(Place(1, USERS, "ada"), UUID(int=1), 1, NOW)
RUN = RecipientRun(UUID(int=2), Identity(1, USERS, "ada", UUID(int=1)), {}, RunStatus.QUEUED)
DATA = {"seats": 3, "name": "gold", "list": [1, 2], "plan": {"tier": "a", "price": {"eur": 1}}}
FACTS = structs.replace(
    StepContext(ADA, {"data": DATA, "recipient": {"name": "Ada"}}, {}, False, NOW, NOW), trigger_data=DATA
)


def taken(*steps: UpdateDataStep) -> RecipientRun:
    return run_through(RUN, steps, FACTS).run


def data_after(**settings: Any) -> Any:
    return taken(UpdateDataStep(ref="update", **settings)).data


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('{"a": {{ data.seats }}, "who": "{{ recipient.name }}"}', {"a": 3, "who": "Ada"}),
        ({"a": "{{ data.seats | plus: 1 }}"}, {"a": 4}),
        ({"a": "{{ data.list }}", "b": "{{data.plan}}"}, {"a": [1, 2], "b": DATA["plan"]}),
        ({"a": "{{ data.nothing }}", "b": "{{ data.name | default: 'free' }}"}, {"a": None, "b": "gold"}),
        ({"a": "{{ data.name }} and {{ data.seats }}"}, {"a": "gold and 3"}),
        ({"a": {"b": ["{{ data.seats }}", 1, True, None]}}, {"a": {"b": [3, 1, True, None]}}),
        ({"a": "{% if data.seats > 2 %}many{% endif %}"}, {"a": "many"}),
        ({"plan": {"tier": "b"}}, {"plan": {"tier": "b"}}),
    ],
)
def test_values_are_rendered_and_laid_over_the_data_name_by_name(written: Any, expected: Any) -> None:
    assert data_after(data=written) == expected


def test_values_at_paths_stay_beside_what_is_there() -> None:
    assert data_after(set={"plan.price.usd": "{{ data.seats }}", "new.deep": "x", "seats.of": 1}) == {
        "plan": {"tier": "a", "price": {"eur": 1, "usd": 3}},
        "new": {"deep": "x"},
        "seats": {"of": 1},
    }
    assert data_after(data={"plan": {"tier": "b"}}, set={"plan.more": 1}) == {"plan": {"tier": "b", "more": 1}}
    assert data_after(set={"a.b": 1, "a.c": 2}) == {"a": {"b": 1, "c": 2}}


def test_later_steps_see_what_an_earlier_one_has_set() -> None:
    run = taken(
        UpdateDataStep(ref="one", set={"total": "{{ data.seats | times: 2 }}"}),
        UpdateDataStep(ref="two", set={"total": "{{ data.total | plus: 1 }}"}),
    )
    assert run.data == {"total": 7}
    assert [(entry["event"], entry.get("data")) for entry in run.journal] == [
        ("step_completed", {"names": ["total"]}),
        ("step_completed", {"names": ["total"]}),
        ("run_completed", None),
    ]


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("[1]", "update_data: this must be a JSON object"),
        ("hello", "update_data: this is not JSON"),
        ({"a": "{{ 1 | divided_by: 0 }}"}, "update_data: line 1"),
        ('{"a": "\\u0000"}', "update_data: a contains a NUL character"),
    ],
)
def test_what_is_no_object_ends_the_run_unless_it_may_go_on(written: Any, reason: str) -> None:
    steps = [UpdateDataStep(ref="update", data=written), UpdateDataStep(ref="next", data={"b": 1})]
    run = taken(*steps)
    assert run.journal[0]["data"]["reason"].startswith(reason)
    assert (run.status, run.data) == (RunStatus.COMPLETED, {})
    assert [entry["event"] for entry in run.journal] == ["error", "run_completed"]
    going_on = taken(UpdateDataStep(ref="update", data=written, on_error=ContinueOrHalt.CONTINUE), steps[1])
    assert going_on.data == {"b": 1}


async def test_messages_and_conditions_see_the_data(office: Office) -> None:
    text = """steps:
  - ref: total
    type: update_data
    settings:
      set: {total: "{{ data.seats | times: data.price }}"}
  - ref: feed
    channel: in-app
    conditions: {all: [{variable: data.total, operator: equal_to, argument: "30"}]}
    template: {body: "{{ data.total }} for {{ data.seats }}"}
"""
    await office.push({**FILES, "workflows/updating.yaml": text})
    await office.identify("ada")
    await office.trigger("ada", workflow="updating", data={"seats": 3, "price": 10})
    await office.work()
    (item,) = (await office.feed("ada")).items.entries
    assert item.blocks[0].rendered == "<p>30 for 3</p>"


async def test_what_a_file_says_wrong_is_named_with_its_line(office: Office) -> None:
    text = """steps:
  - ref: one
    type: update_data
    settings: {}
  - ref: two
    type: update_data
    settings:
      data: |
        {"a": {{ secrets.token }},
         "b": {{ data.x | nothing }}}
  - ref: three
    type: update_data
    settings:
      data: {a: "{{ secrets.token }}"}
      set: {"a..b": 1}
"""
    with pytest.raises(ConfigurationError) as refused:
        await office.push({**FILES, "workflows/updating.yaml": text})
    assert [str(problem).removeprefix("workflows/updating.yaml:") for problem in refused.value.problems] == [
        "4: this says nothing to update: give 'data' or 'set'",
        "10: this is not Liquid: unknown filter 'nothing'",
        "14: secrets are for http_fetch steps only: what others make is stored, and shown",
        "15: this must be a name, or a path like plan.seats",
    ]
