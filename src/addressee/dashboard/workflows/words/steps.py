"""Steps of workflows in words: what kind of step each is, and its settings. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from addressee.channels.provider import ChannelType
from addressee.dashboard.condition_words import condition_words
from addressee.dashboard.workflows.words.times import counted, duration_words, windows_words
from addressee.dashboard.workflows.words.waits import batch_words, delay_words, digest_words, limit_words, wait_words
from addressee.messaging.steps.batches.batch import BatchStep
from addressee.messaging.steps.batches.digest import DigestStep
from addressee.messaging.steps.channels.channel import ChannelStep
from addressee.messaging.steps.channels.channel_cap import ChannelCapStep
from addressee.messaging.steps.channels.channel_group import ChosenStep
from addressee.messaging.steps.data.fetch import FetchStep
from addressee.messaging.steps.data.update_data import UpdateDataStep
from addressee.messaging.steps.data.update_list import UpdateListStep
from addressee.messaging.steps.data.update_recipient import UpdateRecipientStep
from addressee.messaging.steps.data.update_subscription import UpdateSubscriptionStep
from addressee.messaging.steps.data.updates import UpdateStep
from addressee.messaging.steps.flow.branch import BranchStep
from addressee.messaging.steps.flow.cohort import OF_RECIPIENT, CohortStep
from addressee.messaging.steps.flow.entry import ENTRY, EntryConditions, EntryLimit
from addressee.messaging.steps.flow.throttle import OverLimit, ThrottleStep
from addressee.messaging.steps.flow.trigger_workflow import TriggerWorkflowStep
from addressee.messaging.steps.flow.unsupported import UnsupportedStep
from addressee.messaging.steps.model import ContinueOrHalt, Step
from addressee.messaging.steps.waiting.delay import DelayStep
from addressee.messaging.steps.waiting.time_window import TimeWindowStep
from addressee.messaging.steps.waiting.wait import WaitStep
from addressee.messaging.workflows.outline import MATCHED, Node, OutlinedBranch

CHANNEL_NAMES: Mapping[ChannelType, str] = {
    ChannelType.EMAIL: "E-mail",
    ChannelType.IN_APP_FEED: "In-app",
    ChannelType.SMS: "SMS",
    ChannelType.PUSH: "Push",
    ChannelType.CHAT: "Chat",
    ChannelType.WHATSAPP: "WhatsApp",
    ChannelType.HTTP: "Webhook",
}

ROUTE = "route"
CHANNEL_GROUP = "channel_group"

# What the steps are called that are no channel steps, by their kinds.
KIND_NAMES: Mapping[str, str] = {
    "trigger": "Trigger",
    ROUTE: "Route",
    CHANNEL_GROUP: "Channel group",
    "batch": "Batch",
    "digest": "Digest",
    "branch": "Branch",
    "random_cohort": "Random cohort",
    "throttle": "Throttle",
    "trigger_workflow": "Trigger workflow",
    "delay": "Delay",
    "time_window": "Time window",
    "wait_for_event": "Wait for event",
    "http_fetch": "Fetch",
    "update_data": "Update data",
    "update_list": "Update list",
    "update_subscription": "Update subscription",
    "update_user": "Update user",
    "update_tenant": "Update tenant",
    "update_object": "Update object",
    "unsupported": "Not supported",
}


@dataclass(frozen=True, slots=True)
class DescribedStep:
    """A step in words. `icon` names its picture: that of its type of channel, or of its kind."""

    ref: str
    icon: str
    name: str
    settings: Sequence[str]
    conditions: str | None = None

    @property
    def text(self) -> str:
        """All of it as one text."""
        only = () if self.conditions is None else (f"only if {self.conditions}",)
        return "; ".join((f"{self.name}: {self.ref}", *self.settings, *only))


def described(node: Node) -> DescribedStep:
    icon, name = kind_of(node)
    return DescribedStep(node.ref, icon, name, tuple(settings_of(node)), conditions_of(node))


def kind_of(node: Node) -> tuple[str, str]:
    """Returns the name of a node's picture, and what its kind of step is called."""
    if is_route(node):
        return ROUTE, KIND_NAMES[ROUTE if group_of(node) is None else CHANNEL_GROUP]
    step = node.steps[-1]
    if isinstance(step, ChannelStep):
        type = type_of(step)
        return type.value, CHANNEL_NAMES[type]
    kind = node.first.kind
    return kind, KIND_NAMES.get(kind, kind)


def type_of(step: ChannelStep) -> ChannelType:
    return ChannelType(str(step.template.__struct_config__.tag))


def is_route(node: Node) -> bool:
    return any(isinstance(step, ChannelStep) and step.route == node.ref for step in node.steps)


def group_of(node: Node) -> str | None:
    """Returns the channel group that a node names, None if it names none."""
    return next((step.group for step in node.steps if isinstance(step, ChannelStep) and step.group is not None), None)


def conditions_of(node: Node) -> str | None:
    """Returns the conditions without which a step is skipped, in words."""
    if group_of(node) is not None:  # each channel tells its own
        return None
    conditions = node.first.conditions
    if is_route(node) and isinstance(node.first, BranchStep):
        conditions = node.first.branches[0].conditions
    return None if conditions is None else condition_words(conditions)


