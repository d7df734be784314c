"""In-app guides, of which there are none: packages that ask for them go on without (realtime-knock.md §4.6)."""

from __future__ import annotations

import httpx
import knockapi
import pytest
from knockapi import Knock

CHANNEL = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"


def test_a_user_has_no_guides(knock: Knock) -> None:
    found = knock.users.guides.get_channel("ada", CHANNEL, data='{"plan": "pro"}', tenant="acme", type="banner")
    assert found.to_dict() == {
        "entries": [],
        "guide_groups": [],
        "guide_group_display_logs": {},
        "ineligible_guides": [],
    }


@pytest.mark.parametrize("engagement", ["messages/seen", "messages/interacted", "messages/archived"])
def test_nobody_engages_with_a_guide_that_is_not_there(http: httpx.Client, engagement: str) -> None:
    answer = http.put(f"/v1/users/ada/guides/{engagement}", json={"channel_id": CHANNEL, "guide_key": "tour"})
    assert (answer.status_code, answer.json()["code"]) == (404, "resource_missing")
    assert answer.json()["message"] == "The guide 'tour' was not found: this service has no in-app guides."


def test_nor_takes_that_back(knock: Knock) -> None:
    with pytest.raises(knockapi.NotFoundError, match="no in-app guides"):
        knock.users.guides.unarchive_guide_message("ada", guide_key="tour")
    with pytest.raises(knockapi.NotFoundError, match="no in-app guides"):
        knock.users.guides.reset_guide_engagements("ada", guide_key="tour")


def test_an_engagement_names_a_guide(http: httpx.Client) -> None:
    answer = http.put("/v1/users/ada/guides/messages/seen", json={})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "guide_key")
