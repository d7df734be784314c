"""Answers what steps ask of the database and of others, as a preview assumes it.

What a step asks that has no answer here is not carried out, and the run goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from addressee.channels.requests.exchange import ProviderAnswer, ProviderRequest
from addressee.messaging.effects.closing_batches import MAX_TEXT
from addressee.messaging.preview.model import NAMESPACE, PreviewRequest
from addressee.messaging.steps.batches.batch_requests import CloseBatch, Closed, JoinBatch, Led, Opened
from addressee.messaging.steps.data.fetch import Call, Fetched, FetchFailed, FetchStep
from addressee.messaging.steps.data.fetch_requests import SERVICE, UnusableAnswerError, values_in
from addressee.messaging.steps.flow.passages import Passage, PassageAnswer
from addressee.messaging.steps.model import Request, Step
from addressee.messaging.steps.waiting.wait import BeginWait

Answering = Callable[[Any, Step, PreviewRequest], Any]


def passed(request: Passage, step: Step, asked: PreviewRequest) -> PassageAnswer:
    """Nobody has passed before."""
    return PassageAnswer(True, 1, request.until)


def opened(request: JoinBatch, step: Step, asked: PreviewRequest) -> Opened | Led:
    """There was no batch before."""
    return Led(NAMESPACE) if request.leads and asked.leads else Opened(NAMESPACE, request.closes_at)


def closed(request: CloseBatch, step: Step, asked: PreviewRequest) -> Closed:
    """All items have come meanwhile."""
    return Closed(NAMESPACE, len(asked.items), merged(asked.items))


def merged(items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Returns the values that runs of batches go on with: of each name the newest one, without long and nested ones."""
    return {name: value for item in items for name, value in item.items() if is_short(value)}


def is_short(value: Any) -> bool:
    return len(value) <= MAX_TEXT if isinstance(value, str) else not isinstance(value, list | dict)


def fetched(request: Call, step: Step, asked: PreviewRequest) -> Fetched | FetchFailed:
    """The answer that was given for the step, as if the request had been made."""
    assert isinstance(step, FetchStep)
    if step.ref not in asked.answers:
        return Fetched({}, {"answer": "none was given; see --answers"})
    request_made = ProviderRequest(SERVICE, step.url, {}, b"", {})
    answered = ProviderAnswer(request_made, 200, {}, msgspec.json.encode(asked.answers[step.ref]))
    try:
        return Fetched(values_in(step, answered), {})
    except UnusableAnswerError as error:
        return FetchFailed(str(error), {})


def awaited(request: BeginWait, step: Step, asked: PreviewRequest) -> datetime:
    """The wait begins, and expires in its time: see `walk` for the events that are asked for."""
    return request.expires_at


ANSWERS: Mapping[type[Request], Answering] = {
    BeginWait: awaited,
    Call: fetched,
    CloseBatch: closed,
    JoinBatch: opened,
    Passage: passed,
}
