"""Texts that are cut: they are as long as they may be, in the units of most vendors."""

import pytest

from addressee.channels.texts import cut, length, texts_in


@pytest.mark.parametrize(("text", "size"), [("", 0), ("Grüße", 5), ("🦊", 2), ("я🦊", 3)])
def test_an_emoji_has_the_length_of_two_characters(text: str, size: int) -> None:
    assert length(text) == size


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("Hello", 5, "Hello"),
        ("Hello!", 5, "Hell…"),
        ("Hey you", 5, "Hey…"),
        ("🦊🦊", 4, "🦊🦊"),
        ("🦊🦊🦊", 4, "🦊…"),
        ("🦊🦊🦊", 5, "🦊🦊…"),
    ],
)
def test_a_longer_text_ends_in_an_ellipsis(text: str, limit: int, shown: str) -> None:
    assert cut(text, limit) == shown
    assert length(shown) <= limit


def test_the_texts_in_a_document_are_found_at_any_depth() -> None:
    assert list(texts_in({"a": "x", "type": "text", "b": [1, {"c": ("y", None)}], "d": True})) == ["x", "y"]
