"""Query strings are decoded in one way, whatever their names mean."""

import pytest

from addressee.dialects.operation import MalformedError
from addressee.dialects.query_strings import pairs


def test_names_and_values_keep_their_order() -> None:
    assert pairs("b=2&a=1&b=%C3%A9&c=x+y&d&=e") == [
        ("b", "2"), ("a", "1"), ("b", "é"), ("c", "x y"), ("d", ""), ("", "e")
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "&&&"])
def test_there_may_be_none(text: str) -> None:
    assert pairs(text) == []


@pytest.mark.parametrize("text", ["a=%ff", "a=%ED%A0%80", "a=%00", "%00=a", "&".join(["a=1"] * 5001)])
def test_what_is_no_text_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        pairs(text)
