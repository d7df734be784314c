"""Renders items of inboxes (realtime-suprsend.md §4)."""

from __future__ import annotations

from datetime import datetime, timedelta

from addressee.dialects.suprsend.mapping.markdown import to_markdown
from addressee.dialects.suprsend.shapes import feeds as shapes
from addressee.directory.recipient import EPOCH
from addressee.messaging.content.model import ACTION_URL
from addressee.messaging.feeds.inboxes import InboxItem


def notification(item: InboxItem) -> shapes.Notification:
    message = item.message
    return shapes.Notification(
        n_id=message.id,
        n_category=next(iter(message.categories), None),
        created_on=milliseconds(message.inserted_at),
        seen_on=milliseconds_or_none(message.seen_at),
        read_on=milliseconds_or_none(message.read_at),
        interacted_on=milliseconds_or_none(message.interacted_at or message.link_clicked_at),
        archived=message.archived_at is not None,
        tags=item.tags,
        message=content(item),
    )


def content(item: InboxItem) -> shapes.Content:
    """Returns the blocks of an item in the vendor's form: all but the link are its text."""
    texts = [
        to_markdown(block.rendered) if block.type == "markdown" else block.rendered
        for block in item.blocks
        if block.name != ACTION_URL
    ]
    links = [block.rendered for block in item.blocks if block.name == ACTION_URL]
    actions = [shapes.Action(button.label, button.action, open_in_new_tab=False) for button in item.buttons]
    return shapes.Content(text="\n\n".join(texts), url=next(iter(links), None) or None, actions=actions)


def milliseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)


def milliseconds_or_none(moment: datetime | None) -> int | None:
    return None if moment is None else milliseconds(moment)
