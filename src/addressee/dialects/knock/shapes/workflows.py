"""Triggers of workflows, and their cancellation (knock.md §2.2, §2.5)."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from addressee.dialects.knock.shapes.common import MAX_ROWS, Named
from addressee.directory.documents import Id


class TriggerSettings(Struct, kw_only=True):
    sandbox_mode: bool = False
    skip_delay: bool = False


class Trigger(Struct, kw_only=True):
    recipients: Annotated[list[Id | dict[str, Any]], Meta(min_length=1, max_length=MAX_ROWS)]
    actor: Id | dict[str, Any] | None = None
    data: dict[str, Any] | None = None
    tenant: Id | dict[str, Any] | None = None
    cancellation_key: Named | None = None
    settings: TriggerSettings | None = None


class Triggered(Struct, kw_only=True):
    workflow_run_id: str


class Cancel(Struct, kw_only=True, forbid_unknown_fields=True):
    """Without `recipients` for all; an empty list cancels for nobody."""

    cancellation_key: Named
    recipients: Annotated[list[Id | dict[str, Any]], Meta(max_length=MAX_ROWS)] | None = None


class Notify(Struct, kw_only=True):
    """The form of a trigger before workflows had paths of their own; `name` is the workflow's key."""

    name: Named
    actor: Id | dict[str, Any]
    recipients: Annotated[list[Id | dict[str, Any]], Meta(min_length=1, max_length=MAX_ROWS)]
    data: dict[str, Any] | None = None
    cancellation_key: Named | None = None


class Notified(Struct, kw_only=True):
    result_id: str


class CancelNotify(Cancel, kw_only=True):
    name: Named
