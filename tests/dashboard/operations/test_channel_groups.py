"""The page of channel groups: the channels of each, and when they are taken."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from addressee.dashboard.operations.channel_groups import rule_words
from addressee.messaging.environment.channel_groups import ChannelRule, RuleType
from tests.dashboard.operations.conftest import Push
from tests.messaging.office import OUTBOX
from tests.support.browsing import load

At = Callable[..., str]

GROUP = """
name: Mail by <b>region</b>
channel_type: email
operator: any
channel_rules:
  - {channel_key: mail-eu, rule_type: if, variable: recipient.region, operator: equal_to, argument: eu}
  - {channel_key: mail-us, rule_type: always}
"""
FILES = {
    "channels/mail-eu.yaml": OUTBOX,
    "channels/mail-us.yaml": OUTBOX,
    "channel_groups/mail.yaml": GROUP,
    "channel_groups/none.yaml": "{name: none, channel_type: email, operator: all}",
}


async def test_without_any_the_page_says_how_to_make_one(viewer: httpx.AsyncClient, at: At) -> None:
    assert "There are no channel groups" in (await load(viewer, at("channel-groups"))).text


async def test_groups_are_listed_with_their_channels_and_rules(viewer: httpx.AsyncClient, at: At, push: Push) -> None:
    await push(FILES)
    page = await load(viewer, at("channel-groups"))
    mail, none = page.one("tbody").all("tr")
    assert [cell.text for cell in mail.below() if cell.name in {"th", "td"}][:3] == [
        "mail Mail by <b>region</b>",
        "E-mail",
        "The first that can be taken",
    ]
    assert [each.text for each in mail.all("li")] == ['mail-eu if recipient.region is "eu"', "mail-us always"]
    assert [each.attributes["href"] for each in mail.all("a")] == [
        at("channels", key) for key in ("mail-eu", "mail-us")
    ]
    assert [cell.text for cell in none.below() if cell.name == "td"][1:3] == ["All that can be taken", "none"]


def test_rules_are_told_in_words() -> None:
    rule = ChannelRule(
        channel_key="a", rule_type=RuleType.UNLESS, variable="data.plan", operator="in", argument=["pro", "team"]
    )
    assert rule_words(rule) == 'unless data.plan is one of ["pro", "team"]'
