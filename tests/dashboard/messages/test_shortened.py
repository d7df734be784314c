"""Long values are cut, and say so."""

from __future__ import annotations

from typing import Any

import pytest

from addressee.dashboard.messages.shortened import shortened


@pytest.mark.parametrize("value", [None, "text", {"a": [1, True]}, "x" * 98])
def test_what_is_short_stays_as_it_is(value: Any) -> None:
    assert shortened(value, 100) == value


@pytest.mark.parametrize(
    ("value", "begin", "size"),
    [("x" * 50_000, "x" * 100, "50,002"), ({"key": "x" * 50_000}, '{\n  "key": "xxx', "50,010")],
)
def test_what_is_long_is_cut_and_says_how_much_there_is(value: Any, begin: str, size: str) -> None:
    cut = shortened(value, 100)
    assert cut.startswith(begin)
    assert cut.endswith(f"(Cut here: it has {size} bytes. The API has all of it.)")
    assert len(cut) < 200
