"""The address by which a search has found somebody."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from addressee.directory.recipient import USERS, Place, Recipient
from addressee.directory.search.matches import matched_address

NOW = datetime(2026, 1, 1, tzinfo=UTC)

SLACK = {"kind": "slack", "key": "email:ada@work.example", "value": {"email": "ada@work.example"}, "status": "active"}
DEVICE = {"kind": "ios_push", "key": "apns:0123", "value": "0123", "status": "active"}

ADA = Recipient(
    Place(1, USERS, "ada"),
    UUID(int=1),
    1,
    NOW,
    attributes={"email": "Ada@Example.org", "phone_number": "+49 170 1234567"},
    addresses=[DEVICE, SLACK],
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (" ADA@ex", "Ada@Example.org"),
        ("0049 170", "+491701234567"),
        ("ada@work", {"email": "ada@work.example"}),
        ("0123", "0123"),
        ("012", None),
        ("lovelace", None),
    ],
)
def test_it_is_the_first_that_the_text_finds(text: str, value: object) -> None:
    found = matched_address(ADA, text)
    assert (found and found["value"]) == value
