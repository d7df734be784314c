"""Entries of the suppression list: which addresses are the same, and which reason counts."""

from datetime import UTC, datetime, timedelta

import pytest

from addressee.directory.errors import RefusedError
from addressee.messaging.messages.model import Address
from addressee.messaging.suppressions.model import (
    MAX_DETAILS_LENGTH,
    Reason,
    SuppressibleKind,
    Suppression,
    manual_suppression,
    strongest,
    suppression_of,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def entry(kind: str, text: str, reason: Reason = Reason.BOUNCED, now: datetime = NOW) -> Suppression:
    return suppression_of(Address(kind, text), reason, now)


@pytest.mark.parametrize(
    ("kind", "spellings", "shown"),
    [
        ("email", ["ada@example.org", " Ada@EXAMPLE.org"], "ada@example.org"),
        ("email", ["info@faß.de", "info@xn--fa-hia.de"], "info@xn--fa-hia.de"),
        ("sms", ["+491701234567", "+49 170 1234567", "+49 (0)170-1234567"], "+491701234567"),
        ("whatsapp", ["+491701234567"], "+491701234567"),
    ],
)
def test_all_spellings_of_an_address_are_one(kind: str, spellings: list[str], shown: str) -> None:
    (one,) = {entry(kind, text) for text in spellings}
    assert one.address == shown


def test_what_is_shown_names_the_same_entry_again() -> None:
    for one in (entry("email", "Ada@example.org"), entry("sms", "+491701234567")):
        assert entry(one.kind, one.address) == one


def test_a_number_may_be_suppressed_for_one_kind_alone() -> None:
    assert entry("sms", "+491701234567").position != entry("whatsapp", "+491701234567").position


def test_the_strongest_reason_counts_and_of_equal_ones_the_first() -> None:
    later = NOW + timedelta(days=1)
    given = [
        entry("email", "bob@example.org"),
        entry("email", "ada@example.org", Reason.OPTED_OUT),
        entry("email", "ada@example.org", Reason.COMPLAINED),
        entry("email", "ada@example.org", Reason.COMPLAINED, later),
        entry("email", "ada@example.org", Reason.BOUNCED, later),
    ]
    assert strongest(given) == [given[2], given[0]]
    assert sorted(Reason, key=lambda reason: reason.strength) == ["bounced", "opted_out", "manual", "complained"]


def test_details_are_cut_and_can_be_stored() -> None:
    long = suppression_of(Address("email", "ada@example.org"), Reason.BOUNCED, NOW, details="\0" + "x" * 1000)
    assert long.details == "\ufffd" + "x" * (MAX_DETAILS_LENGTH - 1)


def test_the_obstacle_says_why_and_since_when() -> None:
    assert entry("email", "ada@example.org", Reason.COMPLAINED).obstacle == {
        "reason": "suppressed",
        "because": "complained",
        "since": "2026-03-01T12:00:00Z",
    }


def test_what_an_operator_adds_is_checked() -> None:
    added = manual_suppression("sms", "+49 170 1234567", "asked us by letter", NOW)
    assert (added.address, added.reason, added.details) == ("+491701234567", Reason.MANUAL, "asked us by letter")


@pytest.mark.parametrize(
    ("kind", "address", "details", "problem"),
    [
        ("whatsapp", "ada", None, "address must be a phone number"),
        ("email", "ada", None, "address must be an e-mail address"),
        ("email", "ada@example.org", "\0", "details"),
    ],
)
def test_what_an_operator_cannot_add(kind: SuppressibleKind, address: str, details: str | None, problem: str) -> None:
    with pytest.raises(RefusedError, match=problem):
        manual_suppression(kind, address, details, NOW)
