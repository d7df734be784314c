"""A recipient's run as a state machine: `(run, steps, context) → (run, messages)`. Pure; it knows no kind of step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from addressee.messaging.steps.model import NewMessage, RecipientRun, RunStatus, Step, StepContext


def run_through(
    run: RecipientRun, steps: Sequence[Step], context: StepContext
) -> tuple[RecipientRun, list[NewMessage]]:
    """Takes a run through the steps that are left, up to one that waits."""
    messages: list[NewMessage] = []
    run = replace(run, status=RunStatus.PROCESSING)
    if context.recipient is None:
        run = run.noted(context, "error", status="error", data={"reason": "recipient_missing"})
    else:
        for step in steps[run.step :]:
            run, made = step.take(run, context.recipient, context)
            messages += made
            if run.status is RunStatus.PAUSED:
                return run, messages
    return replace(run, status=RunStatus.COMPLETED).noted(context, "run_completed"), messages
