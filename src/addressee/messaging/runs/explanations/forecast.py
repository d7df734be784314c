"""Forecasts the way of a run through a program: what it would reach now, and what leads it past the rest. Pure.

Where a run would wait, or ask for what is not known yet, the forecast goes on with the values of now, and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from addressee.conditions.groups import evaluate
from addressee.directory.recipient import Document, Recipient
from addressee.messaging.messages.states import MessageFacts, furthest, states_of_message
from addressee.messaging.steps.channels.channel import ChannelStep, first_status
from addressee.messaging.steps.channels.channel_group import ChosenStep
from addressee.messaging.steps.channels.holds import Holder, hold_of, outside
from addressee.messaging.steps.channels.parts import RoutedStep
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.data.update_data import UpdateDataStep
from addressee.messaging.steps.flow.branch import BranchStep
from addressee.messaging.steps.flow.cohort import CohortStep
from addressee.messaging.steps.flow.entry import EntryCheck
from addressee.messaging.steps.flow.jumps import EndStep, JumpStep
from addressee.messaging.steps.flow.unsupported import UnsupportedStep
from addressee.messaging.steps.model import Step
from addressee.messaging.steps.run import RecipientRun
from addressee.messaging.steps.waiting.time_window import TimeWindowStep
from addressee.messaging.steps.waiting.wait import EndWaitStep, WaitStep

# Whether a channel step would reach an address.
Reaches: TypeAlias = Callable[[ChannelStep, StepContext], bool]

# Where a program ends.
ENDED = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A step that leads on to one of its branches: which one it would be now, and why."""

    ref: str
    kind: str
    details: Document


@dataclass(frozen=True, slots=True)
class Visit:
    """A step as a run would come to it. `after` are the refs of the steps before whose outcome is not known yet."""

    run: RecipientRun
    context: StepContext
    after: tuple[str, ...] = ()

    def taken(self, run: RecipientRun) -> Visit:
        """Returns the visit of the next step, once the run has taken this one."""
        return Visit(run, self.context.following(run), self.after)

    def uncertain(self, step: Step) -> Visit:
        return replace(self, after=tuple(dict.fromkeys((*self.after, step.ref))))

    def joined(self, other: Visit) -> Visit:
        return replace(self, after=tuple(dict.fromkeys((*self.after, *other.after))))


@dataclass(slots=True)
class Forecast:
    """The steps that a run would come to, by position, the decisions on the way, and why others are passed by."""

    visits: dict[int, Visit] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    obstacles: dict[int, Document] = field(default_factory=dict)


def forecast(steps: Sequence[Step], run: RecipientRun, context: StepContext, reaches: Reaches) -> Forecast:
    found = Forecast()
    recipient = context.recipient
    coming = {} if recipient is None else {0: Visit(run, context)}
    while coming and recipient is not None:
        position = min(coming)
        visit = coming.pop(position)
        if position >= len(steps):
            break
        step = steps[position]
        visit = replace(visit, run=visit.run.at(position))
        found.obstacles.pop(position, None)  # another way leads past it
        following, visit = _follow(step, recipient, visit, found, reaches, steps)
        for target in following:
            coming[target] = visit if target not in coming else coming[target].joined(visit)
        _pass_by(found, step, position, min(following, default=len(steps)), visit.context)
    return found


def _follow(
    step: Step,
    recipient: Recipient,
    visit: Visit,
    found: Forecast,
    reaches: Reaches,
    steps: Sequence[Step],
) -> tuple[Sequence[int], Visit]:
    """Returns the positions that a run may go on at, and what is known there."""
    run, context = visit.run, visit.context
    if step.conditions is not None:
        evaluation = evaluate(step.conditions, context.condition_context)
        if not evaluation.holds:
            found.obstacles[run.step] = {"reason": "conditions", "conditions": evaluation.shown}
            return [step.skipped(run).step], visit
    found.visits[run.step] = visit
    match step:
        case BranchStep() | CohortStep():
            taken = step.take(run, recipient, context).run
            if not is_of_wait(step, steps):
                found.decisions.append(Decision(step.ref, step.kind, taken.journal[-1]["data"]))
            return [taken.step], visit.taken(taken)
        case UpdateDataStep():
            taken = step.take(run, recipient, context).run
            return [taken.step], visit.taken(taken)
        case JumpStep():
            return [step.target], visit
        case EndStep() | UnsupportedStep(halts=True):
            return [], visit
        case UnsupportedStep():
            return [run.step + 1], visit
        case EndWaitStep():
            ways = [target for target in (step.matched, step.timeout) if target is not ENDED]
            return ways, visit.uncertain(step)
        case ChannelStep():
            return _follow_channel(step, run.step, visit, reaches)
        case TimeWindowStep() if outside(step.windows, Holder.TIME_WINDOW, context) is None:
            return [run.step + 1], visit
        case EntryCheck():
            return [run.step + 1], visit
    return [run.step + 1], visit.uncertain(step)


def _follow_channel(step: ChannelStep, position: int, visit: Visit, reaches: Reaches) -> tuple[Sequence[int], Visit]:
    context = visit.context
    if not reaches(step, context):
        return [step.otherwise if isinstance(step, RoutedStep) else position + 1], visit
    held = hold_of(context.channels[step.channel], step.windows, context) is not None
    made = states_of_message(MessageFacts(first_status(context.channels[step.channel], sandbox=context.sandbox)))
    results = context.scope.get("refs", {})
    known = {ref: furthest([results[ref], made]) for ref in step.refs if "delivery_status" in results.get(ref, {})}
    following = replace(visit, context=context.with_results(known))
    return [position + 1], following.uncertain(step) if held else following


def _pass_by(found: Forecast, step: Step, position: int, following: int, context: StepContext) -> None:
    """Records why the steps between a step and the next one that the run comes to are passed by."""
    reason = found.obstacles.get(position) or passing(step, context)
    for between in range(position + 1, following):
        found.obstacles[between] = {**reason, "step": step.ref}


def passing(step: Step, context: StepContext) -> Mapping[str, Any]:
    if isinstance(step, ChosenStep):
        return {"reason": "channel_chosen", "channel": step.channel}
    if isinstance(step, BranchStep | CohortStep | JumpStep):
        results = context.scope.get("refs", {}).get(step.ref, {})
        return {"reason": "branch_not_taken", "branch": results.get("branch", results.get("cohort"))}
    return {"reason": "run_ended"} if isinstance(step, EndStep | UnsupportedStep) else {"reason": "not_reached"}


def is_of_wait(step: Step, steps: Sequence[Step]) -> bool:
    """Returns whether a step was not written as one of its own, but is a part of a wait of a route."""
    return any(isinstance(each, WaitStep) and each.ref == step.ref for each in steps)