def branch_words(branch: OutlinedBranch, node: Node) -> str:
    """Returns which runs take a branch of a node."""
    if branch.tenths is not None:
        return f"{branch.tenths / 10:g} % of the recipients"
    if branch.conditions is not None:
        return f"if {condition_words(branch.conditions)}"
    if isinstance(node.first, WaitStep):
        return "if it happens" if branch.name == MATCHED else "if not in time"
    return "otherwise"


def settings_of(node: Node) -> Iterator[str]:
    """Yields the settings of a step in words."""
    if is_route(node):
        yield from route_words(node)
        return
    for step in node.steps:
        yield from words_of(step, node)


def words_of(step: Step, node: Node) -> Iterator[str]:
    match step:
        case EntryConditions():
            yield f"only if {condition_words(step.required)}"
        case EntryLimit():
            yield limit_words(step)
        case ChannelCapStep():
            yield f"at most {throttle_words(step)}, else left out"
        case ChannelStep():
            yield from channel_words(step)
        case CohortStep() if step.key != OF_RECIPIENT:
            yield f"by {step.key}"
        case ThrottleStep():
            yield f"at most {throttle_words(step)}"
            yield "more: the run ends" if step.over is OverLimit.DROP else "more: goes on, marked as throttled"
        case TriggerWorkflowStep():
            yield f"starts {step.workflow}"
            yield "for others" if step.recipients is not None else "for the same recipient"
        case FetchStep():
            yield f"{step.method} {step.url}"
            if step.output_key:
                yield f"answer goes to data.{step.output_key}"
            yield from failure_words(step.on_error)
        case UnsupportedStep():
            yield f"{step.of} is not carried out here"
            yield "the run ends" if step.halts else "the run goes on"
        case UpdateDataStep() | UpdateStep():
            yield from update_words(step)
        case _:
            yield from waiting_words(step, node)


def waiting_words(step: Step, node: Node) -> Iterator[str]:
    match step:
        case BatchStep():
            yield from batch_words(step, node)
        case DigestStep():
            yield from digest_words(step, node)
        case DelayStep():
            yield delay_words(step)
        case TimeWindowStep():
            yield f"open {windows_words(step.windows)}"
        case WaitStep():
            yield from wait_words(step, node)


def update_words(step: Step) -> Iterator[str]:
    match step:
        case UpdateDataStep():
            names = [*(step.data if isinstance(step.data, dict) else ()), *(step.set or ())]
            yield f"sets {', '.join(names)}" if names else "sets what a template makes"
            yield from failure_words(step.on_error)
        case UpdateListStep():
            yield f"{'adds to' if step.adds else 'removes from'} {step.list_id}"
        case UpdateSubscriptionStep():
            yield f"{'subscribes to' if step.subscribes else 'unsubscribes from'} {step.collection}/{step.id}"
        case UpdateRecipientStep():
            names = [*step.properties] if isinstance(step.properties, dict) else []
            yield f"sets {', '.join(names)}" if names else "sets what a template makes"
            if step.id is not None:
                yield f"of {step.collection or step.COLLECTION}/{step.id}"


def failure_words(on_error: ContinueOrHalt) -> Iterator[str]:
    yield "on failure: the run ends" if on_error is ContinueOrHalt.HALT else "on failure: goes on"


def channel_words(step: ChannelStep) -> Iterator[str]:
    yield f"through {step.channel}"
    for name in ("subject", "title", "body", "text", "url"):
        text = getattr(step.template, name, None)
        if isinstance(text, str) and text.strip():
            yield f"“{' '.join(text.split())}”"
            break
    if step.windows is not None:
        yield f"sent {windows_words(step.windows)}"


def throttle_words(step: ThrottleStep) -> str:
    times = "once" if step.limit == 1 else f"{step.limit:,} times"
    window = f"until {step.path}" if step.window is None else f"in {duration_words(step.window)}"
    by = f" for each {step.key}" if step.key else ""
    return f"{times} {window}{by}, counted by {step.scope.value}"


def route_words(node: Node) -> Iterator[str]:
    """Yields a line for each channel of a route or a group: how long it waits before it goes on to the next one, and
    when a group takes it.
    """
    group = group_of(node)
    if group is not None:
        first = any(isinstance(step, ChosenStep) for step in node.steps)
        yield f"through {group}: {'the first channel that can be taken' if first else 'all channels'}"
    waits = {step.ref: step for step in node.steps if isinstance(step, WaitStep)}
    for step in node.steps:
        if isinstance(step, ChannelStep):
            wait = waits.get(f"{node.ref}-wait-{step.channel}")
            then = "" if wait is None else f", then waits {duration_words(wait.expires_after)}"
            only = "" if group is None or step.conditions is None else f" if {condition_words(step.conditions)}"
            yield f"{CHANNEL_NAMES[type_of(step)]} through {step.channel}{only}{then}"


def steps_in_short(nodes: Sequence[Node]) -> str:
    return counted(sum(node.ref != ENTRY for node in nodes), "step")
