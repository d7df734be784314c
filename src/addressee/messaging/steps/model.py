"""Types that all kinds of step share: what a step is, what it takes and makes, and what it asks of the database."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

from addressee.conditions.model import Conditions
from addressee.directory.recipient import Identity, Recipient
from addressee.messaging.content.model import Content
from addressee.messaging.definitions.model import Definition, Name
from addressee.messaging.environment.channels import Channel
from addressee.messaging.messages.model import Address, Collected
from addressee.messaging.messages.status import Status, StatusChange
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.run import RecipientRun


class ContinueOrHalt(StrEnum):
    """The choices for a run whose step failed, or whose wait ended: it goes on, or it ends."""

    HALT = "halt"
    CONTINUE = "continue"


class NewMessage(msgspec.Struct, frozen=True):
    """A message that a step made, its status changes so far, and the addresses that it is to be sent to.

    `recipient` is the current identity of the run's recipient, which differs from the run's after a merge. `actors` are
    those of the batch whose sizes are `collected`; without one, the run's own counts.
    """

    id: str
    recipient: Identity
    run: RecipientRun
    step: Step
    channel: Channel
    content: Content
    changes: tuple[StatusChange, ...]
    addresses: tuple[Address, ...]
    actors: tuple[Identity, ...] = ()
    collected: Collected | None = None

    @property
    def status(self) -> Status:
        return self.changes[-1].status


class Request:
    """A question of a step to something other than its context: the database, or somebody else's service.

    Each kind is a frozen dataclass, with an effect in `messaging/effects` that carries it out, for all runs of a page
    together.
    """

    __slots__ = ()

    @property
    def ends_pass(self) -> bool:
        """True if no answer lets the run go on at once or depends on the runs that follow: these may ask with it."""
        return False


class Taken(msgspec.Struct, frozen=True):
    """A run that has taken a step, or waits in it, and the messages that the step made.

    A run with a `request` stands at its step until the request is carried out; its answer then goes to the step's
    `answered`.
    """

    run: RecipientRun
    messages: tuple[NewMessage, ...] = ()
    request: Request | None = None


class Step(Definition, frozen=True, tag_field="type", omit_defaults=True, kw_only=True):
    """A step of a workflow, as it is stored: the kind is its tag. `ref` names it within the workflow.

    A workflow's steps are a flat program: a step passes the run on to the one after it, or to one further on, and
    never back. What is written as one step may be stored as several, which share its ref. A step whose `conditions` are
    not true is skipped.
    """

    ref: Name
    conditions: Conditions | None = None

    @property
    def kind(self) -> str:
        return str(self.__struct_config__.tag)

    @property
    def refs(self) -> tuple[Name, ...]:
        """The refs that conditions know its results by."""
        return (self.ref,)

    @property
    def evaluated(self) -> tuple[Conditions, ...]:
        """All conditions that the step evaluates."""
        return () if self.conditions is None else (self.conditions,)

    def skipped(self, run: RecipientRun) -> RecipientRun:
        """Returns the run once it has left this step out, with all that is written as a part of it."""
        return run.passed

    def take(self, run: RecipientRun, recipient: Recipient, context: StepContext) -> Taken:
        """Returns the run once it has taken this step, or waits in it."""
        raise NotImplementedError

    def answered(self, run: RecipientRun, answer: Any, context: StepContext) -> RecipientRun:
        """Returns the run once the request that this step made has been carried out, with this answer."""
        raise NotImplementedError
