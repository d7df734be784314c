"""Differences between versions: what was added, removed, changed or moved, with the lines."""

from __future__ import annotations

from datetime import timedelta

from addressee.dashboard.workflows.differences import Change, Difference, DiffLine, Sign, differences
from addressee.messaging.steps.waiting.delay import DelayStep
from addressee.messaging.workflows.model import Workflow


def delays(**waits: int) -> Workflow:
    steps = tuple(DelayStep(ref=ref, wait=timedelta(minutes=wait)) for ref, wait in waits.items())
    return Workflow(name="Waits", steps=steps)


def test_equal_versions_have_none() -> None:
    assert differences(delays(a=1, b=2), delays(a=1, b=2)) == []


def test_a_changed_line_is_shown_between_its_neighbours() -> None:
    assert differences(delays(a=1, b=2), delays(a=1, b=3)) == [
        Difference(
            "b",
            Change.CHANGED,
            [
                DiffLine(Sign.SAME, "type: delay"),
                DiffLine(Sign.SAME, "ref: b"),
                DiffLine(Sign.REMOVED, "wait: PT120S"),
                DiffLine(Sign.ADDED, "wait: PT180S"),
            ],
        )
    ]


def test_steps_that_are_new_and_gone_stand_where_they_belong() -> None:
    found = differences(delays(a=1, b=2, c=3), delays(a=1, d=4, c=3, e=5))
    assert [(each.ref, each.change) for each in found] == [
        ("b", Change.REMOVED),
        ("d", Change.ADDED),
        ("e", Change.ADDED),
    ]
    assert {line.sign for line in found[0].lines} == {Sign.REMOVED}


def test_a_step_that_moved_says_so() -> None:
    found = differences(delays(a=1, b=2, c=3), delays(b=2, c=3, a=1))
    assert [(each.ref, each.change, each.lines) for each in found] == [("a", Change.MOVED, ())]
