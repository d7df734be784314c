"""The times at which batches and digests close. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from addressee.conditions.evaluation import is_path, look_up
from addressee.conditions.values import or_empty
from addressee.messaging.steps.context import StepContext
from addressee.timing.errors import TimingError
from addressee.timing.moments import moment, shifted
from addressee.timing.rule_forms import RuleForm, recurrence


def window_end(window: timedelta | None, until: str, context: StepContext) -> datetime:
    """Returns when a window ends that begins now: after a time, at what the path `until` names, or so long after that.

    One that has ended already ends now. Raises TimingError when the path names no point in time.
    """
    if not until:
        return shifted(context.now, window or timedelta())
    value = value_at(until, context)
    if value is None:
        raise TimingError(f"{until} is not there")
    try:
        pivot = moment(value, context.now, context.zone().zone)
    except TimingError as error:
        raise TimingError(f"{until}: {error}") from None
    return max(context.now, shifted(pivot, window or timedelta()))


def next_tick(schedule: RuleForm | None, path: str, context: StepContext) -> datetime:
    """Returns when a schedule falls due next: the one that the path names, or else `schedule`.

    Raises TimingError where neither is a rule, or it falls due no more.
    """
    own = value_at(path, context) if path else None
    rule = schedule if own is None else own
    if rule is None:
        raise TimingError(f"{path} is not there")
    try:
        at = recurrence(rule).next_after(context.now, context.zone().zone)
    except TimingError as error:
        raise TimingError(f"{path if own is not None else 'schedule'}: {error}") from None
    if at is None:
        raise TimingError("the schedule never falls due again")
    return at


def value_at(path: str, context: StepContext) -> object:
    """Returns the value at a path, or under a name of the data; None where there is none."""
    return or_empty(look_up(path if is_path(path) else f"data.{path}", context.condition_context)) or None
