"""What is left of an address that is masked."""

from __future__ import annotations

import pytest

from addressee.dashboard.masking import masked_address


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("ada@example.com", "a••••@example.com"),
        ("@example.com", "••••@example.com"),
        ("+4915112345617", "••••17"),
        ("12345", "••••45"),
        ("1234", "••••"),
        ("", "••••"),
    ],
)
def test_just_enough_is_left_to_tell_it_from_others(value: str, masked: str) -> None:
    assert masked_address(value) == masked
