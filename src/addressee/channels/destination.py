"""Destinations: where the messages of a channel go."""

from __future__ import annotations

from typing import Any, NamedTuple


class Destination(NamedTuple):
    """An address in the form that its provider takes.

    `key` identifies it among the addresses of its kind and stays the same when a token beside it is renewed; it is
    what a send stores. `value` is the address itself: a text that equals the key (an e-mail address, a phone number, a
    device's token), or an object, which may contain secrets (`{"channel_id": …, "access_token": …}`).
    """

    key: str
    value: Any

    @classmethod
    def of(cls, text: str) -> Destination:
        return cls(text, text)
