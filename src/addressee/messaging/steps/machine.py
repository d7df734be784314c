"""A recipient's run as a state machine: `(run, steps, context) → pass`. Pure; it knows no kind of step."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from addressee.conditions.groups import evaluate
from addressee.messaging.messages.states import MessageFacts, furthest, states_of_message
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.model import NewMessage, Request, Step
from addressee.messaging.steps.run import RecipientRun, RunStatus


class Pass(msgspec.Struct, frozen=True):
    """A run as far as its context took it: it has ended, or waits, or stands at a step with a request."""

    run: RecipientRun
    messages: Sequence[NewMessage] = ()
    request: Request | None = None


def run_through(run: RecipientRun, steps: Sequence[Step], context: StepContext) -> Pass:
    """Takes a run through the steps that are left, up to one that waits or asks."""
    messages: list[NewMessage] = []
    run = replace(run, status=RunStatus.PROCESSING, due_at=None)
    if context.recipient is None:
        missing = run.noted(context, "error", status="error", data={"reason": "recipient_missing"})
        return Pass(missing.completed(context))
    if not context.active:
        return Pass(run.stopped(context, "workflow_inactive"))
    while run.step < len(steps):
        step = steps[run.step]
        if step.conditions is not None:
            evaluation = evaluate(step.conditions, context.condition_context)
            if not evaluation.holds:
                reason = {"reason": "conditions", "conditions": evaluation.shown}
                run = step.skipped(run).noted(context, "step_skipped", step, data=reason)
                continue
        taken = step.take(run, context.recipient, context)
        messages += taken.messages
        if taken.request is not None:
            return Pass(taken.run, messages, taken.request)
        if taken.run.data is not run.data or taken.run.refs is not run.refs:
            context = context.following(taken.run)
        context = with_states(context, taken.messages)
        run = taken.run
        if run.status is not RunStatus.PROCESSING:
            return Pass(run, messages)
    return Pass(run.completed(context), messages)


def with_states(context: StepContext, messages: Sequence[NewMessage]) -> StepContext:
    """Returns the context with the states of new messages that later conditions ask for."""
    for message in messages:
        results = context.scope.get("refs", {})
        asked = [ref for ref in message.step.refs if "delivery_status" in results.get(ref, {})]
        if asked:
            new = states_of_message(MessageFacts(message.status))
            context = context.with_results({ref: furthest([results[ref], new]) for ref in asked})
    return context
