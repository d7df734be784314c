"""Random cohorts: everybody stays in the same one, and each has its share."""

from __future__ import annotations

import hashlib
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.messaging.steps.flow.cohort import Cohort, CohortStep, place_of
from addressee.messaging.workflows.configuration import ConfigurationError, read_configuration
from tests.messaging.office import FILES, Office, write_files

TRIAL = """
steps:
  - ref: trial
    type: random_cohort
    settings: {cohort_key: KEY}
    cohort_branches:
      - name: short
        percentage: 30
        steps: [{ref: short, channel: in-app, template: {body: "short"}}]
      - name: long
        percentage: 69.5
        terminates: true
        steps: [{ref: long, channel: in-app, template: {body: "long"}}]
      - percentage: 0.5
  - {ref: all, channel: in-app, template: {body: "{{ refs.trial.cohort }}"}}
"""


def step_of(*tenths: int) -> CohortStep:
    cohorts = tuple(Cohort(name=str(index), tenths=each, target=index + 1) for index, each in enumerate(tenths))
    return CohortStep(ref="trial", cohorts=cohorts, after=len(tenths) + 1)


def trial(key: str = "recipient.id") -> dict[str, str]:
    return {**FILES, "workflows/welcome.yaml": TRIAL.replace("KEY", key)}


def problems(folder: Path, steps: str) -> list[str]:
    with pytest.raises(ConfigurationError) as error:
        read_configuration(write_files(folder, {**FILES, "workflows/welcome.yaml": steps}), {})
    return [str(problem).removeprefix("workflows/welcome.yaml") for problem in error.value.problems]


async def ran(office: Office, id: str, **data: Any) -> tuple[Any, list[str]]:
    """Triggers the workflow for someone, and returns the cohort and the steps that made messages."""
    await office.identify(id)
    await office.trigger(id, data=data)
    await office.work()
    journal = await office.journal(id)
    (taken,) = [entry["data"] for entry in journal if entry["event"] == "branch_taken"]
    return taken, [entry["step_ref"] for entry in journal if entry["event"] == "message_enqueued"]


def test_the_place_follows_from_workflow_step_and_key_alone() -> None:
    digest = hashlib.sha256(b"welcometrialada").digest()
    assert place_of("welcome", "trial", "ada") == int.from_bytes(digest[:8]) * 1000 // 2**64 == 258


def test_each_cohort_has_its_share() -> None:
    step = step_of(300, 695, 5)
    counts = Counter(step.cohort_of("welcome", f"user-{n}").name for n in range(20_000))
    assert 0.28 < counts["0"] / 20_000 < 0.32
    assert 0.675 < counts["1"] / 20_000 < 0.715
    assert 0.002 < counts["2"] / 20_000 < 0.008


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=9), st.text())
def test_the_cohort_is_the_one_whose_span_holds_the_place(cuts: list[int], key: str) -> None:
    bounds = sorted({0, 1000, *cuts})
    step = step_of(*(end - begin for begin, end in pairwise(bounds)))
    place = place_of("w", "trial", key)
    index = int(step.cohort_of("w", key).name)
    assert bounds[index] <= place < bounds[index + 1]


async def test_a_run_takes_the_branch_of_its_cohort(office: Office) -> None:
    await office.push(trial())
    assert await ran(office, "ada") == ({"branch": "short", "percentage": 30.0}, ["short", "all"])
    assert await ran(office, "bob") == ({"branch": "long", "percentage": 69.5}, ["long"])


async def test_templates_see_the_cohort(office: Office) -> None:
    await office.push(trial())
    await ran(office, "ada")
    assert "<p>short</p>" in [item.blocks[0].rendered for item in (await office.feed("ada")).items.entries]


async def test_a_key_keeps_those_together_who_share_it(office: Office) -> None:
    await office.push(trial('"{{ data.team }}-team"'))
    cohorts = {(await ran(office, id, team="blue"))[0]["branch"] for id in ("ada", "bob", "cyd", "dan", "eve")}
    assert len(cohorts) == 1


async def test_without_a_value_the_key_is_the_recipient(office: Office) -> None:
    await office.push(trial("data.team"))
    assert (await ran(office, "ada"))[0]["branch"] == "short"
    (noted,) = [entry for entry in await office.journal("ada") if entry["event"] == "cohort_key_empty"]
    assert noted["data"] == {"cohort_key": "data.team"}


@pytest.mark.parametrize(
    ("written", "instead", "expected"),
    [
        ("percentage: 30", "percentage: 30.1", [":6: the percentages sum up to 100.1, not to 100"]),
        ("percentage: 0.5", "percentage: 0.55", [":14: a percentage has one decimal at most"]),
        ("name: long", "name: short", [":6: each cohort has a name of its own"]),
        ("KEY", "'{{ data.'", [":5: this is not Liquid: expected '}}', found end of file"]),
    ],
)
def test_mistakes(tmp_path: Path, written: str, instead: str, expected: list[str]) -> None:
    found = problems(tmp_path, TRIAL.replace(written, instead))
    assert found == expected


def test_there_are_two_to_ten_cohorts(tmp_path: Path) -> None:
    one = "steps:\n  - {ref: trial, type: random_cohort, branches: [{percentage: 100}]}\n"
    assert problems(tmp_path, one) == [":2: a random cohort has 2 to 10 branches"]
