"""Takes a run through its workflow at once: time passes as the run waits for it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from addressee.messaging.content.model import Content
from addressee.messaging.content.templating import liquid
from addressee.messaging.messages.status import Status
from addressee.messaging.preview.answers import ANSWERS
from addressee.messaging.preview.model import PreviewedEvent, PreviewedMessage, PreviewRequest
from addressee.messaging.steps.channels.channel import ChannelStep
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.machine import Pass, run_through, with_states
from addressee.messaging.steps.model import NewMessage
from addressee.messaging.steps.run import Entry, RecipientRun, RunStatus
from addressee.messaging.steps.waiting.wait import BeginWait
from addressee.messaging.workflows.model import Workflow

ContextOf = Callable[[RecipientRun, datetime], StepContext]

# Entries of the journal that a preview shows in another way.
QUIET = frozenset({"step_started", "step_skipped", "message_enqueued"})

# What keeps a message from being made, whoever the recipient is.
OF_THE_STEP = frozenset({"conditions"})


def walk(
    run: RecipientRun, workflow: Workflow, context_of: ContextOf, asked: PreviewRequest, now: datetime
) -> Iterator[PreviewedMessage | PreviewedEvent]:
    """Yields what happens, in its order. A program never goes back, so this ends."""
    made: list[NewMessage] = []
    for _ in range(2 * len(workflow.steps) + 1):
        context = with_states(context_of(run, now), made)
        taken = run_through(run, workflow.steps, context)
        made += taken.messages
        run = replace(taken.run, journal=())
        yield from happened(taken, workflow, context)
        if taken.request is not None:
            step = workflow.steps[run.step]
            answering = ANSWERS.get(type(taken.request))
            if answering is None:
                asks = {"type": step.kind, **msgspec.to_builtins(taken.request)}
                yield PreviewedEvent(now, "not_carried_out", step.ref, asks)
                run = run.passed
            else:
                run = step.answered(run, answering(taken.request, step, asked), context)
            yield from noted(run.journal, workflow, context)
            run = replace(run, journal=())
            if isinstance(taken.request, BeginWait) and step.ref in asked.events:
                run = replace(run.with_result(step.ref, matched=True), due_at=now)
                yield PreviewedEvent(now, "wait_matched", step.ref)
        if run.ended:
            return
        if run.status is RunStatus.PAUSED and run.due_at is not None:
            now = max(now, run.due_at)


def happened(taken: Pass, workflow: Workflow, context: StepContext) -> Iterator[PreviewedMessage | PreviewedEvent]:
    """Yields what happened in a pass: its messages where the journal tells of them."""
    messages = {message.id: message for message in taken.messages}
    for entry in taken.run.journal:
        data = entry.get("data", {})
        if entry["event"] == "message_enqueued":
            message = messages[data["message_id"]]
            channel, change = message.channel, message.changes[-1]
            has_failed = change.status is Status.UNDELIVERED
            content = None if has_failed else message.content
            obstacle = str((change.data or {})["failure_details"]) if has_failed else None
            yield PreviewedMessage(message.step.ref, channel.key, channel.type, context.now, content, obstacle)
        else:
            yield from noted([entry], workflow, context)


def noted(
    journal: tuple[Entry, ...] | list[Entry], workflow: Workflow, context: StepContext
) -> Iterator[PreviewedMessage | PreviewedEvent]:
    for entry in journal:
        data = entry.get("data", {})
        steps = (step for step in workflow.steps if isinstance(step, ChannelStep))
        step = next((step for step in steps if step.ref == entry.get("step_ref")), None)
        is_obstructed = entry["event"] == "step_skipped" and data.get("reason") not in OF_THE_STEP
        if is_obstructed and step is not None:
            yield nevertheless(step, data, context)
        elif entry["event"] not in QUIET or "reason" in data or "due_at" in data:
            yield PreviewedEvent(context.now, entry["event"], entry.get("step_ref"), data)


def nevertheless(step: ChannelStep, obstacle: Mapping[str, Any], context: StepContext) -> PreviewedMessage:
    """Returns the message that a step would make if nothing kept it from the recipient."""
    channel = context.channels[step.channel]
    content: Content | None = None
    reason = str(obstacle["reason"])
    try:
        content = step.template.render(context.scope, channel, []).content
    except liquid.TemplateError as error:
        reason = f"template: {error}"
    return PreviewedMessage(step.ref, channel.key, channel.type, context.now, content, reason)
