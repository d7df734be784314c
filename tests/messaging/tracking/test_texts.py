"""Links in the texts and the JSON of chat messages."""

from __future__ import annotations

from typing import Any

import pytest

from addressee.messaging.tracking.texts import rewritten_json, rewritten_text


def tracked(url: str) -> str | None:
    """Every link is tracked but for those to the service itself."""
    return None if url.startswith("https://own.example") else f"<<{url}>>"


@pytest.mark.parametrize(
    ("text", "rewritten"),
    [
        ("See https://a.example/b.", "See <<https://a.example/b>>."),
        ("<https://a.example/?b=1&amp;c=2|here>", "<<<https://a.example/?b=1&c=2>>|here>"),
        (
            "[here](https://a.example/b), or *https://c.example*",
            "[here](<<https://a.example/b>>), or *<<https://c.example>>*",
        ),
        ("https://a.example/x_(y)", "<<https://a.example/x_(y)>>"),
        (f"https://a.example/x_(y){')' * 200_000}", f"<<https://a.example/x_(y)>>{')' * 200_000}"),
        ("HTTPS://A.example!", "<<HTTPS://A.example>>!"),
        ("https://own.example/t/1 and mailto:a@b.example", "https://own.example/t/1 and mailto:a@b.example"),
    ],
)
def test_links_of_a_text(text: str, rewritten: str) -> None:
    assert rewritten_text(text, tracked) == rewritten


@pytest.mark.parametrize(
    ("value", "rewritten"),
    [
        (
            [{"type": "section", "text": {"type": "mrkdwn", "text": "<https://a.example|a>"}}],
            [{"type": "section", "text": {"type": "mrkdwn", "text": "<<<https://a.example>>|a>"}}],
        ),
        (
            {"type": "button", "text": {"type": "plain_text", "text": "https://a.example"}, "url": "https://b.example"},
            {
                "type": "button",
                "text": {"type": "plain_text", "text": "https://a.example"},
                "url": "<<https://b.example>>",
            },
        ),
        (
            {"type": "Image", "url": "https://a.example/a.png", "selectAction": {"url": "https://b.example"}},
            {"type": "Image", "url": "https://a.example/a.png", "selectAction": {"url": "<<https://b.example>>"}},
        ),
        (
            [{"url": "https://a.example", "image": {"url": "https://b.example/b.png"}, "color": 5}],
            [{"url": "<<https://a.example>>", "image": {"url": "https://b.example/b.png"}, "color": 5}],
        ),
    ],
)
def test_links_of_json(value: Any, rewritten: Any) -> None:
    assert rewritten_json(value, tracked) == rewritten


@pytest.mark.parametrize("end", [".", ").", "_*", "]]"])
def test_nothing_is_lost_at_the_end_of_a_link(end: str) -> None:
    assert rewritten_text(f"https://a.example{end}", lambda url: None) == f"https://a.example{end}"
