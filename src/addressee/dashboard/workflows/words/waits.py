"""Steps that wait, collect or limit, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from addressee.dashboard.condition_words import condition_words
from addressee.dashboard.workflows.words.times import counted, duration_words, recurrence_words, rule_form_words
from addressee.messaging.steps.batches.batch import BatchStep, ClosingStep, CollectingStep
from addressee.messaging.steps.batches.digest import CloseDigestStep, DigestStep
from addressee.messaging.steps.flow.entry import EntryLimit, TriggerFrequency
from addressee.messaging.steps.waiting.delay import DelayStep
from addressee.messaging.steps.waiting.wait import EndWaitStep, EventType, WaitStep
from addressee.messaging.workflows.outline import Node

FREQUENCIES = {
    TriggerFrequency.ONCE_PER_RECIPIENT.value: "once for each recipient",
    TriggerFrequency.ONCE_PER_RECIPIENT_PER_TENANT.value: "once for each recipient and tenant",
}


def limit_words(step: EntryLimit) -> str:
    if step.window is None:
        return FREQUENCIES.get(step.reason, step.reason)
    return f"at most {counted(step.limit, 'run')} in {duration_words(step.window)} for each recipient"


def delay_words(step: DelayStep) -> str:
    target = None
    if step.at is not None:
        target = f"{step.at:%Y-%m-%d %H:%M %Z}"
    elif step.rule is not None:
        target = f"the next time of: {recurrence_words(step.rule)}"
    elif step.path is not None:
        target = step.path
    if target is None:
        return f"for {duration_words(step.wait)}"
    if not step.wait:
        return f"until {target}"
    return f"until {duration_words(step.wait)} {'before' if step.wait < timedelta() else 'after'} {target}"


def batch_words(step: BatchStep, node: Node) -> Iterator[str]:
    if not step.window:
        yield f"until {step.until}"
    elif step.until:
        side = "before" if step.window < timedelta() else "after"
        yield f"until {duration_words(step.window)} {side} {step.until}"
    elif step.slides_until is not None:
        yield f"until {duration_words(step.window)} passed without more, at most {duration_words(step.slides_until)}"
    else:
        yield f"for {duration_words(step.window)}"
    if step.max_items is not None:
        yield f"or until there are {step.max_items:,}"
    if step.leads:
        yield "the first one goes on at once"
    yield from collecting_words(step, node)


def digest_words(step: DigestStep, node: Node) -> Iterator[str]:
    schedules = [step.schedule_path, "" if step.schedule is None else rule_form_words(step.schedule)]
    yield ", else ".join(each for each in schedules if each)
    if step.look_back is not None:
        yield f"at once if none came in {duration_words(step.look_back)} before"
    yield from collecting_words(step, node)


def collecting_words(step: CollectingStep, node: Node) -> Iterator[str]:
    if step.key:
        yield f"apart by {step.key}"
    if step.per_tenant:
        yield "apart by tenant"
    closing = node.steps[-1]
    if isinstance(closing, ClosingStep) and closing.min_items > 1:
        keeps = isinstance(closing, CloseDigestStep) and closing.keeps
        yield f"fewer than {closing.min_items:,}: {'waits for more' if keeps else 'discarded'}"


def wait_words(step: WaitStep, node: Node) -> Iterator[str]:
    for event in step.events:
        kind = "" if event.type is EventType.EVENT else f"{event.type.value} "
        only = "" if event.conditions is None else f" where {condition_words(event.conditions)}"
        yield f"for {kind}{event.name}{only}"
    yield f"at most {duration_words(step.expires_after)}"
    end = node.steps[-1]
    if isinstance(end, EndWaitStep) and not node.branches:
        yield f"if it happens: {'the run ends' if end.matched is None else 'goes on'}"
        yield f"if not in time: {'the run ends' if end.timeout is None else 'goes on'}"
