"""Changes of the history in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args

import pytest

from addressee.dashboard.person.timeline.changes import EDITS, told
from addressee.directory.edits.recipients import Edit
from addressee.directory.reading.history import RecordedChange

NOW = datetime(2026, 11, 29, tzinfo=UTC)


def recorded(edit: str, version: int, ordinal: int = 0) -> RecordedChange:
    return RecordedChange(version, ordinal, NOW, edit, None, None, None, {"attributes": {"name": "Ada"}})


def test_each_edit_has_words() -> None:
    assert {edit.name for edit in get_args(Edit)} - set(EDITS) == set()


@pytest.mark.parametrize("edit", ["identify", "each", "add_address"])
def test_the_first_change_says_that_the_recipient_was_created(edit: str) -> None:
    assert told(recorded(edit, version=1), {}, {}, masked=False).title == "Created"


@pytest.mark.parametrize(("version", "ordinal"), [(1, 1), (2, 0)])
def test_later_ones_say_what_changed(version: int, ordinal: int) -> None:
    assert told(recorded("identify", version, ordinal), {}, {}, masked=False).title == "Profile updated"
