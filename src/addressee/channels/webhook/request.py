"""Requests that are messages: one to one URL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from addressee.channels.requests.rules import Method


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """A message as a request. Its `id` stays the same when it is sent again; `body` is text in UTF-8.

    `of_channel` says that the URL is the channel's own, not one of the recipient's addresses.
    """

    id: str
    url: str
    method: Method
    headers: Mapping[str, str]
    body: bytes
    of_channel: bool
