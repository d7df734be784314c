"""Plans of sends that are found by what providers tell."""

import pytest

from addressee.messaging.feedback.recipients_written_to import MAX_RECIPIENTS, MAX_SENDS
from tests.messaging.office import Office
from tests.messaging.plans.explained import blocks, plan, read_whole, scans
from tests.messaging.plans.rows import CHANNEL, NUMBER

pytestmark = pytest.mark.usefixtures("filled")


async def test_what_a_provider_tells_of_is_looked_up(office: Office) -> None:
    named = {"environment_id": -1, "channel_id": CHANNEL, "provider_ids": ["SM1", "SM2"]}
    found = await plan(office, "sends_of_provider", **named)
    assert ("Index Scan", "sends_of_provider") in scans(found)
    assert not read_whole(found)
    assert blocks(found) < 20
    found = await plan(office, "sends_tried", environment_id=-1, channel_id=CHANNEL, ids=["send-1", "send-2"])
    assert scans(found) == {("Index Scan", "sends_tried")}


async def test_whoever_was_written_to_at_a_number_is_found_among_the_newest_sends(office: Office) -> None:
    found = await plan(
        office,
        "recipients_written_to",
        environment_id=-1,
        channel_id=CHANNEL,
        kind="sms",
        address=NUMBER,
        sends=MAX_SENDS,
        recipients=MAX_RECIPIENTS,
    )
    assert scans(found) == {("Index Scan", "sends_to_number")}
    assert found[0]["Actual Rows"] == 5
    assert blocks(found) < 1.5 * MAX_SENDS
