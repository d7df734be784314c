"""Requests of providers, and the settings of channels that verify them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from addressee.channels.callback import Callback, CallbackRefusedError, CallbackRequest, Callbacks

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
URL = "https://addressee.example.com/providers/0b7c/s3cr3t"


def settings(**given: Any) -> Any:
    return SimpleNamespace(**given)


def request(
    body: bytes | Mapping[str, Any] | Sequence[Any] = b"",
    headers: Mapping[str, str] | None = None,
    *,
    method: str = "POST",
    url: str = URL,
    query: Mapping[str, str] | None = None,
    certificate: bytes | None = None,
) -> CallbackRequest:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return CallbackRequest(method, url, headers or {}, query or {}, content, certificate)


def told(callback: Callback) -> list[tuple[str, str | None]]:
    """What a callback tells: kinds of events, with the provider's names of the messages."""
    return [(str(event.kind), event.provider_id) for event in callback.events]


def refusal(callbacks: Callbacks, request: CallbackRequest, given: Any, now: datetime = NOW) -> str:
    """Why a request is refused."""
    with pytest.raises(CallbackRefusedError) as raised:
        callbacks.read(request, given, now)
    return str(raised.value)
