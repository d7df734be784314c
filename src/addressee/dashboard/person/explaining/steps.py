"""An explanation and a simulation of a workflow as one list of steps, in the workflow's order. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from addressee.dashboard.masking import masked_address
from addressee.dashboard.person.reasons import SUPPRESSED, reason_of
from addressee.directory.addresses.entries import ATTRIBUTES
from addressee.messaging.messages.model import Address
from addressee.messaging.preview.model import PreviewedEvent, PreviewedMessage
from addressee.messaging.preview.simulations import Simulated
from addressee.messaging.runs.explanations.explanation import ExplainedStep, Explanation, PathStep
from addressee.messaging.runs.explanations.forecast import Decision

KINDS: Mapping[str, str] = {
    "branch": "Branch",
    "random_cohort": "Random cohort",
    "delay": "Delay",
    "time_window": "Time window",
    "wait_for_event": "Wait for an event",
    "batch": "Batch",
    "digest": "Digest",
    "throttle": "Throttle",
    "http_fetch": "Fetch",
    "trigger_workflow": "Trigger of another workflow",
    "update_data": "Update of data",
    "update_user": "Update of the person",
    "update_tenant": "Update of the tenant",
    "update_object": "Update of an object",
    "unsupported": "Not supported",
    "update_list": "Update of a list",
    "update_subscription": "Update of subscriptions",
}

CHANNEL_TYPES: Mapping[str, str] = {
    "email": "E-mail",
    "sms": "SMS",
    "push": "Push",
    "chat": "Chat",
    "in_app_feed": "In-app feed",
    "http": "Webhook",
    "webhook": "Webhook",
    "whatsapp": "WhatsApp",
}

# What says in an event until when a step waits.
UNTIL = ("due_at", "closes_at", "expires_at", "until")

# How outcomes that a simulation does not know are assumed.
ASSUMED: Mapping[str, str] = {
    "http_fetch": "Nothing is fetched here: an empty answer is assumed.",
    "throttle": "Here, nobody has passed before.",
    "wait_for_event": "Here, the event does not happen.",
}

MAX_TEXT = 100


class Compared(NamedTuple):
    """A condition with what it compared."""

    variable: str
    operator: str
    argument: str
    value: str | None
    holds: bool


class Suppressed(NamedTuple):
    address: str
    because: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Row:
    """A step as it is shown. `outcome` is the text of its badge, and `tone` its tone.

    `until` is until when the step waits, `at` when its message would be sent if that is later than now.
    """

    ref: str
    title: str
    outcome: str
    tone: str = ""
    reason: str = ""
    addresses: Sequence[str] = ()
    suppressed: Sequence[Suppressed] = ()
    conditions: Sequence[Compared] = ()
    after: Sequence[str] = ()
    until: datetime | None = None
    zone: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Showing:
    """The material of the rows: the events of the simulation by refs; `masked` hides addresses."""

    explanation: Explanation
    events: Mapping[str, Sequence[PreviewedEvent]]
    messages: Mapping[tuple[str, str], PreviewedMessage]
    now: datetime
    masked: bool


def rows_of(explanation: Explanation, simulated: Simulated | None, now: datetime, *, masked: bool) -> Sequence[Row]:
    happened = () if simulated is None else simulated.happened
    events: dict[str, list[PreviewedEvent]] = {}
    for event in happened:
        if isinstance(event, PreviewedEvent) and event.ref is not None:
            events.setdefault(event.ref, []).append(event)
    messages = {(each.ref, each.channel): each for each in happened if isinstance(each, PreviewedMessage)}
    return list(rows(Showing(explanation, events, messages, now, masked)))


def rows(showing: Showing) -> Iterator[Row]:
    """Yields a row for each step as it was written, and for each channel of one; inner parts of steps have none."""
    shown: set[str] = set()
    channel_steps = iter(showing.explanation.steps)
    decisions = {decision.ref: decision for decision in showing.explanation.decisions}
    for step in showing.explanation.path:
        if step.sends:
            yield channel_row(next(channel_steps), showing)
        elif step.kind in KINDS and step.ref not in shown:
            shown.add(step.ref)
            decision = decisions.get(step.ref)
            yield other_row(step, showing) if decision is None else decision_row(decision, showing)


def channel_row(step: ExplainedStep, showing: Showing) -> Row:
    type = step.channel.type.value
    message = showing.messages.get((step.ref, step.channel.key))
    hold = step.hold
    reason = "" if step.obstacle is None else reason_of(step.obstacle)
    if hold is not None:
        reason = reason_of(hold.shown)
    if message is not None and message.content is None and step.reached:
        reason = f"The message cannot be rendered: {message.obstacle}"
    fails = not step.reached or (message is not None and message.content is None)
    return Row(
        step.ref,
        f"{CHANNEL_TYPES.get(type, type)} by {step.channel.key}",
        *(("Would not arrive", "bad") if fails else ("Would wait", "busy") if hold else ("Would arrive", "good")),
        reason=reason,
        addresses=[] if type == "in_app_feed" else [address_shown(each, showing) for each in step.addresses],
        suppressed=[
            Suppressed(
                masked_address(each.address) if showing.masked else each.address,
                SUPPRESSED[each.reason],
                each.created_at,
            )
            for each in step.suppressed
        ],
        conditions=conditions_of(step.obstacle, showing),
        after=step.after,
        until=None if hold is None else hold.until,
        zone="" if hold is None else hold.zone,
        at=message.at if message is not None and message.at > showing.now and not fails else None,
    )


def address_shown(address: Address, showing: Showing) -> str:
    return masked_address(address.shown) if showing.masked else address.shown


def decision_row(decision: Decision, showing: Showing) -> Row:
    details = decision.details
    branch = details.get("branch")
    share = f", of {details['percentage']} %" if "percentage" in details else ""
    evaluated = [compared for each in details.get("evaluated", ()) for compared in each.get("conditions", ())]
    return Row(
        decision.ref,
        KINDS.get(decision.kind, decision.kind),
        "Goes on",
        reason="The run takes no branch." if branch is None else f"The run takes the branch {branch}{share}.",
        conditions=[compared_of(each, showing) for each in evaluated],
    )


def other_row(step: PathStep, showing: Showing) -> Row:
    title = KINDS[step.kind]
    if not step.taken:
        obstacle = step.obstacle or {"reason": "not_reached"}
        return Row(
            step.ref, title, "Passed by", reason=reason_of(obstacle), conditions=conditions_of(obstacle, showing)
        )
    events = showing.events.get(step.ref, ())
    reasons = [reason_of(event.data) for event in events if "reason" in event.data]
    until = next((moment for event in events if (moment := moment_of(event.data)) is not None), None)
    is_waited = until is not None and until > showing.now
    return Row(
        step.ref,
        title,
        *(("Waits", "busy") if is_waited else ("Goes on", "")),
        reason=" ".join([*dict.fromkeys(reasons), *([ASSUMED[step.kind]] if step.kind in ASSUMED else [])]),
        until=until if is_waited else None,
    )


def moment_of(data: Mapping[str, Any]) -> datetime | None:
    """Returns until when a step waits, as its event says."""
    for name in UNTIL:
        value = data.get(name)
        if isinstance(value, datetime):
            return value
        if isinstance(value, str):
            return datetime.fromisoformat(value)
    return None


def conditions_of(obstacle: Mapping[str, Any] | None, showing: Showing) -> Sequence[Compared]:
    """Returns what the conditions of an obstacle compared: of a step, of a trigger, or of preferences."""
    if obstacle is None:
        return []
    condition = obstacle.get("condition")
    found = [*obstacle.get("conditions", ()), *([] if condition is None else [condition])]
    return [compared_of(each, showing) for each in found]


def compared_of(shown: Mapping[str, Any], showing: Showing) -> Compared:
    variable = str(shown.get("variable", ""))
    is_address = showing.masked and variable.rpartition(".")[2] in ATTRIBUTES.values()
    show: Callable[[Any], str] = (lambda value: masked_address(text_of(value))) if is_address else text_of
    return Compared(
        variable,
        str(shown.get("operator", "")).replace("_", " "),
        show(shown.get("argument")),
        show(shown["value"]) if "value" in shown else None,
        bool(shown.get("result", False)),
    )


def text_of(value: Any) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"
