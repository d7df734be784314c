"""Finds what the conditions of steps mention, so that no more than that is read for them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from addressee.conditions.model import Argument
from addressee.conditions.names import REFS
from addressee.conditions.operators import AUDIENCE_OPERATORS
from addressee.messaging.steps.channels.channel import ChannelStep
from addressee.messaging.steps.model import Step


class Mentioned(NamedTuple):
    """A channel step, its position, and the ref by which conditions ask for the states of its message."""

    ref: str
    position: int
    step: ChannelStep


def mentioned_channel_steps(steps: Sequence[Step], position: int = 0) -> list[Mentioned]:
    """Returns the channel steps whose messages' states are asked for from a position on."""
    refs = mentioned_refs(steps[position:])
    return [
        Mentioned(ref, at, step)
        for at, step in enumerate(steps)
        if isinstance(step, ChannelStep)
        for ref in step.refs
        if ref in refs
    ]


def mentioned_refs(steps: Iterable[Step]) -> frozenset[str]:
    """Returns the refs of the steps whose results conditions of these steps compare."""
    paths = [variable.split(".") for step in steps for each in step.evaluated for variable in each.variables]
    return frozenset(path[1] for path in paths if path[0] == REFS and len(path) > 1)


def audiences_asked_for(steps: Iterable[Step]) -> frozenset[Argument]:
    """Returns the arguments of the conditions of steps that test membership of an audience."""
    return frozenset(
        condition.argument
        for step in steps
        for each in step.evaluated
        for condition in each.all
        if condition.operator in AUDIENCE_OPERATORS
    )
