"""Steps that are not carried out: a run goes on after them, or ends there, and its journal says so."""

from __future__ import annotations

import pytest

from addressee.messaging.steps.flow.unsupported import UnsupportedStep
from addressee.messaging.steps.run import RunStatus
from tests.messaging.steps.test_machine import IN_APP, RUN, context, run_through


@pytest.mark.parametrize(("halts", "event", "messages"), [(True, "run_stopped", []), (False, "step_skipped", ["feed"])])
def test_the_journal_tells_of_it(*, halts: bool, event: str, messages: list[str]) -> None:
    step = UnsupportedStep(ref="agent", of="ai_agent", halts=halts)
    after, made = run_through(RUN, (step, IN_APP), context())
    assert after.status is RunStatus.COMPLETED
    assert [message.step.ref for message in made] == messages
    told = after.journal[0]
    assert (told["event"], told["step_ref"], told["data"]) == (
        event,
        "agent",
        {"reason": "not_supported", "type": "ai_agent"},
    )
