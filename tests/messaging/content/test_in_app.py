"""Feed items: their blocks and buttons."""

from __future__ import annotations

from typing import Any

import msgspec

from addressee.channels.provider import ChannelType
from addressee.dialects.knock.mapping.message_rendering import blocks
from addressee.messaging.content.in_app import ActionButton, Block, Button, InAppContent, InAppTemplate
from addressee.messaging.content.model import Rendered
from tests.messaging.content.templating.test_hostile_values import channel_of

FEED = channel_of(ChannelType.IN_APP_FEED, "addressee")
BODY = Block("body", "markdown", "x", "<p>x</p>")


def rendered(*buttons: ActionButton, **data: Any) -> Rendered:
    return InAppTemplate(body="x", buttons=buttons).render({"data": data}, FEED, [])


def test_buttons_have_names_labels_and_links() -> None:
    made = rendered(
        ActionButton("Join {{ data.team }}", "https://a.example/{{ data.team }}"),
        ActionButton("Decline", "/decline"),
        ActionButton("Later", "mailto:a@b.example"),
        team="it",
    )
    assert made == Rendered(
        InAppContent(
            (BODY,),
            (
                Button("primary", "Join it", "https://a.example/it"),
                Button("secondary", "Decline", "/decline"),
                Button("button_3", "Later", "mailto:a@b.example"),
            ),
        )
    )


def test_a_button_that_says_nothing_or_leads_nowhere_is_left_out() -> None:
    made = rendered(
        ActionButton("{{ data.none }}", "/a"),
        ActionButton("No", "{{ data.none }}"),
        ActionButton("Bad", "{{ data.bad }}"),
        ActionButton("Yes", "/yes"),
        bad="javascript:alert(1)",
    )
    assert made.content == InAppContent((BODY,), (Button("primary", "Yes", "/yes"),))
    assert made.refused == ("javascript: is no scheme that links of this channel may have",)


def test_an_item_without_buttons_is_stored_as_before_there_were_any() -> None:
    stored = msgspec.json.decode(msgspec.json.encode(rendered().content))
    assert stored == {"type": "in_app_feed", "blocks": [msgspec.to_builtins(BODY)]}


def test_knocks_clients_see_buttons_as_a_block() -> None:
    content = InAppContent((BODY,), (Button("primary", "Yes", "/yes"),))
    assert msgspec.to_builtins(blocks(content)) == [
        {"name": "body", "type": "markdown", "content": "x", "rendered": "<p>x</p>"},
        {"name": "actions", "type": "button_set", "buttons": [{"name": "primary", "label": "Yes", "action": "/yes"}]},
    ]
