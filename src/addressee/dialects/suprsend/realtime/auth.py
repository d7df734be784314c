"""The identity that a client claims when it connects (realtime-suprsend.md §3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from addressee.dialects.suprsend.wire.subscribers import USER_TOKEN
from addressee.directory.documents import check_text

START = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)

# Milliseconds of times up to the year 2286.
MAX_PID_LENGTH = 13


class Auth(NamedTuple):
    """`since` is when the client connected before, if it comes back after a loss of its connection."""

    authorization: str
    token: str | None
    distinct_id: object
    tenant_id: object
    since: datetime | None


def read_auth(data: Any) -> Auth:
    """Raises RefusedError for a key or a token that is no text."""
    fields = data if isinstance(data, dict) else {}
    return Auth(
        text_of(fields, "authorization") or "",
        text_of(fields, USER_TOKEN),
        fields.get("distinct_id"),
        fields.get("tenant_id") or None,
        time_of(fields.get("pid")),
    )


def text_of(fields: Mapping[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if value is not None:
        check_text(value, name)
    return value


def pid_of(time: datetime) -> str:
    """Returns what a client gives back when it connects again: when it connected, in milliseconds since 1970."""
    return str((time - START) // MILLISECOND)


def time_of(pid: object) -> datetime | None:
    """Returns the time of a `pid`, None for what is none of ours."""
    if isinstance(pid, str) and pid.isascii() and pid.isdecimal() and len(pid) <= MAX_PID_LENGTH:
        return START + int(pid) * MILLISECOND
    return None
