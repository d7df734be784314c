"""Plans of what follows merges and deletions."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from addressee.directory.recipient import Identity
from addressee.messaging.messages.listing import (
    EARLIEST,
    LATEST,
)
from tests.messaging.office import Office
from tests.messaging.plans.explained import FEW_BLOCKS, blocks, plan, read_whole, scans
from tests.messaging.plans.rows import MIDDLE, OWNER

pytestmark = pytest.mark.usefixtures("filled")


async def test_what_follows_a_merge_is_looked_up_a_page_at_a_time(office: Office) -> None:
    found = await plan(office, "messages_to_move", **OWNER, after_at=EARLIEST, after_id="", limit=500)
    used = {"messages_of_recipient", "sends_pkey", "merges_pkey"}
    assert scans(found) == {("Index Scan", index) for index in used}
    assert found[0]["Actual Rows"] == 500
    assert blocks(found) < FEW_BLOCKS + 3 * 500  # each message, and the way through the index to its sends
    page = {"after_at": MIDDLE, "after_id": "", "limit": 500}
    nothing = await plan(office, "messages_to_return", **OWNER, **page, merge_id=UUID(int=9))
    assert "messages_of_recipient" in {index for _, index in scans(nothing)}
    assert not read_whole(nothing)


async def test_what_belongs_to_the_departed_is_looked_up(office: Office) -> None:
    people = [Identity(-1, "$users", "u7", UUID("00000000-0000-0001-0000-000000000007"))]
    values: dict[str, dict[str, Any]] = {
        "kept_histories": {"moved_age": timedelta(days=30)},
        "hasten_recipient_runs": {"now": LATEST, "limit": 1000},
        "waiting_sends": {"since": MIDDLE, "later": MIDDLE, "limit": 1000},
        "erase_messages": {"until": [EARLIEST], "limit": 1000},
    }
    for statement, others in values.items():
        found = await plan(office, statement, people=people, **others)
        assert not read_whole(found), statement
        assert blocks(found) < 50, statement
