"""Caps of channel steps: each lets so many messages to a recipient pass in a window, counting those that reach them."""

from __future__ import annotations

from addressee.channels.provider import ChannelType
from addressee.directory.recipient import Recipient
from addressee.messaging.definitions.model import FieldPath
from addressee.messaging.steps.channels.reach import reach
from addressee.messaging.steps.compiler import Compiler
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.flow.passages import PassageAnswer
from addressee.messaging.steps.flow.throttle import (
    OverLimit,
    ThrottleScope,
    ThrottleSettings,
    ThrottleStep,
    throttle_of,
)
from addressee.messaging.steps.model import Taken
from addressee.messaging.steps.run import RecipientRun


class ChannelCapStep(ThrottleStep, frozen=True, tag="channel_cap", kw_only=True):
    """A throttle in front of a channel step, as a part of it: over the limit, that is left out, and the run goes on.

    A step that is `redirected` goes to addresses that its template names; one that says `by_email` finds those without
    an address of their own.
    """

    channel_key: str
    redirected: bool = False
    by_email: bool = False

    @property
    def kind(self) -> str:
        return "channel"

    def skipped(self, run: RecipientRun) -> RecipientRun:
        return run.at(run.step + 2)

    def take(self, run: RecipientRun, recipient: Recipient, context: StepContext) -> Taken:
        channel = context.channels[self.channel_key]
        reached = reach(
            recipient,
            channel,
            context.preferences,
            context.kinds,
            context.tenant_data(channel),
            is_fixed=self.redirected or channel.served_by.is_fixed(channel.settings),
            by_email=self.by_email,
        )
        if reached.obstacle is not None or context.sandbox:
            return Taken(run.passed)
        return super().take(run, recipient, context)

    def answered(self, run: RecipientRun, answer: PassageAnswer, context: StepContext) -> RecipientRun:
        if answer.allowed:
            return run.passed
        return self.skipped(run).noted(
            context, "step_skipped", self, data={"reason": "capped", **answer.shown(self.limit)}
        )


def channel_cap(
    compiler: Compiler, path: FieldPath, settings: ThrottleSettings, ref: str, channel_key: str, type: ChannelType
) -> ChannelCapStep:
    """Returns the cap of a channel step. Without a scope of its own, it counts with all caps of the type of channel."""
    if settings.over != OverLimit.DROP:
        compiler.problem((*path, "over"), "a message over the limit is left out; this is for throttle steps")
    if type is ChannelType.HTTP:
        compiler.problem(path, "requests have no throttle of their own; put a throttle step in front")
    throttle = throttle_of(compiler, path, settings, ref, ThrottleScope.CHANNEL, type)
    return ChannelCapStep(
        ref=ref,
        channel_key=channel_key,
        window=throttle.window,
        path=throttle.path,
        limit=throttle.limit,
        key=throttle.key,
        scope=throttle.scope,
        channel=throttle.channel,
    )
