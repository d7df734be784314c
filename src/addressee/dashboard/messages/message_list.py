"""The list of messages, with its filters."""

from __future__ import annotations

from typing import Any

from addressee.api.answers import Answer
from addressee.dashboard.messages.filters import (
    PAGE_SIZE,
    chosen_channel,
    chosen_day,
    chosen_recipient,
    chosen_start,
    chosen_status,
    workflow_options,
)
from addressee.dashboard.messages.wording import CHANNEL_TYPES, STATUSES
from addressee.dashboard.rendering import page
from addressee.dashboard.routes import VIEWER, Routes
from addressee.dashboard.urls import ENVIRONMENT
from addressee.dashboard.visits import EnvironmentVisit
from addressee.database.paging import write_cursor
from addressee.messaging.messages.listing import MessageFilter
from addressee.messaging.messages.model import Position
from addressee.messaging.messages.searching import LOOKED_AT
from addressee.messaging.messages.status import Status
from addressee.operators.model import Role

routes = Routes("messages")

FILTERS = ("workflow", "channel", "status", "recipient", "collection", "tenant", "since")


@routes.get(f"{ENVIRONMENT}/messages", VIEWER)
async def list_messages(visit: EnvironmentVisit) -> Answer:
    """Shows the messages that the filters in the query find, newest first."""
    messaging, environment_id = visit.services.messaging, visit.environment.id
    channels = await messaging.channels.list(environment_id)
    channel = chosen_channel(visit, channels)
    recipient = chosen_recipient(visit)
    workflow = visit.query.text("workflow")
    filter = MessageFilter(
        source=workflow,
        channel_ids=None if channel is None else [channel.id],
        statuses=chosen_status(visit, Status),
        tenant=visit.query.text("tenant"),
        since=chosen_day(visit),
    )
    after = chosen_start(visit, Position)
    found = await messaging.messages.search(
        environment_id, None if recipient is None else [recipient], filter, after, PAGE_SIZE
    )
    chosen = {name: visit.query.text(name) or "" for name in FILTERS}
    return page(
        visit,
        "messages/messages.html",
        found=found,
        addresses=await messaging.messages.addresses(environment_id, [each.id for each in found.entries]),
        chosen=chosen,
        is_filtered=any(chosen.values()),
        is_first=after is None,
        older=None if found.after is None else visit.url("messages", **chosen, after=write_cursor(found.after)),
        newest=None if after is None else visit.url("messages", **chosen),
        workflows=workflow_options(await messaging.workflows.list(environment_id), workflow),
        channels=[("", "All channels"), *((each.key, each.name) for each in channels)],
        statuses=[("", "Any status"), *((status, shown.text) for status, shown in STATUSES.items())],
        looked_at=LOOKED_AT,
        **shown_to(visit),
    )


def shown_to(visit: EnvironmentVisit) -> dict[str, Any]:
    """Returns what templates of messages need to word and mask them."""
    return {"words": STATUSES, "types": CHANNEL_TYPES, "open": visit.may(Role.EDITOR)}
