"""Postmark signs nothing; the path has the secret."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from addressee.channels.callback import CallbackMalformedError, ProviderEvent
from addressee.channels.callbacks.postmark import POSTMARK_CALLBACKS
from tests.channels.callbacks.requests import NOW, request, settings

ID = "00000000-0000-0000-0000-000000000000"


def read(**report: Any) -> list[ProviderEvent]:
    return list(POSTMARK_CALLBACKS.read(request({"MessageID": ID, **report}), settings(), NOW).events)


def test_a_bounce_for_good() -> None:
    (event,) = read(
        RecordType="Bounce",
        Type="HardBounce",
        TypeCode=1,
        Email="ada@example.org",
        BouncedAt="2026-02-28T16:33:54.9070259Z",
        Description="The server was unable to deliver your message",
        Details="550 5.1.1 unknown",
        Inactive=True,
    )
    assert event == ProviderEvent(
        kind=event.kind,
        provider_id=ID,
        at=datetime(2026, 2, 28, 16, 33, 54, 907025, UTC),
        reason="HardBounce The server was unable to deliver your message 550 5.1.1 unknown",
        address="ada@example.org",
    )
    assert event.kind == "bounced"


@pytest.mark.parametrize(
    ("report", "kind"),
    [
        ({"RecordType": "Bounce", "Type": "SoftBounce"}, "undelivered"),
        ({"RecordType": "Bounce", "Type": "BadEmailAddress"}, "bounced"),
        ({"RecordType": "Bounce", "Type": "SpamNotification"}, "complained"),
        ({"RecordType": "Bounce", "Type": "Unsubscribe"}, "opted_out"),
        ({"RecordType": "SpamComplaint", "Type": "SpamComplaint"}, "complained"),
        ({"RecordType": "Delivery", "Recipient": "ada@example.org", "Details": "Test"}, "delivered"),
        ({"RecordType": "Open", "FirstOpen": True}, "opened"),
        ({"RecordType": "Click", "OriginalLink": "https://example.com"}, "clicked"),
        (
            {"RecordType": "SubscriptionChange", "SuppressSending": True, "SuppressionReason": "ManualSuppression"},
            "opted_out",
        ),
        ({"RecordType": "SubscriptionChange", "SuppressSending": False}, "opted_in"),
    ],
)
def test_records(report: dict[str, Any], kind: str) -> None:
    assert [str(event.kind) for event in read(**report)] == [kind]


def test_a_change_of_a_subscription_is_about_the_address() -> None:
    """What an operator enters at Postmark names no message."""
    (event,) = read(RecordType="SubscriptionChange", Recipient="ada@example.org", SuppressSending=False)
    assert (event.provider_id, event.address) == (None, "ada@example.org")


@pytest.mark.parametrize(
    "report",
    [
        {"RecordType": "Bounce", "Type": "Transient"},
        {"RecordType": "Bounce", "Type": "AutoResponder"},
        {"RecordType": "SubscriptionChange", "SuppressSending": True, "SuppressionReason": "HardBounce"},
        {"RecordType": "Something new", "Type": "x"},
    ],
)
def test_what_is_no_end_or_unknown_is_ignored(report: dict[str, Any]) -> None:
    assert read(**report) == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"RecordType": 1}', b"\xff"])
def test_other_bodies_are_malformed(body: bytes) -> None:
    with pytest.raises(CallbackMalformedError):
        POSTMARK_CALLBACKS.read(request(body), settings(), NOW)
