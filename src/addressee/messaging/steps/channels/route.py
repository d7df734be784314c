"""Routes: one message on several channels, at once, or one after the other until it is noticed (engine.md §4.11).

A route is stored as channel steps, waits and branches, with refs of their own: `reach-email` is the message that the
route `reach` sends on the channel `email`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any, Literal

import msgspec

from addressee.channels.provider import ChannelType
from addressee.messaging.definitions.model import Definition, FieldPath
from addressee.messaging.definitions.times import read_duration
from addressee.messaging.steps.channels.channel_file import ChannelStepFile
from addressee.messaging.steps.channels.parts import add_part, claim, routed
from addressee.messaging.steps.channels.route_success import SUCCESSES, Success, add_wait, success_of_messages
from addressee.messaging.steps.compiler import Compiler, StepFile
from addressee.messaging.steps.flow.branch import Branch, BranchStep
from addressee.messaging.steps.flow.jumps import JumpStep
from addressee.messaging.steps.waiting.wait import AwaitedEvent, EventType
from addressee.messaging.steps.waiting.wait_file import MAX_WAIT
from addressee.timing.durations import DurationForm
from addressee.timing.window_forms import WindowsForm

MAX_CHANNELS = 10


class RouteMode(StrEnum):
    """The way in which a route goes through its channels: all of them at once, or in their order until one succeeds."""

    ALL = "all"
    FIRST_SUCCESS = "first_success"


class SuccessEvent(Definition, frozen=True):
    """An event of one's own that says that a message was noticed."""

    event: str


class RouteStepFile(StepFile, frozen=True, kw_only=True):
    channels: list[str]
    templates: dict[str, dict[str, Any]]
    mode: RouteMode = RouteMode.FIRST_SUCCESS
    success: str | SuccessEvent = "seen"
    within: DurationForm | None = None
    step_delay: DurationForm | None = None
    mandatory: list[str] = msgspec.field(default_factory=list)
    send_windows: WindowsForm | Literal["always"] | None = None

    def compile(self, compiler: Compiler, path: FieldPath) -> None:
        self._check(compiler, path)
        position = compiler.position
        if self.conditions is not None:
            compiler.add(BranchStep(ref=self.ref, branches=(), after=0))
        ordered = self._at_once(compiler)
        for key in ordered:
            self._add_channel(compiler, path, key)
        if self.mode is RouteMode.FIRST_SUCCESS:
            self._one_after_another(compiler, path, [key for key in self.channels if key not in ordered])
        if self.conditions is not None:
            routed = Branch(name=self.ref, target=position + 1, conditions=self.conditions)
            compiler.replace(position, BranchStep(ref=self.ref, branches=(routed,), after=compiler.position))

    def _check(self, compiler: Compiler, path: FieldPath) -> None:
        if not 1 <= len(self.channels) <= MAX_CHANNELS or len(set(self.channels)) < len(self.channels):
            compiler.problem((*path, "channels"), f"a route has 1 to {MAX_CHANNELS} channels, each once")
        for key in self.channels:
            if key not in self.templates:
                compiler.problem((*path, "templates"), f"there is no template for the channel {key!r}")
        for name, keys in (("templates", self.templates), ("mandatory", self.mandatory)):
            for key in keys:
                if key not in self.channels:
                    compiler.problem((*path, name), f"{key!r} is not one of 'channels'")
        if isinstance(self.success, str) and self.success not in SUCCESSES:
            compiler.problem((*path, "success"), f"this must be {', '.join(SUCCESSES)} or an object with an 'event'")
        if self.mode is RouteMode.ALL and not (self.within is None and self.step_delay is None):
            compiler.problem(
                (*path, "mode"), "a route in the mode 'all' waits for nothing: leave out 'within' and 'step_delay'"
            )

    def _at_once(self, compiler: Compiler) -> list[str]:
        """Returns the channels that messages go out on whatever happens: in the app, and the mandatory ones."""
        if self.mode is RouteMode.ALL:
            return self.channels
        return [key for key in self.channels if key in self.mandatory or is_in_app(compiler, key)]

    def _one_after_another(self, compiler: Compiler, path: FieldPath, keys: Sequence[str]) -> None:
        interval = self._interval(compiler, path, len(keys))
        success = self._success(compiler)
        leads_past = []
        for index, key in enumerate(keys):
            position = self._add_channel(compiler, path, key)
            if index < len(keys) - 1:
                wait = f"{self.ref}-wait-{key}"
                claim(compiler, path, wait)
                leads_past.append(add_wait(compiler, wait, self._ref(key), success, interval))
            if position is not None:
                compiler.replace(position, routed(compiler.program[position], compiler.position))
        for at in leads_past:
            compiler.replace(at, JumpStep(ref=self.ref, target=compiler.position))

    def _interval(self, compiler: Compiler, path: FieldPath, count: int) -> timedelta:
        """Returns how long the route waits for success before it goes on to the next channel."""
        if self.step_delay is not None:
            found = read_duration(compiler.source, (*path, "step_delay"), self.step_delay, most=MAX_WAIT)
            return found or MAX_WAIT
        if count < 2:
            return MAX_WAIT
        if self.within is None:
            compiler.problem(path, "'within' is missing: the time in which the last channel is tried")
            return MAX_WAIT
        found = read_duration(compiler.source, (*path, "within"), self.within, most=MAX_WAIT)
        return MAX_WAIT if found is None else max(found / (count - 1), timedelta(seconds=1))

    def _success(self, compiler: Compiler) -> Success:
        """Returns what says that the route succeeded, on whichever of its channels."""
        if isinstance(self.success, SuccessEvent):
            return Success([AwaitedEvent(EventType.EVENT, self.success.event)])
        # What is shown in the app is delivered as it is made, which says nothing.
        counted = [key for key in self.channels if self.success != "delivered" or not is_in_app(compiler, key)]
        return success_of_messages([self._ref(key) for key in counted], self.success)

    def _ref(self, key: str) -> str:
        return f"{self.ref}-{key}"

    def _add_channel(self, compiler: Compiler, path: FieldPath, key: str) -> int | None:
        """Adds the step of one channel, and returns its position; None if it has problems."""
        where = (*path, "routes", key)
        compiler.source.renamed(path, ("templates", key), ("routes", key, "template"))
        compiler.source.renamed(path, ("send_windows",), ("routes", key, "send_windows"))
        file = ChannelStepFile(
            ref=self._ref(key), channel_key=key, template=self.templates.get(key, {}), send_windows=self.send_windows
        )
        return add_part(compiler, path, where, file, route=self.ref)


def is_in_app(compiler: Compiler, key: str) -> bool:
    channel = compiler.channels.get(key)
    return (
        channel is not None
        and channel.provider is not None
        and channel.provider.channel_type is ChannelType.IN_APP_FEED
    )
