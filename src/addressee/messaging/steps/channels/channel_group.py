"""Channel steps that name a group of channels: one message on the first channel that can be taken, or one on each.

A step of a group is stored as channel steps with refs of their own: `alert-apns` is the message that the step `alert`
sends on the channel `apns`.
"""

from __future__ import annotations

from msgspec import structs

from addressee.conditions import forms
from addressee.directory.recipient import Recipient
from addressee.messaging.definitions.model import FieldPath, Name
from addressee.messaging.environment.channel_groups import ChannelGroup, ChannelRule, GroupOperator
from addressee.messaging.steps.channels.channel_file import GUIDE, ChannelStepFile
from addressee.messaging.steps.channels.parts import add_part, routed
from addressee.messaging.steps.compiler import Compiler
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.flow.jumps import JumpStep
from addressee.messaging.steps.model import Taken
from addressee.messaging.steps.run import RecipientRun
from addressee.suggestions import instead_of


class ChosenStep(JumpStep, frozen=True, tag="channel_chosen", kw_only=True):
    """A step behind a channel of a group that takes the message: it leads past the `others`, which are not tried."""

    channel: Name
    others: tuple[Name, ...]

    @property
    def kind(self) -> str:
        return "channel"

    def take(self, run: RecipientRun, recipient: Recipient, context: StepContext) -> Taken:
        data = {"channel": self.channel, "not_tried": self.others}
        return Taken(run.at(self.target).noted(context, "channel_chosen", self, data=data))


class ChannelGroupStepFile(ChannelStepFile, frozen=True, kw_only=True):
    """A channel step in a file that names a group, with one template for all channels of it."""

    def compile(self, compiler: Compiler, path: FieldPath) -> None:
        if self.channel_type == GUIDE:
            super().compile(compiler, path)
            return
        group = self._group(compiler, path)
        if group is None:
            return
        chosen = []
        *before, last = group.channel_rules
        for place, rule in enumerate(before):
            position = self._add_channel(compiler, path, rule)
            if group.operator is GroupOperator.ANY:
                others = tuple(each.channel_key for each in group.channel_rules[place + 1 :])
                chosen.append(compiler.add(ChosenStep(ref=self.ref, target=0, channel=rule.channel_key, others=others)))
                if position is not None:
                    compiler.replace(position, routed(compiler.program[position], compiler.position))
        self._add_channel(compiler, path, last)
        for at in chosen:
            compiler.replace(at, structs.replace(compiler.program[at], target=compiler.position))

    def _group(self, compiler: Compiler, path: FieldPath) -> ChannelGroup | None:
        """Returns the group that the step names, None if it has problems that stand in its way."""
        key = self.channel_group_key or ""
        for name in ("channel", "channel_key"):
            if getattr(self, name) is not None:
                compiler.problem(
                    (*path, name), f"'channel_group_key' and {name!r} both say where this goes; keep one of them"
                )
        if self.throttle is not None:
            message = "a step of a channel group has no throttle of its own; put a throttle step in front"
            compiler.problem((*path, "throttle"), message)
        group = compiler.channel_groups.get(key)
        if group is None:
            known = instead_of(key, list(compiler.channel_groups))
            compiler.problem((*path, "channel_group_key"), f"there is no channel group {key!r}; {known}")
            return None
        if not group.channel_rules:
            compiler.problem((*path, "channel_group_key"), f"the channel group {key!r} has no channels")
            return None
        self._check_type(compiler, path, group.channel_type)
        return group

    def _add_channel(self, compiler: Compiler, path: FieldPath, rule: ChannelRule) -> int | None:
        """Adds the step of one channel, and returns its position; None if it has problems."""
        both = [each for each in (self.conditions, rule.conditions) if each is not None]
        written = {
            **structs.asdict(self),
            "ref": f"{self.ref}-{rule.channel_key}",
            "channel_group_key": None,
            "channel": None,
            "channel_key": rule.channel_key,
            "channel_type": None,
            "throttle": None,
            "conditions": forms.all_of(both),
        }
        return add_part(compiler, path, path, ChannelStepFile(**written), route=self.ref, group=self.channel_group_key)
