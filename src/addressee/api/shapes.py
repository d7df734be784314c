"""Structs of requests and answers whose form is more than their fields."""

from msgspec import Struct


class Open(Struct):
    """An object that has further keys beside those that are listed: its caller's own."""
