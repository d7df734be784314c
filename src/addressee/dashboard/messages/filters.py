"""Filters in the query of a page's address, and the lists that they choose from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from addressee.api.errors import ParameterError
from addressee.dashboard.visits import EnvironmentVisit
from addressee.database.paging import CursorError, read_cursor
from addressee.directory.recipient import USERS, Place
from addressee.messaging.environment.channels import Channel
from addressee.messaging.messages.listing import EARLIEST
from addressee.messaging.workflows.listing import NamedWorkflow

PAGE_SIZE = 50

Word = TypeVar("Word", bound=StrEnum)
PositionT = TypeVar("PositionT")


def chosen_recipient(visit: EnvironmentVisit) -> Place | None:
    """Returns the place that `recipient` names: of a user, or of the `collection` that is given."""
    id = visit.query.text("recipient")
    return None if id is None else visit.place(visit.query.text("collection") or USERS, id)


def chosen_status(visit: EnvironmentVisit, words: type[Word]) -> Sequence[Word]:
    """Returns the status that is asked for, none: any. Raises ParameterError."""
    text = visit.query.text("status")
    if text is None:
        return ()
    try:
        return (words(text),)
    except ValueError:
        known = ", ".join(words)
        raise ParameterError("status", f"There is no status {text!r}. Choose one of: {known}.") from None


def chosen_channel(visit: EnvironmentVisit, channels: Sequence[Channel]) -> Channel | None:
    """Raises ParameterError for a channel that there is not."""
    key = visit.query.text("channel")
    if key is None:
        return None
    for channel in channels:
        if channel.key == key:
            return channel
    raise ParameterError("channel", f"There is no channel {key!r} in this environment.")


def chosen_day(visit: EnvironmentVisit) -> datetime:
    """Returns the beginning of the period: a day in UTC, or a date and time. Raises ParameterError."""
    found = visit.query.instant("since")
    return EARLIEST if found is None else found.astimezone(UTC)


def chosen_start(visit: EnvironmentVisit, position: type[PositionT]) -> PositionT | None:
    """Returns the position after which the page begins. Raises ParameterError."""
    try:
        return read_cursor(visit.query.text("after"), position)
    except CursorError:
        raise ParameterError(
            "after", "This link leads to no page of this list. Open the list again from its beginning."
        ) from None


def workflow_options(workflows: Sequence[NamedWorkflow], chosen: str | None) -> list[tuple[str, str]]:
    """Returns the choices of a workflow, with one that was deleted since if it is chosen."""
    options = [("", "All workflows"), *((each.key, each.name) for each in workflows)]
    if chosen is not None and all(chosen != key for key, _ in options):
        options.append((chosen, chosen))
    return options
