"""Channel groups: the channels of each, and which of them a message is sent by."""

from __future__ import annotations

from typing import Any

from addressee.api.answers import Answer
from addressee.conditions.model import Argument, Condition
from addressee.dashboard.condition_words import words_of
from addressee.dashboard.operations.channels import TYPE_NAMES
from addressee.dashboard.rendering import page
from addressee.dashboard.routes import VIEWER, Routes
from addressee.dashboard.urls import ENVIRONMENT
from addressee.dashboard.visits import EnvironmentVisit
from addressee.messaging.environment.channel_groups import ChannelRule, GroupOperator, RuleType

routes = Routes("channel_groups")

OPERATOR_WORDS = {
    GroupOperator.ANY: "The first that can be taken",
    GroupOperator.ALL: "All that can be taken",
}


@routes.get(f"{ENVIRONMENT}/channel-groups", VIEWER)
async def show_channel_groups(visit: EnvironmentVisit) -> Answer:
    messaging = visit.services.messaging
    groups = await messaging.channel_groups.list(visit.environment.id)
    channels = await messaging.channels.list(visit.environment.id)
    return page(
        visit,
        "operations/channel_groups.html",
        groups=[(each, [(rule.channel_key, rule_words(rule)) for rule in each.group.channel_rules]) for each in groups],
        channels={channel.key for channel in channels},
        operators=OPERATOR_WORDS,
        types=TYPE_NAMES,
    )


def rule_words(rule: ChannelRule) -> str:
    """Returns when a channel may be taken: `if recipient.plan is "pro"`."""
    if rule.rule_type is RuleType.ALWAYS or rule.variable is None or rule.operator is None:
        return "always"
    return f"{rule.rule_type} {words_of(Condition(rule.variable, rule.operator, argument_of(rule.argument)))}"


def argument_of(written: Any) -> Argument:
    return tuple(written) if isinstance(written, list) else written
