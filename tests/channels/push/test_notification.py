"""Notifications that are cut to what a provider takes."""

from dataclasses import replace

import msgspec
import pytest

from addressee.channels.push.notification import Push, body_within, fitted
from addressee.channels.requests.sender import UnsendableError

PUSH = Push(id="m", token="phone", title="Grüße", body="Liebe 🦊 aus dem Wald", image="https://x.example/1.png")


def size(push: Push) -> int:
    return len(msgspec.json.encode({"title": push.title, "body": push.body}))


def test_what_fits_is_left_as_it_is() -> None:
    assert fitted(PUSH, size, size(PUSH)) is PUSH


@pytest.mark.parametrize(
    ("less", "body"),
    [
        (1, "Liebe 🦊 aus dem…"),
        (4, "Liebe 🦊 aus d…"),
        (10, "Liebe 🦊…"),
        (11, "Liebe…"),  # neither half a character nor a space before the ellipsis
        (18, "Li…"),
        (20, "…"),
    ],
)
def test_a_body_that_is_too_long_ends_in_an_ellipsis(less: int, body: str) -> None:
    cut = fitted(PUSH, size, size(PUSH) - less)
    assert cut == replace(PUSH, body=body)
    assert size(cut) <= size(PUSH) - less


def test_characters_that_are_escaped_are_counted_as_they_are_sent() -> None:
    push = replace(PUSH, body='"' * 100)
    cut = fitted(push, size, size(push) - 100)
    assert cut is not None
    assert cut.body == '"' * 48 + "…"


def test_what_does_not_fit_without_its_body_is_not_sent() -> None:
    assert fitted(replace(PUSH, title="x" * 100), size, 100) is None
    assert fitted(replace(PUSH, title="x" * 100, body=""), size, 100) is None


def test_contents_are_what_the_recipient_is_told() -> None:
    push = replace(PUSH, data={"order": "17"}, overrides={"aps": {"thread-id": "18", "badge": 1}})
    assert push.contents == ("Grüße", "Liebe 🦊 aus dem Wald", "https://x.example/1.png", "17", "18")
    assert push.envelope == {"id": "m", "to": "********"}


def test_overrides_count_and_lie_over_what_is_made_of_the_template() -> None:
    push = replace(PUSH, body="x" * 100, overrides={"title": "Other", "more": [1]})
    body = body_within("Expo", 64, lambda push: {"title": push.title, "body": push.body}, push)
    assert msgspec.json.decode(body) == {"title": "Other", "body": "x" * 23 + "…", "more": [1]}
    assert len(body) == 64
    with pytest.raises(UnsendableError, match="Expo takes notifications of up to 20 bytes"):
        body_within("Expo", 20, lambda push: {"title": push.title, "body": push.body}, push)
