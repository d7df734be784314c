"""Receipts: what became of messages, where the provider tells it when it is asked, and not by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from addressee.channels.callback import ProviderEvent
from addressee.channels.requests.exchange import ProviderAnswer, ProviderRequest
from addressee.channels.sender import Failed


@dataclass(frozen=True, slots=True)
class Receipts:
    """The way to ask a provider what became of messages.

    `request` returns the request, by the settings of the channel and the provider's names of messages. `read` returns
    what the answer says of each message, None where there is nothing to tell; those that are missing have no receipt
    yet. Both are pure.
    """

    request: Callable[[Any, Sequence[str]], ProviderRequest]
    read: Callable[[ProviderAnswer], Mapping[str, ProviderEvent | None] | Failed]
