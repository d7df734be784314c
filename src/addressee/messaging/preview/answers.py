"""Answers what steps ask of the database and of others, as a preview assumes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from addressee.messaging.preview.model import Asked
from addressee.messaging.steps.model import Request, Step
from addressee.messaging.steps.passages import Passage, Passed

Answering = Callable[[Any, Step, Asked], Any]


class UnansweredError(Exception):
    """A preview knows no answer to a step's request. The message says which."""


def passed(request: Passage, step: Step, asked: Asked) -> Passed:
    """Nobody has passed before."""
    return Passed(True, 1, request.until)


ANSWERS: Mapping[type[Request], Answering] = {Passage: passed}


def answer(request: Request, step: Step, asked: Asked) -> Any:
    """Returns the answer to a request. Raises UnansweredError."""
    answering = ANSWERS.get(type(request))
    if answering is None:
        raise UnansweredError(f"a step of the type {step.kind} cannot be previewed")
    return answering(request, step, asked)
