"""Plans of suppressed addresses."""

from typing import Any

import pytest

from addressee.database.paging import PageRequest
from addressee.messaging.suppressions.model import Position as SuppressionPosition
from addressee.messaging.suppressions.model import Reason
from addressee.messaging.suppressions.suppressions import SuppressionFilter, access_path
from addressee.messaging.suppressions.suppressions import page_parameters as suppression_page_parameters
from tests.messaging.office import Office
from tests.messaging.plans.explained import blocks, plan, read_whole, scans
from tests.messaging.plans.rows import MESSAGES, NUMBER

pytestmark = pytest.mark.usefixtures("filled")

SMS_IN_THE_MIDDLE = SuppressionPosition("sms", str(MESSAGES // 2).rjust(12, "0"))

SUPPRESSION_PAGES: dict[str, tuple[PageRequest[Any], str | None]] = {
    "front": (PageRequest(50), None),
    "after": (PageRequest(50, after=SMS_IN_THE_MIDDLE), None),
    "before": (PageRequest(50, before=SMS_IN_THE_MIDDLE), None),
    "kind": (PageRequest(50), "whatsapp"),
}


@pytest.mark.parametrize(("page", "kind"), SUPPRESSION_PAGES.values(), ids=SUPPRESSION_PAGES.keys())
async def test_a_page_of_suppressions_reads_its_own_rows_only(
    office: Office, page: PageRequest[Any], kind: str | None
) -> None:
    bounds = suppression_page_parameters(page, kind)
    for filter, index in (
        (SuppressionFilter(), "suppressions_pkey"),
        (SuppressionFilter(reason=Reason.COMPLAINED), "suppressions_of_reason"),
        (SuppressionFilter(reason=Reason.BOUNCED), "suppressions_of_reason"),
    ):
        statement, named = access_path(filter)
        found = await plan(office, statement, environment_id=-1, **named, **bounds)
        assert scans(found) == {("Index Scan", index)}
        assert found[0]["Actual Rows"] == 51
        assert blocks(found) < 2 * 51


async def test_suppressed_addresses_are_looked_up(office: Office) -> None:
    positions = [SuppressionPosition("sms", str(3 * number + 1).rjust(12, "0")) for number in range(25)]
    found = await plan(office, "find_suppressions", environment_id=-1, positions=positions)
    assert found[0]["Actual Rows"] == 25
    assert not read_whole(found)
    assert blocks(found) < 5 * 25
    statement, named = access_path(SuppressionFilter(address=NUMBER))
    bounds = suppression_page_parameters(PageRequest(50), None)
    assert not read_whole(await plan(office, statement, environment_id=-1, **named, **bounds))
    lifting = {"positions": positions, "reasons": list(Reason)}
    assert not read_whole(await plan(office, "lift_suppressions", environment_id=-2, **lifting))
