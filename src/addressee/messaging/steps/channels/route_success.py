"""The signs that a route succeeded, and the steps that wait for it after one of its messages (engine.md §4.11)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from addressee.conditions.model import Condition, Conditions, Path
from addressee.conditions.names import EVENT
from addressee.messaging.steps.compiler import Compiler
from addressee.messaging.steps.flow.branch import Branch, BranchStep
from addressee.messaging.steps.flow.jumps import JumpStep
from addressee.messaging.steps.waiting.wait import AwaitedEvent, EndWaitStep, EventType, WaitStep

# What says that a message does not arrive: the next channel is tried at once.
FAILURES = ("undelivered", "bounced", "not_sent")

# What each measure of success is noticed by.
SUCCESSES: Mapping[str, Sequence[str]] = {
    "delivered": ("delivered", "seen", "read", "interacted", "link_clicked"),
    "seen": ("seen", "read", "interacted", "link_clicked"),
    "read": ("read", "interacted", "link_clicked"),
    "interacted": ("interacted", "link_clicked"),
}


class Success(NamedTuple):
    """The signs that a route succeeded: the events that tell of it, and the states of its messages."""

    events: Sequence[AwaitedEvent]
    states: Sequence[Condition] = ()


def success_of_messages(refs: Sequence[str], measure: str) -> Success:
    """Returns what says that one of the messages of these steps came as far as a measure of success."""
    names = SUCCESSES.get(measure, ())
    events = [AwaitedEvent(EventType.MESSAGE, name, of_messages(tuple(refs))) for name in names]
    return Success(events, [state for ref in refs for state in states_of_success(ref, names)])


def of_messages(refs: tuple[str, ...]) -> Conditions:
    """Returns the conditions on an event that it is one of messages that the run made in these steps."""
    return Conditions(
        (
            (
                Condition(f"{EVENT}.recipient_run_id", "equal_to", Path("run.id")),
                Condition(f"{EVENT}.step_ref", "in", refs),
            ),
        )
    )


def states_of_success(ref: str, names: Sequence[str]) -> Iterator[Condition]:
    """Yields conditions of which one is true when a message has come as far as these events tell."""
    yield Condition(f"refs.{ref}.engagement_status", "intersects", tuple(names))
    if "delivered" in names:
        yield Condition(f"refs.{ref}.delivery_status", "equal_to", "delivered")


def add_wait(compiler: Compiler, ref: str, sent_by: str, success: Success, interval: timedelta) -> int:
    """Adds the wait for what a message comes to, and returns the position of the step that leads past the route.

    A run that goes on with the next channel stands behind it: at once when the message failed, or after the interval.
    A success between two waits ends neither: so the states of the messages are looked at too.
    """
    failed = [AwaitedEvent(EventType.MESSAGE, name, of_messages((sent_by,))) for name in FAILURES]
    begins = compiler.position
    branches, leads_past, following = begins + 2, begins + 3, begins + 4
    noticed = Condition(f"refs.{ref}.signal_variables.key", "in", tuple(event.name for event in success.events))
    succeeded = Conditions(tuple((condition,) for condition in (noticed, *success.states)))
    compiler.add(WaitStep(ref=ref, events=(*success.events, *failed), expires_after=interval, after=following))
    compiler.add(EndWaitStep(ref=ref, matched=branches, timeout=branches))
    to_the_end = Branch(name="succeeded", target=leads_past, conditions=succeeded)
    compiler.add(BranchStep(ref=ref, branches=(to_the_end,), after=following))
    return compiler.add(JumpStep(ref=ref, target=0))
