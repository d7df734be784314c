"""The base of steps that write to the directory: they tell their outcomes alike (engine.md §4.8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from addressee.directory.recipient import USERS, Place, Recipient
from addressee.messaging.content.templating.liquid import TemplateError
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.model import ContinueOrHalt, Request, Step, Taken
from addressee.messaging.steps.references import places_of
from addressee.messaging.steps.run import END, RecipientRun
from addressee.messaging.steps.texts import valued

# Whom a step is about: who the run is for, or who acted.
Person: TypeAlias = Literal["recipient", "actor"]


@dataclass(frozen=True, slots=True)
class Updated:
    """A write was carried out. `shown` is what the journal tells of it: names and ids, no values."""

    shown: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UpdateRefused:
    """A write was refused, and nothing was changed."""

    reason: str


class UpdateStep(Step, frozen=True, kw_only=True):
    """A step that asks for one write to the directory."""

    on_error: ContinueOrHalt = ContinueOrHalt.CONTINUE

    def request(self, recipient: Recipient, context: StepContext) -> Request:
        """Returns what is to be written. Raises TemplateError."""
        raise NotImplementedError

    def take(self, run: RecipientRun, recipient: Recipient, context: StepContext) -> Taken:
        try:
            return Taken(run, request=self.request(recipient, context))
        except TemplateError as error:
            return Taken(self._failed(run, context, str(error)))

    def answered(self, run: RecipientRun, answer: Updated | UpdateRefused, context: StepContext) -> RecipientRun:
        if isinstance(answer, UpdateRefused):
            return self._failed(run, context, answer.reason)
        return run.passed.noted(context, "step_completed", self, data=answer.shown)

    def _failed(self, run: RecipientRun, context: StepContext, reason: str) -> RecipientRun:
        run = run.noted(context, "error", self, status="error", data={"reason": f"{self.kind}: {reason}"})
        return run.passed if self.on_error is ContinueOrHalt.CONTINUE else run.at(END)


def people_of(selected: Sequence[Person], named: Any, recipient: Recipient, context: StepContext) -> tuple[Place, ...]:
    """Returns the recipients of a step: those that it names, else those that it selects. Raises TemplateError."""
    environment_id = recipient.place.environment_id
    if named is not None:
        return tuple(places_of(valued(named, context.scope), environment_id))
    places = []
    for each in selected:
        if each == "recipient":
            places.append(recipient.place)
        elif context.actor is None:
            raise TemplateError("nobody acted: the run has no actor", None)
        else:
            places.append(context.actor)
    return tuple(dict.fromkeys(places))


def only_users(places: Sequence[Place]) -> tuple[str, ...]:
    """Returns the ids of users. Raises TemplateError when there is somebody else among them."""
    if any(place.collection != USERS for place in places):
        raise TemplateError("only users can be members", None)
    return tuple(place.id for place in places)
