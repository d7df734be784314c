"""The states of a step's messages, as conditions see them."""

import pytest

from addressee.conditions.states import MessageState
from addressee.messaging.messages.states import MessageFacts, states_of


@pytest.mark.parametrize(
    ("messages", "delivery", "engagement", "highest"),
    [
        ([], "skipped", [], "skipped"),
        ([("queued", [])], "queued", [], "queued"),
        ([("sent", ["seen"])], "sent", ["seen", "seen_not_read"], "seen"),
        ([("delivered", ["read"])], "delivered", ["seen", "read", "read_not_link_clicked"], "read"),
        (
            [("sent", ["interacted"])],
            "sent",
            ["seen", "read", "interacted", "read_not_link_clicked"],
            "interacted",
        ),
        ([("sent", ["link_clicked"])], "sent", ["seen", "read", "link_clicked"], "link_clicked"),
        ([("delivered", ["archived"])], "delivered", ["archived"], "archived"),
        ([("undelivered", []), ("sent", []), ("bounced", [])], "sent", [], "sent"),
        ([("delivered", []), ("sent", ["seen"])], "sent", ["seen", "seen_not_read"], "seen"),
    ],
)
def test_states(messages: list[tuple[str, list[str]]], delivery: str, engagement: list[str], highest: str) -> None:
    assert states_of([MessageFacts(*each) for each in messages]) == {
        "delivery_status": delivery,
        "engagement_status": engagement,
        "status": highest,
    }


@pytest.mark.parametrize(
    ("value", "state", "order"),
    [
        ("skipped", "undelivered", -1),
        ("bounced", "delivery_attempted", -1),
        ("queued", "not_sent", -1),
        ("delivered", "delivered", 0),
        ("read", "seen", 1),
        ("interacted", "link_clicked", 0),
        ("archived", "interacted", 1),
        ([], "seen", -1),
        (["seen", "read"], "read", 0),
        (["seen", "seen_not_read"], "read", -1),
        ("", "seen", None),
        (5, "seen", None),
        ("seen", "seen_not_read", None),
    ],
)
def test_order(value: object, state: str, order: int | None) -> None:
    assert MessageState(state).compare(value) == order
