"""What is logged of a frame whose form nobody knows: its shape, and none of its values."""

from __future__ import annotations

from typing import Any

import pytest

from addressee.dialects.notiflows.realtime.shapes_of_frames import shape_of


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ('["1", "2", "feed:x", "phx_join", {"user_key": "secret"}]', ["str", "str", "str", "str", {"user_key": "str"}]),
        ('{"type": "subscribe", "channel": "abc", "n": 1, "x": null}', None),
        ('{"type": "a secret value", "ada@example.com": true}', {"type": "str", "?": "bool"}),
        ('[[[[["deep"]]]]]', [[[["..."]]]]),
        ("40{}", "text of 4"),
        ("[" * 5000, "text of 5000"),
        ("", "text of 0"),
    ],
)
def test_shapes(text: str, shape: Any) -> None:
    expected = {"type": "subscribe", "channel": "str", "n": "int", "x": "null"} if shape is None else shape
    assert shape_of(text) == expected
