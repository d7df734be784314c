"""Switching workflows on, and running them."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from addressee.directory.documents import Id

MAX_RECIPIENTS = 1000


class Reference(Struct, forbid_unknown_fields=True):
    collection: str
    id: Id


class Run(Struct, kw_only=True):
    """The recipients that a workflow runs for, and its data."""

    recipients: Annotated[list[Id | Reference], Meta(min_length=1, max_length=MAX_RECIPIENTS)]
    actor: Id | Reference | None = None
    tenant: Id | None = None
    data: dict[str, Any] | None = None
    cancellation_key: str | None = None


class Started(Struct, kw_only=True):
    workflow_run_id: str
