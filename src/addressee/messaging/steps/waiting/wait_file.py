"""Wait steps in files: the events that end them, and the steps of their branches (engine.md §4.7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import msgspec

from addressee.conditions.binding import below
from addressee.conditions.forms import all_of
from addressee.conditions.model import Condition, Conditions, Path
from addressee.conditions.names import EVENT, Names
from addressee.messaging.definitions.model import Definition, FieldPath
from addressee.messaging.definitions.times import read_duration
from addressee.messaging.messages.events import TYPES
from addressee.messaging.steps.channels.channel import ChannelStep
from addressee.messaging.steps.compiler import Compiler, StepFile
from addressee.messaging.steps.flow.jumps import JumpStep
from addressee.messaging.steps.model import ContinueOrHalt, Step
from addressee.messaging.steps.waiting.wait import AwaitedEvent, EndWaitStep, EventType, WaitStep
from addressee.suggestions import instead_of
from addressee.timing.durations import DurationForm

DEFAULT_WAIT = "15m"
MAX_WAIT = timedelta(days=30)
MAX_EVENTS = 10

MESSAGE_EVENTS = tuple(type.removeprefix("message.") for type in TYPES)


class EventKind(NamedTuple):
    """A type of event as files write it: its keys, None for any, and the fields beside them that narrow it down."""

    type: EventType
    keys: Sequence[str] | None = None
    narrowed_by: Sequence[str] = ()

    @property
    def only_key(self) -> str | None:
        """The key that need not be written, None if there are several."""
        return self.keys[0] if self.keys is not None and len(self.keys) == 1 else None


# By `event_type`. An event of a caller has any key.
KINDS: Mapping[str, EventKind] = {
    "event": EventKind(EventType.EVENT),
    "integration_source": EventKind(EventType.EVENT),
    "message": EventKind(EventType.MESSAGE, MESSAGE_EVENTS, ("source_key", "step_ref")),
    "workflow": EventKind(EventType.WORKFLOW, ("started", "completed"), ("source_key",)),
    "audience": EventKind(EventType.AUDIENCE, ("enter", "exit"), ("audience_key",)),
    "recipient": EventKind(EventType.RECIPIENT, ("updated",)),
    "preference": EventKind(EventType.PREFERENCE, ("updated",)),
}


class EventFile(Definition, frozen=True, kw_only=True):
    """An event in a file. `step_ref` names the channel step whose message it is about.

    Knock's `integration_source_key` and `recipient_path` say nothing here: clients tell whose event it is.
    """

    event_type: str = "event"
    event_key: str | None = None
    source_key: str | None = None
    source_type: str | None = None
    integration_source_key: str | None = None
    recipient_path: str | None = None
    audience_key: str | None = None
    step_ref: str | None = None
    match_conditions: Any = None


class WaitSettings(Definition, frozen=True, kw_only=True):
    event: str | EventFile | None = None
    events: list[str | EventFile] = msgspec.field(default_factory=list)
    match_conditions: Any = None
    expires_after: DurationForm = DEFAULT_WAIT
    on_match: ContinueOrHalt = ContinueOrHalt.CONTINUE
    on_timeout: ContinueOrHalt = ContinueOrHalt.HALT


class WaitBranches(Definition, frozen=True, kw_only=True):
    matched: list[dict[str, Any]] = msgspec.field(default_factory=list)
    timeout: list[dict[str, Any]] = msgspec.field(default_factory=list)


class WaitStepFile(StepFile, frozen=True, kw_only=True):
    settings: WaitSettings
    branches: WaitBranches | None = None

    def compile(self, compiler: Compiler, path: FieldPath) -> None:
        settings = self.settings
        within = (*path, "settings")
        length = read_duration(compiler.source, (*within, "expires_after"), settings.expires_after, most=MAX_WAIT)
        events = self._events(compiler, within)
        begins = compiler.add(WaitStep(ref=self.ref, events=(), expires_after=length or MAX_WAIT, after=0))
        ends = compiler.add(EndWaitStep(ref=self.ref, matched=None, timeout=None))
        if self.branches is None:
            matched = None if settings.on_match is ContinueOrHalt.HALT else compiler.position
            timeout = None if settings.on_timeout is ContinueOrHalt.HALT else compiler.position
        else:
            matched, timeout = compile_both(compiler, self.ref, (*path, "branches"), self.branches)
        compiler.replace(ends, EndWaitStep(ref=self.ref, matched=matched, timeout=timeout))
        step = WaitStep(ref=self.ref, events=events, expires_after=length or MAX_WAIT, after=compiler.position)
        compiler.replace(begins, self.made(step))

    def _events(self, compiler: Compiler, path: FieldPath) -> tuple[AwaitedEvent, ...]:
        written = [((*path, "events", index), each) for index, each in enumerate(self.settings.events)]
        if self.settings.event is not None:
            written.insert(0, ((*path, "event"), self.settings.event))
        if not 1 <= len(written) <= MAX_EVENTS:
            compiler.problem(path, f"a step waits for one event, or up to {MAX_EVENTS} in 'events'")
        names = Names((*compiler.names.roots, EVENT), compiler.names.refs, compiler.names.later)
        common = match_conditions(compiler, (*path, "match_conditions"), self.settings.match_conditions, names)
        found = []
        for where, each in written:
            event = EventFile(event_key=each) if isinstance(each, str) else each
            if (awaited := awaited_event(compiler, where, event, names, common)) is not None:
                found.append(awaited)
        return tuple(found)


def awaited_event(
    compiler: Compiler, path: FieldPath, event: EventFile, names: Names, common: Conditions | None
) -> AwaitedEvent | None:
    """Returns an event as it is stored; records the problem and returns None if there is none like it."""
    kind = KINDS.get(event.event_type)
    if kind is None:
        known = instead_of(event.event_type, list(KINDS))
        compiler.problem((*path, "event_type"), f"there is no type of event {event.event_type!r}; {known}")
        return None
    key = event.event_key or kind.only_key
    if key is None:
        compiler.problem((*path, "event_key"), "this is missing: the name of the event")
        return None
    if kind.keys is not None and key not in kind.keys:
        compiler.problem(
            (*path, "event_key"), f"there is no {event.event_type} event {key!r}; {instead_of(key, kind.keys)}"
        )
        return None
    if event.source_type not in {None, "workflow"}:
        compiler.source.warning((*path, "source_type"), "there are messages of workflows only: this never happens")
    if kind.type is EventType.AUDIENCE and event.audience_key in compiler.dynamic_audiences:
        message = "nobody enters or leaves a dynamic audience at a moment that is told: this never happens"
        compiler.source.warning((*path, "audience_key"), message)
    conditions = [common, match_conditions(compiler, (*path, "match_conditions"), event.match_conditions, names)]
    made_by = None if event.step_ref is None else messages_of(compiler.program, event.step_ref)
    narrowing = {"source_key": event.source_key, "audience_key": event.audience_key, "step_ref": made_by}
    for name, value in narrowing.items():
        if value is None:
            continue
        if name not in kind.narrowed_by:
            compiler.problem((*path, name), f"{name!r} says nothing about {event.event_type} events")
        operator = "in" if isinstance(value, tuple) else "equal_to"
        conditions.append(Conditions(((Condition(f"{EVENT}.{name}", operator, value),),)))
    if event.step_ref is not None and event.step_ref not in compiler.refs:
        known = instead_of(event.step_ref, compiler.refs)
        compiler.problem((*path, "step_ref"), f"there is no step {event.step_ref!r} before this one; {known}")
    if kind.type is EventType.MESSAGE and event.source_key is None:
        own = Condition(f"{EVENT}.recipient_run_id", "equal_to", Path("run.id"))
        conditions.append(Conditions(((own,),)))
    return AwaitedEvent(kind.type, key, all_of([each for each in conditions if each is not None]))


def messages_of(program: Sequence[Step], ref: str) -> tuple[str, ...]:
    """Returns the refs of the channel steps that a ref names: those of a route are several."""
    return tuple(step.ref for step in program if isinstance(step, ChannelStep) and ref in step.refs)


def match_conditions(compiler: Compiler, path: FieldPath, value: Any, names: Names) -> Conditions | None:
    """Returns the conditions on an event; of Knock's list of groups, one is to be true.

    What they say of the recipient is about the time of the event.
    """
    if isinstance(value, list) and value and all(isinstance(each, dict) and "conditions" in each for each in value):
        value = {"any": [{"operator": "and", **each} for each in value]}
    conditions = compiler.conditions(path, value, names)
    return None if conditions is None else below(conditions, EVENT, "recipient")


def compile_both(compiler: Compiler, ref: str, path: FieldPath, branches: WaitBranches) -> tuple[int, int]:
    """Adds the steps of both branches, and returns where each begins."""
    matched = compiler.position
    compiler.compile((*path, "matched"), branches.matched)
    leads_past = compiler.add(JumpStep(ref=ref, target=0))
    timeout = compiler.position
    compiler.compile((*path, "timeout"), branches.timeout)
    compiler.replace(leads_past, JumpStep(ref=ref, target=compiler.position))
    return matched, timeout
