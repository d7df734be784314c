"""The environment whose lists are read, and pages of them."""

import os
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from addressee.database.paging import PageRequest
from addressee.directory.recipient import Place, Recipient
from addressee.messaging.messages.listing import (
    EARLIEST,
    LATEST,
    MessageFilter,
    filter_parameters,
    message_page_parameters,
)
from addressee.messaging.messages.model import Position

UID, CHANNEL = UUID(int=1), UUID(int=3)

NUMBER = "+491701234567"
RUN_ID = UUID("00000000-0000-0002-0000-000000000011")

# More can be asked for: the plans must be the same for ten million messages to a million people.
MESSAGES = int(os.environ.get("PLAN_MESSAGES", "100000"))

PEOPLE = MESSAGES // 10

# One person has 20,000 of them.
SHARE = MESSAGES // 20_000
FILLING_SECONDS = 3600
BEGAN = datetime(2025, 1, 1, tzinfo=UTC)

# Messages in which a link was clicked.
CLICKED = [f"{number:027}" for number in (1, 2, 3)]

MIDDLE = BEGAN + timedelta(seconds=MESSAGES // 2)

OWNER = {"environment_id": -1, "recipient_id": "ada", "uid": UID}

# Pages from the front, from the middle towards older rows, and from there towards newer ones.
MESSAGE_PAGES = {
    name: message_page_parameters(page, EARLIEST, LATEST)
    for name, page in {
        "front": PageRequest(50),
        "older": PageRequest(50, after=Position(MIDDLE, "")),
        "newer": PageRequest(50, before=Position(MIDDLE, "")),
    }.items()
}


def message_filter(ids: list[str] | None = None, **given: Any) -> dict[str, Any]:
    return filter_parameters(MessageFilter(**given), ids)


def person(id: str, uid: UUID) -> Recipient:
    return Recipient(Place(-1, "$users", id), uid, 1, BEGAN, {}, {}, [])
