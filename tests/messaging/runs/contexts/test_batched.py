"""Items of closed batches are read for as many runs together as memory holds."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from addressee.directory.recipient import USERS, Identity
from addressee.messaging.runs.contexts.batched import portions
from addressee.messaging.runs.store import Run
from addressee.messaging.steps.batches.batch import CloseBatchStep
from addressee.messaging.steps.run import RecipientRun, RunStatus
from addressee.messaging.workflows.model import Workflow

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
RUNS = [
    RecipientRun(UUID(int=n), Identity(1, USERS, f"user-{n}", UUID(int=n)), {}, RunStatus.QUEUED) for n in range(45)
]


def run_of(*limits: int) -> Run:
    steps = tuple(CloseBatchStep(ref=f"batch-{limit}", render_limit=limit) for limit in limits)
    workflow = Workflow(name="Batched", steps=steps)
    return Run(1, UUID(int=1), "batched", UUID(int=2), workflow, None, None, {}, False, False, NOW)


@pytest.mark.parametrize(
    ("limits", "sizes"),
    [((), [45]), ((10,), [45]), ((10, 100), [20, 20, 5])],
)
def test_the_runs_of_a_page_are_taken_in_portions_by_what_their_batches_show(
    limits: tuple[int, ...], sizes: list[int]
) -> None:
    found = list(portions(run_of(*limits), RUNS))
    assert [len(each) for each in found] == sizes
    assert [run for each in found for run in each] == RUNS
