"""Buttons of a feed item, as each dialect's clients see them; Knock's are in tests/messaging/content/test_in_app.py."""

from __future__ import annotations

from typing import Any, cast

import msgspec

from addressee.dialects.notiflows.mapping import contents
from addressee.dialects.notiflows.shapes.feed import Data
from addressee.dialects.suprsend.mapping import inbox_rendering
from addressee.dialects.suprsend.shapes.feeds import Action
from addressee.messaging.content.in_app import Block, Button, InAppContent
from addressee.messaging.feeds.inboxes import InboxItem

BODY = Block("body", "markdown", "x", "<p>x</p>")
BUTTONS = (
    Button("primary", "Yes", "https://a.example/yes"),
    Button("secondary", "No", "/no"),
    Button("button_3", "Later", "/later"),
)


def test_suprsends_clients_see_actions() -> None:
    item = InboxItem(cast(Any, None), (BODY,), (), BUTTONS)
    assert inbox_rendering.content(item).actions == [
        Action("Yes", "https://a.example/yes", open_in_new_tab=False),
        Action("No", "/no", open_in_new_tab=False),
        Action("Later", "/later", open_in_new_tab=False),
    ]


def test_notiflows_clients_see_the_first_two() -> None:
    shown = contents.render(InAppContent((BODY,), BUTTONS))
    assert shown == {
        "body": "<p>x</p>",
        "action_url": None,
        "primary_action": {"label": "Yes", "url": "https://a.example/yes"},
        "secondary_action": {"label": "No", "url": "/no"},
    }
    assert msgspec.to_builtins(msgspec.convert({"title": None, **shown}, Data)) == {"title": None, **shown}


def test_notiflows_entries_without_buttons_have_no_fields_for_them() -> None:
    shown = contents.render(InAppContent((BODY,)))
    assert msgspec.to_builtins(msgspec.convert({"title": None, **shown}, Data)) == {
        "title": None,
        "body": "<p>x</p>",
        "action_url": None,
    }
